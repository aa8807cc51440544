import { expect, test } from 'vitest';
import { requireLock } from '../../../src/commands/held-lock.ts';
import { GitFailure } from '../../../src/git/git.ts';
import { acquireLock, releaseLock } from '../../../src/git/lock.ts';
import { remote } from '../git/remote.ts';
import { runGit } from '../git/repository.ts';

const env = (run: number, attempt = 1) => ({
  GITHUB_TOKEN: 'token',
  GITHUB_REPOSITORY: 'o/r',
  GITHUB_RUN_ID: String(run),
  GITHUB_RUN_ATTEMPT: String(attempt),
});
const holder = (run: number, attempt = 1) => ({
  run,
  attempt,
  url: `https://github.com/o/r/actions/runs/${run}`,
  time: '2026-11-24T09:00:00.000Z',
});
const running = async () => false;

/** What the refusal says: exit code 3, with a fix. */
const refused = (message: RegExp, fix: RegExp) => ({
  exit: 3,
  message: expect.stringMatching(message),
  fix: expect.stringMatching(fix),
});

test('the attempt that took the lock may go on, from whichever clone', async () => {
  const origin = remote();
  await acquireLock(origin.clone('begin'), holder(1, 2), running);
  await expect(requireLock(origin.clone('apply'), env(1, 2))).resolves.toBeUndefined();
});

test.each([
  [
    'another attempt of the same run',
    env(1, 2),
    /attempt 1 took the lock, and this is attempt 2/,
    /Re-run all jobs/,
  ],
  [
    'another run',
    env(2),
    /another apply holds the lock since 2026-11-24T09:00:00\.000Z: .*\/runs\/1/,
    /Wait/,
  ],
])('%s is refused', async (_who, asking, message, fix) => {
  const origin = remote();
  await acquireLock(origin.clone('begin'), holder(1), running);
  await expect(requireLock(origin.clone('apply'), asking)).rejects.toMatchObject(refused(message, fix));
});

test('a lock that was given back does not count, although the clone still knows it', async () => {
  const origin = remote();
  const begin = origin.clone('begin');
  await acquireLock(begin, holder(1), running);
  const apply = origin.clone('apply');
  await releaseLock(begin, 1);
  await expect(requireLock(apply, env(1))).rejects.toMatchObject(
    refused(/no run holds the lock\. Nothing was sent/, /Re-run all jobs/),
  );
});

test('a remote that cannot be asked is no permission', async () => {
  const origin = remote();
  await acquireLock(origin.clone('begin'), holder(1), running);
  const apply = origin.clone('apply');
  runGit(apply, ['remote', 'set-url', 'origin', `${apply}-gone`]);
  await expect(requireLock(apply, env(1))).rejects.toThrow(GitFailure);
});
