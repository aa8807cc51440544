import { expect, test } from 'vitest';
import { commitFile, whoCommits } from '../../../src/git/commit-file.ts';
import { repository } from './repository.ts';

function withSomebody() {
  const repo = repository();
  repo.run('config', 'user.name', 'Ada');
  repo.run('config', 'user.email', 'ada@x.example');
  repo.run('config', 'commit.gpgsign', 'false');
  return repo;
}

test('the one file is committed; what else is staged or changed stays as it is', async () => {
  const { folder, commit, write, run } = withSomebody();
  commit({ 'a.yaml': '1\n', 'b.yaml': '1\n', 'c.yaml': '1\n' });
  write({ 'a.yaml': '2\n', 'b.yaml': '2\n', 'c.yaml': '2\n' });
  run('add', 'b.yaml');
  const kept = await commitFile(folder, 'a.yaml', 'one file\n\n-- why: `$(x)`\n');
  expect(kept).toEqual({ commit: run('rev-parse', 'HEAD').trim(), branch: 'main' });
  expect(run('show', '--format=%an %s%n%b', '--name-only').trim()).toBe(
    'Ada one file\n-- why: `$(x)`\n\n\na.yaml',
  );
  expect(
    run('status', '--short')
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual(['M  b.yaml', 'M c.yaml']);
});

test('where nothing is new the commit that has it is told, and none is made', async () => {
  const { folder, commit, run } = withSomebody();
  const first = commit({ 'a.yaml': '1\n' }).trim();
  const last = commit({ 'b.yaml': '1\n' }).trim();
  expect(await commitFile(folder, 'a.yaml', 'again')).toEqual({ commit: first, branch: 'main' });
  expect(run('rev-parse', 'HEAD').trim()).toBe(last);
});

test('without a branch it is committed all the same', async () => {
  const { folder, commit, write, run } = withSomebody();
  commit({ 'a.yaml': '1\n' });
  run('checkout', '-q', '--detach');
  write({ 'a.yaml': '2\n' });
  expect(await commitFile(folder, 'a.yaml', 'detached')).toMatchObject({ branch: undefined });
});

test('a file that is not there, or a name that looks like an option, fails', async () => {
  const { folder, commit } = withSomebody();
  commit({ 'a.yaml': '1\n' });
  await expect(commitFile(folder, 'b.yaml', 'x')).rejects.toMatchObject({ name: 'GitFailure' });
  await expect(commitFile(folder, '--all', 'x')).rejects.toMatchObject({ name: 'GitFailure' });
});

test('who works here is who Git would name', async () => {
  const { folder } = withSomebody();
  expect(await whoCommits(folder)).toBe('ada@x.example');
});
