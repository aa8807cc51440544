import { realpath, stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { GitFailure, git } from './git.ts';

/** Where a folder lies: the root of its repository, and the path from there, with `/`. The folder need not exist. */
export type InRepository = { readonly repo: string; readonly path: string };

/** @throws GitFailure when it lies in no working directory of a repository. */
export async function inRepository(folder: string): Promise<InRepository> {
  const wanted = resolve(folder);
  let there = wanted;
  while (!(await isFolder(there)) && dirname(there) !== there) there = dirname(there);
  const repo = (await git(there, ['rev-parse', '--show-toplevel'])).toString('utf8').replace(/\r?\n$/, '');
  const real = resolve(await realpath(there), relative(there, wanted));
  const path = relative(await realpath(repo), real)
    .split(sep)
    .join('/');
  if (path.startsWith('..')) {
    throw new GitFailure(
      `${folder} is not in the repository ${repo}.`,
      'Name a folder of it with --policies.',
    );
  }
  return { repo, path };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
