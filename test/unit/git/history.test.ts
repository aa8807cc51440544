import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GitFailure, git } from '../../../src/git/git.ts';
import { commitOf, firstParents, isAncestor, mergedTree } from '../../../src/git/history.ts';
import { filesIn } from '../../../src/git/tree.ts';
import { repository, runGit } from './repository.ts';

test('a commit by branch, by id and by its parent', async () => {
  const repo = repository();
  const first = repo.commit({ a: '1' });
  const second = repo.commit({ a: '2' });
  repo.run('tag', '-a', '-m', 'said', 'v1');
  expect(await commitOf(repo.folder, 'main')).toBe(second);
  expect(await commitOf(repo.folder, 'v1')).toBe(second);
  expect(await commitOf(repo.folder, 'HEAD~1')).toBe(first);
  expect(await commitOf(repo.folder, first.slice(0, 10))).toBe(first);
});

test.each(['nowhere', '', '--all', '-x', ' main', 'main\nHEAD', 'HEAD:a', '0'.repeat(40)])(
  'no commit: %j',
  async (ref) => {
    const repo = repository();
    repo.commit({ a: '1' });
    await expect(commitOf(repo.folder, ref)).rejects.toThrow(GitFailure);
    await expect(commitOf(repo.folder, ref)).rejects.toMatchObject({
      fix: expect.stringContaining('git fetch'),
    });
  },
);

test('the merge of two branches holds what both changed, and changes nothing itself', async () => {
  const repo = repository();
  repo.commit({ a: '1', b: '1' });
  repo.run('checkout', '-q', '-b', 'head');
  repo.commit({ a: '2' });
  repo.run('checkout', '-q', 'main');
  const base = repo.commit({ b: '2', c: 'new' });
  const tree = await mergedTree(repo.folder, 'main', 'head');
  const files = await filesIn(repo.folder, tree, '');
  expect(files.map(({ path, bytes }) => [path, bytes?.toString()])).toEqual([
    ['a', '2'],
    ['b', '2'],
    ['c', 'new'],
  ]);
  expect(repo.run('rev-parse', 'HEAD')).toBe(base);
  expect(repo.run('status', '--porcelain')).toBe('');
});

test('a conflict is a failure that names the files', async () => {
  const repo = repository();
  repo.commit({ 'policies/x.yaml': '1', other: '1' });
  repo.run('checkout', '-q', '-b', 'head');
  repo.commit({ 'policies/x.yaml': '2', other: '2' });
  repo.run('checkout', '-q', 'main');
  repo.commit({ 'policies/x.yaml': '3' });
  await expect(mergedTree(repo.folder, 'main', 'head')).rejects.toThrow(
    'It cannot be merged: policies/x.yaml changed on both sides.',
  );
});

test('commits without a history in common cannot be merged', async () => {
  const repo = repository();
  repo.commit({ a: '1' });
  repo.run('checkout', '-q', '--orphan', 'stranger');
  repo.commit({ b: '1' });
  await expect(mergedTree(repo.folder, 'main', 'stranger')).rejects.toThrow('no history in common');
});

test('the first-parent history, oldest first, without what was merged into it', async () => {
  const repo = repository();
  const first = repo.commit({ a: '1' });
  repo.run('checkout', '-q', '-b', 'side');
  const side = repo.commit({ b: '1' });
  repo.run('checkout', '-q', 'main');
  const second = repo.commit({ c: '1' });
  repo.run('merge', '-q', '--no-ff', '-m', 'merge', 'side');
  const merge = repo.run('rev-parse', 'HEAD');
  expect(await firstParents(repo.folder, undefined, 'main')).toEqual([
    { commit: first, parent: undefined },
    { commit: second, parent: first },
    { commit: merge, parent: second },
  ]);
  expect(await firstParents(repo.folder, second, merge)).toEqual([{ commit: merge, parent: second }]);
  expect(await firstParents(repo.folder, merge, merge)).toEqual([]);
  expect(await isAncestor(repo.folder, side, merge)).toBe(true);
  expect(await isAncestor(repo.folder, merge, side)).toBe(false);
  expect(await isAncestor(repo.folder, merge, merge)).toBe(true);
});

test('a clone without its history is a failure, not an empty history', async () => {
  const repo = repository();
  const first = repo.commit({ a: '1' });
  repo.commit({ a: '2' });
  const last = repo.commit({ a: '3' });
  runGit(repo.folder, ['clone', '-q', '--depth', '1', `file://${repo.folder}`, 'shallow']);
  const shallow = join(repo.folder, 'shallow');
  await expect(firstParents(shallow, undefined, last)).rejects.toMatchObject({
    fix: expect.stringContaining('fetch-depth: 0'),
  });
  await expect(isAncestor(shallow, first, last)).rejects.toThrow(GitFailure);
});

test('no hook and no program of the configuration runs', async () => {
  const repo = repository();
  repo.commit({ a: '1' });
  const mark = join(repo.folder, 'ran');
  const script = join(repo.folder, 'script.sh');
  writeFileSync(script, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  repo.run('config', 'core.fsmonitor', script);
  repo.run('config', 'core.hooksPath', repo.folder);
  await git(repo.folder, ['status', '--porcelain']);
  expect(existsSync(mark)).toBe(false);
});

test('what Git said is in the failure, with its exit code', async () => {
  const repo = repository();
  await expect(git(repo.folder, ['cat-file', '-p', 'nothing'])).rejects.toMatchObject({
    message: expect.stringMatching(/^git cat-file failed: .*nothing/),
    status: 128,
  });
});
