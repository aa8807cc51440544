import { pushEnv } from '../git/credentials.ts';
import { lockHolder } from '../git/lock.ts';
import { openGitHub } from '../github/open-github.ts';
import { EXIT } from './exit-code.ts';

/** This run does not hold the lock, so another one may be applying. */
class LockNotHeld extends Error {
  override readonly name = 'LockNotHeld';
  readonly exit = EXIT.refused;
  readonly fix: string;
  constructor(why: string, fix: string) {
    super(`Refused: ${why}. Nothing was sent.`);
    this.fix = fix;
  }
}

const AGAIN = 'Re-run all jobs of this run: the job `begin` takes the lock (`iosmail github lock`).';

/**
 * Sees that this very attempt of this very run took the lock. An earlier attempt's does not do: that attempt is over,
 * so another run may be taking over from it right now.
 * @throws LockNotHeld; GitFailure, GitHubFailure when it cannot be told.
 */
export async function requireLock(repository: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { id, attempt } = (await openGitHub(env)).run;
  const holder = await lockHolder(repository, pushEnv(env));
  if (holder === undefined) throw new LockNotHeld('no run holds the lock', AGAIN);
  const { run, url, time } = holder;
  if (run !== id) {
    throw new LockNotHeld(
      `another apply holds the lock since ${time}: ${url}`,
      'Wait until it has ended, then re-run all jobs of this run.',
    );
  }
  if (holder.attempt !== attempt)
    throw new LockNotHeld(`attempt ${holder.attempt} took the lock, and this is attempt ${attempt}`, AGAIN);
}
