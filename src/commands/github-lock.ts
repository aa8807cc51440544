import { pushEnv } from '../git/credentials.ts';
import { acquireLock } from '../git/lock.ts';
import { openGitHub } from '../github/open-github.ts';
import { runStatus } from '../github/runs.ts';
import { EXIT } from './exit-code.ts';
import type { GitHubOptions, Told } from './github.ts';
import { waitingOf } from './session.ts';

/**
 * Begins an apply: of all that would begin at once, exactly one does.
 * @throws GitFailure, GitHubFailure when the lock cannot be asked for.
 */
export async function githubLock(options: GitHubOptions): Promise<Told> {
  const { repository, env, now } = options;
  const github = await openGitHub(env, waitingOf(options));
  const { id, attempt, url } = github.run;
  const isOver = async (run: number) => {
    const there = await runStatus(github, run);
    return there === undefined || there.status === 'completed';
  };
  const holder = { run: id, attempt, url, time: now().toISOString() };
  const lock = await acquireLock(repository, holder, isOver, pushEnv(env));
  if (lock.kind === 'held')
    return { code: EXIT.ok, lines: ['This run applies; any other waits or is refused.'] };
  const { url: other, time } = lock.by;
  return {
    code: EXIT.refused,
    lines: [
      `Refused: another apply is under way since ${time}: ${other}. Nothing was sent.`,
      'fix: Wait until it has ended, then run this one again.',
    ],
  };
}
