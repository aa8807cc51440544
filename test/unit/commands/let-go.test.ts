import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whoLetGo } from '../../../src/commands/let-go.ts';
import { runLineOf } from '../../../src/git/run-lines.ts';
import { loadPolicies } from '../../../src/policy/load.ts';
import { runGit } from '../git/repository.ts';
import { recording } from './recording.ts';

const tool = { name: 'iosmail', version: '1' } as const;

/**
 * Asks who let run 42 go, which ada started.
 * @param inForce how many approvals the settings ask for at the commit whose rules are in force; `now`: and at the newest.
 */
async function asked(approved: readonly string[], inForce: number, now: number, again?: string) {
  const here = await recording();
  const { repository, env } = await here.left(42, undefined);
  const settings = (approvals: number) =>
    writeFileSync(join(here.policies, 'settings.yaml'), `review:\n  approvals: ${approvals}\n`);
  settings(inForce);
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@users.test'];
  runGit(repository, ['add', 'policies']);
  runGit(repository, [...who, 'commit', '--quiet', '-m', 'Settings']);
  const commit = runGit(repository, ['rev-parse', 'HEAD']);
  settings(now);
  here.github.runs.set(42, {
    answers: [
      ...approved.map((user) => ({ environment: 'apply', state: 'approved' as const, user })),
      { environment: 'publish', state: 'approved', user: 'rita' },
      { environment: 'apply', state: 'rejected', user: 'rita' },
    ],
  });
  const whole = { formatVersion: 1, tool, tenants: [], merged: { commit } } as const;
  const time = '2026-11-24T09:00:00.000Z';
  const run = runLineOf(whole, { time, run: 1, attempt: 1, url: 'https://example.test/1', by: 'merge' });
  const starter = { GITHUB_ACTOR: 'Ada', ...(again && { GITHUB_TRIGGERING_ACTOR: again }) };
  const { signal: stop } = new AbortController();
  return await whoLetGo(
    repository,
    { env: { ...env, ...starter }, policies: 'policies', day: '2026-11-24', stop },
    await loadPolicies(here.policies, '2026-11-24'),
    [run],
  );
}

test('somebody who did not start it lets a fresh plan go', async () => {
  expect(await asked(['ada', 'rita'], 1, 1)).toEqual(['ada', 'rita']);
});

test.each([
  ['nobody', [], 1, 1, undefined],
  ['only who started it', ['ada'], 1, 1, undefined],
  ['only who ran it again', ['rita'], 1, 1, 'rita'],
  ['nobody, and a change nobody reviewed asks for none', [], 1, 0, undefined],
  ['nobody, and from now on one is needed', [], 0, 1, undefined],
] as const)('%s: refused with nothing sent', async (_who, approved, inForce, now, again) => {
  await expect(asked(approved, inForce, now, again)).rejects.toMatchObject({
    exit: 3,
    message: expect.stringMatching(/^Refused: nobody.*Nothing was sent\.$/),
  });
});

test('where no approval is asked for, none is needed here', async () => {
  expect(await asked([], 0, 0)).toEqual([]);
});
