import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Addition, appendJournal, onlyGrew } from '../../../src/git/append-journal.ts';
import { GitFailure } from '../../../src/git/git.ts';
import { journalFiles, type RunLine, readJournalBranch } from '../../../src/git/journal-branch.ts';
import { remote } from './remote.ts';
import { repository, runGit } from './repository.ts';

const BRANCH = 'iosmail-journal';
const REF = `refs/remotes/origin/${BRANCH}`;
const CONTOSO = '11111111-2222-4333-8444-555555555555';
const LITWARE = '22222222-2222-4333-8444-555555555555';
const FILE = `tenants/${CONTOSO}.jsonl`;

const line = (run: number, more: Partial<RunLine> = {}): RunLine => ({
  time: '2026-11-24T09:00:00.000Z',
  run,
  attempt: 1,
  url: `https://github.com/o/r/actions/runs/${run}`,
  commit: String(run % 10).repeat(40),
  by: 'merge',
  outcome: 'whole',
  tenants: { [CONTOSO]: { outcome: 'applied' } },
  left: [],
  ...more,
});
const lines = (run: number) => `{"run":${run}}\n{"end":${run}}\n`;
const addition = (run: number, more: Partial<RunLine> = {}): Addition => ({
  run: line(run, more),
  tenants: new Map([[CONTOSO, lines(run)]]),
  message: `run ${run}\n`,
});
const refused = async (work: Promise<unknown>): Promise<GitFailure> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof GitFailure) return error;
  throw new Error(`That was no GitFailure: ${String(error)}`);
};
/** A hook of the remote that counts what is pushed. */
function hook(origin: ReturnType<typeof remote>, name: string, body: string): () => number {
  const folder = origin.run('rev-parse', '--absolute-git-dir');
  const [file, count] = [join(folder, 'hooks', name), join(folder, `pushes-${name}`)];
  writeFileSync(file, `#!/bin/sh\necho once >> '${count}'\n${body}\n`);
  chmodSync(file, 0o755);
  return () => (existsSync(count) ? readFileSync(count, 'utf8').split('\n').length - 1 : 0);
}

test('what is there stays byte for byte: no text, no line end, no other file is touched', async () => {
  const origin = remote();
  const repo = repository();
  const old = Buffer.from([0x7b, 0x7d, 0x0d, 0x0a, 0xff, 0xfe, 0x00, 0xc3, 0x28, 0x0a, 0x7b]);
  const runs = `\n${JSON.stringify(line(1))}`;
  repo.commit({
    'runs.jsonl': runs,
    [FILE]: old,
    'notes/Ünïcode.txt': old,
    [`tenants/${LITWARE}.jsonl`]: old,
  });
  repo.run('push', '-q', origin.run('rev-parse', '--absolute-git-dir'), `HEAD:${BRANCH}`);
  const clone = origin.clone('a');
  const { commit, did } = await appendJournal(clone, BRANCH, addition(2));
  expect(did).toBe('appended');
  const after = await journalFiles(clone, commit);
  expect([...after.keys()].sort()).toEqual(
    ['notes/Ünïcode.txt', 'runs.jsonl', FILE, `tenants/${LITWARE}.jsonl`].sort(),
  );
  expect(after.get(FILE)).toEqual(Buffer.concat([old, Buffer.from(`\n${lines(2)}`)]));
  expect(after.get('notes/Ünïcode.txt')).toEqual(old);
  expect(after.get(`tenants/${LITWARE}.jsonl`)).toEqual(old);
  expect(after.get('runs.jsonl')?.toString()).toBe(`${runs}\n${JSON.stringify(line(2))}\n`);
  // Read as text, bytes that are none would turn ids into others.
  const branch = await readJournalBranch(clone, REF);
  expect(() => branch.kind === 'read' && branch.tenantLines(CONTOSO)).toThrow('is not text');
});

test.each([
  ['a file that is gone', (files: Files) => files.delete(FILE)],
  ['a file that is shorter', (files: Files) => files.set(FILE, 'on')],
  ['a byte that changed', (files: Files) => files.set(FILE, 'One\nmore\n')],
  ['a line in front', (files: Files) => files.set(FILE, 'more\none\n')],
  ['nothing new where something was meant', (files: Files) => files.set(FILE, 'one\n')],
  ['more in a file that was not meant', (files: Files) => files.set('runs.jsonl', '{}\nmore\n')],
  ['a file that nobody asked for', (files: Files) => files.set('other', '')],
])('never written: %s', async (_, change) => {
  const repo = repository();
  const before: Files = new Map([
    ['runs.jsonl', '{}\n'],
    [FILE, 'one\n'],
  ]);
  const old = await journalFiles(repo.folder, repo.commit(Object.fromEntries(before)));
  const meant = new Map([[FILE, true]]);
  const longer = repo.commit({ [FILE]: 'one\nmore\n' });
  await onlyGrew(repo.folder, old, longer, meant);
  const files = new Map([...before, [FILE, 'one\nmore\n']]);
  change(files);
  for (const path of before.keys()) if (!files.has(path)) repo.commit({ [path]: null });
  const tree = repo.commit(Object.fromEntries(files));
  expect((await refused(onlyGrew(repo.folder, old, tree, meant))).message).toContain('lose or change lines');
});
type Files = Map<string, string>;

test('told a second time, a run is there already', async () => {
  const origin = remote();
  const clone = origin.clone('a');
  const { commit } = await appendJournal(clone, BRANCH, addition(1));
  const later = '2026-11-24T10:00:00.000Z';
  for (const again of [addition(1), addition(1, { time: later }), addition(1, { time: later, attempt: 2 })])
    expect(await appendJournal(clone, BRANCH, again)).toEqual({ commit, did: 'there already' });
  expect(origin.run('rev-list', '--count', BRANCH)).toBe('1');
});

test('what is new of a run is appended, and what it sent is there once', async () => {
  const origin = remote();
  const clone = origin.clone('a');
  const show = (file: string) => `${origin.run('show', `${BRANCH}:${file}`)}\n`;
  await appendJournal(clone, BRANCH, addition(1));
  const other = addition(1, { attempt: 2, outcome: 'unknown' });
  expect((await appendJournal(clone, BRANCH, other)).did).toBe('appended');
  expect(show(FILE)).toBe(lines(1));
  // Two attempts that sent nothing are two attempts.
  const none = { tenants: new Map([[CONTOSO, '']]) };
  expect((await appendJournal(clone, BRANCH, { ...addition(2), ...none })).did).toBe('appended');
  expect((await appendJournal(clone, BRANCH, { ...addition(2, { attempt: 2 }), ...none })).did).toBe(
    'appended',
  );
  expect((await appendJournal(clone, BRANCH, { ...addition(2), ...none })).did).toBe('there already');
  // The same words, but not at the start of a line, are other words.
  const part = { ...addition(3), tenants: new Map([[CONTOSO, '"end":1}\n']]) };
  expect((await appendJournal(clone, BRANCH, part)).did).toBe('appended');
  expect(show(FILE)).toBe(`${lines(1)}"end":1}\n`);
  const both = new Map([
    [CONTOSO, lines(1)],
    [LITWARE, lines(1)],
  ]);
  expect((await appendJournal(clone, BRANCH, { ...addition(1), tenants: both })).did).toBe('appended');
  expect(show(`tenants/${LITWARE}.jsonl`)).toBe(lines(1));
  expect(show(FILE)).toBe(`${lines(1)}"end":1}\n`);
});

test('overtaken between the look and the push: the other one comes first', async () => {
  const origin = remote();
  const [a, b] = [origin.clone('a'), origin.clone('b')];
  const first = await appendJournal(a, BRANCH, addition(1));
  const second = await appendJournal(b, BRANCH, addition(2));
  origin.run('update-ref', `refs/heads/${BRANCH}`, first.commit);
  const pushes = hook(
    origin,
    'update',
    `[ -e overtaken ] && exit 0; touch overtaken; git update-ref refs/heads/${BRANCH} ${second.commit}`,
  );
  const third = await appendJournal(a, BRANCH, addition(3));
  expect(pushes()).toBe(2);
  expect(origin.run('rev-list', '--reverse', BRANCH).split('\n')).toEqual([
    first.commit,
    second.commit,
    third.commit,
  ]);
  expect(runGit(a, ['rev-parse', REF])).toBe(third.commit);
});

test('overtaken again and again ends, and says so', async () => {
  const origin = remote();
  const clone = origin.clone('a');
  const pushes = hook(origin, 'update', `echo "error: cannot lock ref '$1'" >&2; exit 1`);
  const { message, fix } = await refused(appendJournal(clone, BRANCH, addition(1)));
  expect(pushes()).toBe(5);
  expect(message).toContain('others were faster 5 times');
  expect(fix).toContain('Run the job again');
});

test.each([
  ['remote: error: GH013: Repository rule violations found for refs/heads/x.', /ruleset/],
  ['error: GH006: Protected branch update failed for refs/heads/x.', /ruleset/],
  ['no', /ruleset/],
])('refused by the host (%s): said at once, with what to do', async (words, fix) => {
  const origin = remote();
  const clone = origin.clone('a');
  const pushes = hook(origin, 'pre-receive', `echo "${words}" >&2; exit 1`);
  const failure = await refused(appendJournal(clone, BRANCH, addition(1)));
  expect(pushes()).toBe(1);
  expect(failure.message).toMatch(/^The branch iosmail-journal cannot be written: /);
  expect(failure.fix).toMatch(fix);
});

test('a host that cannot be reached: said at once, with what to do', async () => {
  const clone = remote().clone('a');
  runGit(clone, ['remote', 'set-url', 'origin', 'http://127.0.0.1:1/o/r.git']);
  const { message, fix } = await refused(appendJournal(clone, BRANCH, addition(1)));
  expect(message).toMatch(/^The branch iosmail-journal cannot be fetched: /);
  expect(fix).toContain('GitHub was not reached');
});

test('a connection that breaks after the host took it: taken, once', async () => {
  const origin = remote();
  const clone = origin.clone('a');
  const pushes = hook(origin, 'post-receive', 'kill -9 $PPID');
  const { commit } = await appendJournal(clone, BRANCH, addition(1));
  expect(pushes()).toBe(1);
  expect(origin.run('rev-parse', BRANCH)).toBe(commit);
});

test.each<[string, Addition]>([
  ['a merge without its commit', { ...addition(1), run: { ...line(1), commit: '' } }],
  ['a tenant that is no id', addition(1, { tenants: { contoso: { outcome: 'applied' } } })],
  ['a file that is no id', { ...addition(1), tenants: new Map([['../runs', '{}\n']]) }],
  ['lines that do not end', { ...addition(1), tenants: new Map([[CONTOSO, '{}']]) }],
])('what could not be read again is not written: %s', async (_, bad) => {
  const origin = remote();
  const { fix } = await refused(appendJournal(origin.clone('a'), BRANCH, bad));
  expect(fix).toContain('run the whole workflow again');
  expect(origin.run('branch', '--list')).toBe('');
});

test('a damaged journal is not gone on with', async () => {
  const origin = remote();
  const repo = repository();
  repo.commit({ 'runs.jsonl': '{"run":1}\n' });
  repo.run('push', '-q', origin.run('rev-parse', '--absolute-git-dir'), `HEAD:${BRANCH}`);
  const before = origin.run('rev-parse', BRANCH);
  const { message } = await refused(appendJournal(origin.clone('a'), BRANCH, addition(2)));
  expect(message).toContain('line 1 of runs.jsonl');
  expect(origin.run('rev-parse', BRANCH)).toBe(before);
});
