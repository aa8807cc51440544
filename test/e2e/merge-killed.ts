import { expect } from 'vitest';
import { broken, levelsOf, watch } from '../scenarios/levels.ts';
import { FILE, GATED, OPEN, openTenant } from './gating.ts';
import { openMerging } from './merging.ts';
import { writesIn } from './world.ts';

/** The writes that this takes. */
export const WRITES = 5;

/**
 * Merges a pull request whose apply is killed with its nth write. The job that records is a machine of its own, and
 * tells what is known; the next run finishes the rest under the same review.
 */
export async function killedMerge(nth: number): Promise<void> {
  const tenant = openTenant();
  const merging = await openMerging([tenant], { [FILE]: OPEN });
  const { github, sandbox, push, pushed, git, merged, rerun, kill } = merging;
  const moments = watch(sandbox, tenant);
  const already = sandbox.onCommit;
  let commits = 0;
  sandbox.onCommit = (...written) => {
    already?.(...written);
    commits += 1;
    if (commits === nth) kill();
  };
  const branch = async (file: string) => {
    await git('fetch', '--quiet', 'origin');
    return await git('show', `origin/iosmail-journal:${file}`);
  };
  const lines = async () => (await branch('runs.jsonl')).split('\n').map((line) => JSON.parse(line));

  const before = await git('rev-parse', 'origin/main');
  await push('gate', { [FILE]: GATED });
  const pull = await github.openPull({ branch: 'gate', author: 'anna' });
  await pushed(pull);
  github.review({ pull, user: 'rita', state: 'APPROVED' });
  const commit = await github.merge(pull, { method: 'merge', by: 'anna' });
  const died = await merged(commit, before);

  expect(died.jobs.apply?.result).toBe('failure');
  expect(died.jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'))?.code).toBe(137);
  expect(writesIn(sandbox)).toHaveLength(nth);
  expect(await lines()).toMatchObject([{ outcome: 'unknown' }]);
  const told = await branch(`tenants/${tenant.id}.jsonl`);
  expect(told.split('\n').filter((line) => line.includes('"sending"'))).toHaveLength(nth);
  expect([...github.hub.issues.values()].map(({ body }) => body).join()).toMatch(/left no report/);
  expect(await git('ls-remote', '--heads', 'origin', 'iosmail-lock')).toBe('');

  // All jobs of that run again, or the run of the next push: what is left is sent, and nothing else.
  const next = nth % 2 === 0 ? await rerun(died, { jobs: 'all' }) : await merged(commit, before);
  expect(next.jobs.apply?.result, JSON.stringify(next.jobs.apply?.steps)).toBe('success');
  expect(next.jobs.record?.result).toBe('success');
  expect(writesIn(sandbox)).toHaveLength(WRITES);
  expect(broken(moments, levelsOf(tenant))).toEqual([]);
  const [first, last] = await lines();
  expect(first).toMatchObject({ outcome: 'unknown' });
  const outcome = nth === WRITES ? 'nothing to do' : 'applied';
  expect(last).toMatchObject({
    outcome: 'whole',
    tenants: { [tenant.id]: { outcome, pull: pull.number, approvedBy: ['rita'] } },
  });
  expect((await branch(`tenants/${tenant.id}.jsonl`)).startsWith(told)).toBe(true);
  expect(github.complaints).toEqual([]);
}
