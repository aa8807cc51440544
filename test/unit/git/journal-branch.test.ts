import { expect, test } from 'vitest';
import { appendJournal } from '../../../src/git/append-journal.ts';
import { GitFailure } from '../../../src/git/git.ts';
import {
  fetchBranch,
  lastApplied,
  type RunLine,
  readJournalBranch,
  runsIn,
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

const changed = (change: object) => JSON.stringify({ ...line(1), ...change });
const tenant = (change: object) => changed({ tenants: { [CONTOSO]: { outcome: 'applied', ...change } } });
const left = (...entries: readonly unknown[]) => changed({ left: entries });

test.each([
  changed({}),
  changed({ format: 1 }),
  tenant({ digest: `sha256:${'a'.repeat(64)}`, pull: 7, head: 'a'.repeat(40) }),
  tenant({ outcome: 'partly applied', approvedBy: ['octo-cat', 'some_corp', 'app[bot]'] }),
  left({ tenant: CONTOSO, pull: 7 }, { tenant: CONTOSO }),
  changed({ rules: 'b'.repeat(40), after: 'c'.repeat(64), fresh: `sha256:${'a'.repeat(64)}` }),
  JSON.stringify({ ...line(1, { by: 'fresh plan' }), commit: undefined }),
  JSON.stringify({ ...line(1, { outcome: 'unknown' }), commit: undefined }),
])('a line that a run writes is read: %s', (text) => {
  expect(runsIn(`${text}\n`, REF)).toEqual([JSON.parse(text)]);
});

test.each([
  ['a list', '[]'],
  ['format: zero', changed({ format: 0 })],
  ['format: text', changed({ format: '2' })],
  ['time', changed({ time: 'yesterday' })],
  ['run: text', changed({ run: '1' })],
  ['run: zero', changed({ run: 0 })],
  ['run: a fraction', changed({ run: 1.5 })],
  ['attempt', changed({ attempt: null })],
  ['url', changed({ url: 'javascript:alert(1)' })],
  ['commit: short', changed({ commit: 'abc' })],
  ['commit: a branch', changed({ commit: 'main' })],
  ['commit: null', changed({ commit: null })],
  ['a merge with a report and no commit', JSON.stringify({ ...line(1), commit: undefined })],
  ['after', changed({ after: 'HEAD~1' })],
  ['rules', changed({ rules: 'main' })],
  ['fresh', changed({ fresh: 'sha256:0' })],
  ['by', changed({ by: 'somebody' })],
  ['outcome', changed({ outcome: 'whole ' })],
  ['a key nobody knows', changed({ comit: 'a'.repeat(40) })],
  ['a key of every object', '{"__proto__":{},'.concat(changed({}).slice(1))],
  ['tenants: a list', changed({ tenants: [] })],
  ['tenants: null', changed({ tenants: null })],
  ['tenant: a name', changed({ tenants: { contoso: { outcome: 'applied' } } })],
  ['tenant: upper case', changed({ tenants: { [CONTOSO.replace('1', 'A')]: { outcome: 'applied' } } })],
  ['tenant: text', changed({ tenants: { [CONTOSO]: 'applied' } })],
  ['tenant: nothing', changed({ tenants: { [CONTOSO]: {} } })],
  ['tenant: outcome', tenant({ outcome: 'all good' })],
  ['tenant: inherited outcome', tenant({ outcome: 'toString' })],
  ['tenant: digest', tenant({ digest: 'a'.repeat(64) })],
  ['tenant: pull', tenant({ pull: '7' })],
  ['tenant: head', tenant({ head: 'main' })],
  ['tenant: approvedBy', tenant({ approvedBy: 'rita' })],
  ['tenant: approved by a name', tenant({ approvedBy: ['Rita Example'] })],
  ['tenant: a key nobody knows', tenant({ pul: 7 })],
  ['left: an object', changed({ left: {} })],
  ['left: text', left(CONTOSO)],
  ['left: null', left(null)],
  ['left: a list', left([CONTOSO])],
  ['left: no tenant', left({ pull: 7 })],
  ['left: a name', left({ tenant: 'contoso' })],
  ['left: pull zero', left({ tenant: CONTOSO, pull: 0 })],
  ['left: pull below zero', left({ tenant: CONTOSO, pull: -7 })],
  ['left: a fraction', left({ tenant: CONTOSO, pull: 7.5 })],
  ['left: pull as text', left({ tenant: CONTOSO, pull: '7' })],
  ['left: pull null', left({ tenant: CONTOSO, pull: null })],
  ['left: a key nobody knows', left({ tenant: CONTOSO, pul: 7 })],
])('a tampered line is unknown, never misread: %s', (_, bad) => {
  const text = `${JSON.stringify(line(1))}\n${bad}\n`;
  expect(() => runsIn(text, REF)).toThrow(GitFailure);
  expect(() => runsIn(text, REF)).toThrow(/^line 2 of runs.jsonl .* is damaged/);
});

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

test('a line of a newer format is told apart from damage', () => {
  const newer = changed({ format: 2, more: 'words' });
  expect(() => runsIn(`${newer}\n`, REF)).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(
        /^line 1 of runs.jsonl .* was written by a newer iosmail: its format is 2/,
      ),
      fix: expect.stringMatching(/Pin that release again/),
    }),
  );
});

test('a branch that somebody made of main is no journal, and one that lost its runs is a damaged one', async () => {
  const repo = repository();
  repo.commit({ 'README.md': 'text\n', link: { linkTo: 'README.md' } });
  await expect(readJournalBranch(repo.folder, 'refs/heads/main')).rejects.toMatchObject({
    message: expect.stringContaining('There is no journal on refs/heads/main'),
    fix: expect.stringContaining('delete it'),
  });
  repo.commit({ [`tenants/${CONTOSO}.jsonl`]: '{}\n', link: null });
  await expect(readJournalBranch(repo.folder, 'refs/heads/main')).rejects.toMatchObject({
    message: expect.stringContaining('There is no runs.jsonl'),
    fix: expect.stringContaining('Restore the branch'),
  });
});
