import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GitFailure } from '../../../src/git/git.ts';
import { journalLines } from '../../../src/git/journal-lines.ts';
import { policyFilesAt } from '../../../src/git/policy-files.ts';
import { filesIn } from '../../../src/git/tree.ts';
import { inRepository } from '../../../src/git/worktree.ts';
import { readPolicyFiles } from '../../../src/policy/files.ts';
import { policiesOf } from '../../../src/policy/policies.ts';
import { DAY, tenantText } from '../policy/sample.ts';
import { type Files, repository } from './repository.ts';

const FILES: Files = {
  'policies/tenants/sample.yaml': tenantText('baseline: standard\n'),
  'policies/baselines/standard.yaml': 'application: {}\n',
  'policies/settings.yaml': 'review:\n  approvals: 2\n',
  'policies/README.md': 'read me',
  'src/other.ts': 'x',
};

async function said(files: Files) {
  const repo = repository();
  const commit = repo.commit({ ...FILES, ...files });
  const read = await policyFilesAt(repo.folder, commit, 'policies');
  return { read, findings: read.findings.map(({ at, severity, rule }) => `${at?.file} ${severity} ${rule}`) };
}

test('policies of a commit, not those on disk', async () => {
  const repo = repository();
  const commit = repo.commit(FILES);
  repo.write({ 'policies/tenants/sample.yaml': 'broken: [', 'policies/settings.yaml': null });
  const loaded = policiesOf(await policyFilesAt(repo.folder, commit, './policies/'), DAY);
  expect(loaded.findings).toEqual([]);
  expect(loaded.settings.review.approvals).toBe(2);
  expect(loaded.tenants[0]?.origins['/tenant/name']).toEqual({
    file: 'policies/tenants/sample.yaml',
    line: 2,
    column: 3,
  });
});

test.each<[string, Files]>([
  ['nothing wrong', {}],
  ['a yml', { 'policies/tenants/other.yml': '' }],
  ['another folder', { 'policies/tenant/other.yaml': '' }],
  ['notes', { 'policies/tenants/notes.txt': '', 'policies/x.txt': '' }],
  ['hidden', { 'policies/.hidden': '', 'policies/tenants/.hidden': '' }],
  ['guardrails', { 'policies/guardrails.yaml': 'rules: []\n' }],
  ['settings.yml', { 'policies/settings.yml': '' }],
  ['no tenants', { 'policies/tenants/sample.yaml': null }],
  ['a file as a folder', { 'policies/tenants': 'x' }],
  ['a folder as a file', { 'policies/tenants/folder.yaml/x': '' }],
])('the same as on disk: %s', async (_, files) => {
  const repo = repository();
  const commit = repo.commit({ ...FILES, ...files });
  const disk = await readPolicyFiles(join(repo.folder, 'policies'));
  const relative = JSON.parse(JSON.stringify(disk.findings).replaceAll(`${repo.folder}/`, ''));
  const read = await policyFilesAt(repo.folder, commit, 'policies');
  const brief = (list: typeof disk.findings) =>
    list.map(({ rule, at, severity }) => ({ rule, at, severity }));
  expect(brief(read.findings)).toEqual(brief(relative));
  expect(read.isWhole).toBe(disk.isWhole);
  expect(read.tenants.map(({ name }) => name)).toEqual(disk.tenants.map(({ name }) => name));
  expect(read.baselines.map(({ name }) => name)).toEqual(disk.baselines.map(({ name }) => name));
});

test('a link is never followed, wherever it leads', async () => {
  const { read, findings } = await said({
    'policies/tenants/twin.yaml': { linkTo: 'sample.yaml' },
    'policies/tenants/out.yaml': { linkTo: '/etc/passwd' },
    'policies/baselines': { linkTo: '../src' },
    'policies/settings.yaml': { linkTo: '/dev/null' },
  });
  expect(findings).toEqual([
    'policies/settings.yaml error link-outside',
    'policies/tenants/out.yaml error link-outside',
    'policies/tenants/twin.yaml error link-outside',
    'policies/baselines error link-outside',
  ]);
  expect(read.tenants.filter(({ bytes }) => bytes !== undefined).map(({ name }) => name)).toEqual(['sample']);
  expect(policiesOf(read, DAY).tenants).toEqual([]);
});

test('the policies directory itself as a link', async () => {
  const { read, findings } = await said({ policies: { linkTo: 'src' } });
  expect(findings).toEqual(['policies error link-outside']);
  expect(read.isWhole).toBe(false);
});

test('a submodule is not a file', async () => {
  const repo = repository();
  const commit = repo.commit(FILES);
  repo.run('update-index', '--add', '--cacheinfo', `160000,${commit},policies/tenants/module.yaml`);
  repo.run('commit', '-q', '-m', 'module');
  const { findings } = await policyFilesAt(repo.folder, 'HEAD', 'policies');
  expect(findings.map(({ rule, at }) => [rule, at?.file])).toEqual([
    ['cannot-read', 'policies/tenants/module.yaml'],
  ]);
});

test('no directory, and one that is no directory', async () => {
  const { read, findings } = await said({ policies: null });
  expect(findings).toEqual(['policies error policies-missing']);
  expect(read.isWhole).toBe(false);
  expect((await said({ policies: 'x' })).findings).toEqual(['policies error policies-missing']);
});

test('more than 1 MiB is refused, and 1 MiB is read', async () => {
  const { read } = await said({
    'policies/tenants/big.yaml': 'x'.repeat(1_048_577),
    'policies/tenants/fits.yaml': 'x'.repeat(1_048_576),
  });
  const findings = policiesOf(read, DAY).findings.map(({ rule, at }) => [rule, at?.file]);
  expect(findings).toContainEqual(['file-too-large', 'policies/tenants/big.yaml']);
  expect(findings).not.toContainEqual(['file-too-large', 'policies/tenants/fits.yaml']);
});

test('names and bytes come through as they are', async () => {
  const repo = repository();
  const bytes = new Uint8Array([0, 10, 255, 13, 10, 0]);
  repo.commit({ 'd/ä b\tc': bytes, 'd/again': bytes, 'd/empty': '', 'd*/x': 'other', ':d/x': 'other' });
  const files = await filesIn(repo.folder, 'HEAD', 'd');
  expect(files.map(({ path }) => path)).toEqual(['d/again', 'd/empty', 'd/ä b\tc']);
  expect(files.map((file) => [...(file.bytes ?? [])])).toEqual([[...bytes], [], [...bytes]]);
  expect((await filesIn(repo.folder, 'HEAD', 'd*')).map(({ path }) => path)).toEqual(['d*/x']);
  expect((await filesIn(repo.folder, 'HEAD', ':d')).map(({ path }) => path)).toEqual([':d/x']);
  expect(await filesIn(repo.folder, 'HEAD', 'nowhere')).toEqual([]);
});

test('a folder by its place in the repository, also one that is not there', async () => {
  const repo = repository();
  repo.commit(FILES);
  expect((await inRepository(join(repo.folder, 'policies'))).path).toBe('policies');
  expect((await inRepository(join(repo.folder, 'src/policies'))).path).toBe('src/policies');
  expect((await inRepository(repo.folder)).path).toBe('');
});

test('the journal branch: absent knows of nothing, damaged is a failure', async () => {
  const repo = repository();
  const commit = repo.commit({ 'tenants/a.jsonl': 'one\n', 'tenants/b.jsonl': { linkTo: 'a.jsonl' } });
  const ref = 'refs/remotes/origin/iosmail-journal';
  expect(await journalLines(repo.folder, ref, ['a'])).toEqual(new Map());
  repo.run('update-ref', `${ref}-other/x`, commit);
  expect(await journalLines(repo.folder, ref, ['a'])).toEqual(new Map());
  repo.run('update-ref', ref, commit);
  expect(await journalLines(repo.folder, ref, ['a', 'c'])).toEqual(new Map([['a', 'one\n']]));
  await expect(journalLines(repo.folder, ref, ['b'])).rejects.toThrow('not a plain file');
  const blob = repo.run('rev-parse', `${commit}:tenants/a.jsonl`);
  repo.run('update-ref', ref, blob);
  await expect(journalLines(repo.folder, ref, ['a'])).rejects.toThrow('git ls-tree failed');
  repo.run('update-ref', '-d', ref);
  repo.write({ [`.git/${ref}`]: 'broken' });
  await expect(journalLines(repo.folder, ref, ['a'])).rejects.toThrow('cannot be read');
  repo.write({ [`.git/${ref}`]: `${'1'.repeat(40)}\n` });
  await expect(journalLines(repo.folder, ref, ['a'])).rejects.toThrow(GitFailure);
});
