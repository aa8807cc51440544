import { expect, test } from 'vitest';
import { appendJournal } from '../../../src/git/append-journal.ts';
import { GitFailure } from '../../../src/git/git.ts';
import {
  fetchBranch,
  lastApplied,
  type RunLine,
  readJournalBranch,
} from '../../../src/git/journal-branch.ts';
import { remote } from './remote.ts';
import { repository } from './repository.ts';

const BRANCH = 'iosmail-journal';
const REF = `refs/remotes/origin/${BRANCH}`;
const CONTOSO = '11111111-2222-4333-8444-555555555555';

const line = (run: number, more: Partial<RunLine> = {}): RunLine => ({
  time: '2026-11-24T09:00:00.000Z',
  run,
  attempt: 1,
  url: `https://github.com/o/r/actions/runs/${run}`,
  commit: String(run % 10).repeat(40),
  by: 'merge',
  outcome: 'whole',
  tenants: {},
  left: [],
  ...more,
});
const addition = (run: number) => ({
  run: line(run),
  tenants: new Map([[CONTOSO, `{"run":${run}}\n`]]),
  message: `apply ${run}\n`,
});

test('no branch is none', async () => {
  expect(await readJournalBranch(remote().clone('a'), REF)).toEqual({ kind: 'none' });
});

test('runs that race are one commit each, and nothing that was written changes', async () => {
  const origin = remote();
  const [a, b] = [origin.clone('a'), origin.clone('b')];
  await appendJournal(a, BRANCH, addition(1));
  const before = origin.run('show', `${BRANCH}:tenants/${CONTOSO}.jsonl`);
  const first = origin.run('rev-parse', BRANCH);
  const commits = await Promise.all([
    appendJournal(a, BRANCH, addition(2)),
    appendJournal(b, BRANCH, addition(3)),
  ]);
  expect(origin.run('rev-list', '--reverse', BRANCH).split('\n')).toEqual(
    expect.arrayContaining([first, ...commits.map(({ commit }) => commit)]),
  );
  expect(origin.run('rev-list', '--count', '--first-parent', BRANCH)).toBe('3');
  const after = origin.run('show', `${BRANCH}:tenants/${CONTOSO}.jsonl`);
  expect(after.startsWith(`${before}\n`)).toBe(true);
  expect(after.split('\n').sort()).toEqual(['{"run":1}', '{"run":2}', '{"run":3}']);
  for (const removed of origin.run('log', '--format=', '--numstat', BRANCH).split('\n').filter(Boolean))
    expect(removed.split('\t')[1]).toBe('0');
  await fetchBranch(a, BRANCH);
  const read = await readJournalBranch(a, REF);
  expect(read.kind === 'read' && read.runs.map(({ run }) => run).sort()).toEqual([1, 2, 3]);
});

test.each(['{"run":', '{"run":1}', '[]', 'null'])(
  'a damaged line is unknown, never not applied: %s',
  async (bad) => {
    const repo = repository();
    repo.commit({ 'runs.jsonl': `${JSON.stringify(line(1))}\n${bad}\n` });
    await expect(readJournalBranch(repo.folder, 'refs/heads/main')).rejects.toThrow(GitFailure);
    await expect(readJournalBranch(repo.folder, 'refs/heads/main')).rejects.toThrow('line 2 of runs.jsonl');
  },
);

test('the last applied commit is that of the newest whole run, with what later runs have not settled', () => {
  expect(lastApplied([])).toBeUndefined();
  expect(lastApplied([line(1, { outcome: 'unknown' })])).toBeUndefined();
  const left = [{ tenant: 'a', pull: 7 }, { tenant: 'b' }];
  const runs = [line(1), line(2, { left }), line(3, { outcome: 'unknown' })];
  expect(lastApplied(runs)).toEqual({ commit: '2'.repeat(40), left });
  const settled = line(4, {
    by: 'fresh plan',
    tenants: { a: { outcome: 'applied' }, c: { outcome: 'failed' } },
    left: [{ tenant: 'c', pull: 9 }],
  });
  expect(lastApplied([...runs, settled])).toEqual({
    commit: '2'.repeat(40),
    left: [{ tenant: 'b' }, { tenant: 'c', pull: 9 }],
  });
  // Stale: only another review helps, so it is not tried again under this one.
  const stale = line(5, { tenants: { b: { outcome: 'stale' }, c: { outcome: 'applied' } } });
  expect(lastApplied([...runs, settled, stale])).toEqual({ commit: '5'.repeat(40), left: [] });
});
