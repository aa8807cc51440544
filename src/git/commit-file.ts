import { git, gitAnswer } from './git.ts';

export type Committed = { readonly commit: string; readonly branch: string | undefined };

/**
 * Commits one file as it lies there on the current branch, under the name of whoever works here; whatever else is
 * staged or changed stays as it is. No hook runs.
 * @param path from the root of the repository, with `/`.
 * @returns the commit that has it, an older one where nothing is new, and the branch unless HEAD is detached.
 * @throws GitFailure with what Git said; then nothing is committed.
 */
export async function commitFile(repo: string, path: string, message: string): Promise<Committed> {
  await git(repo, ['add', '--', path]);
  const { status: differs } = await gitAnswer(repo, ['diff', '--cached', '--quiet', 'HEAD', '--', path], {
    answers: [1],
  });
  if (differs === 1)
    await git(repo, ['commit', '--quiet', '--file=-', '--only', '--', path], { input: message });
  const commit = (await git(repo, ['log', '-1', '--format=%H', '--', path])).toString('utf8').trim();
  const { status, output } = await gitAnswer(repo, ['symbolic-ref', '--quiet', '--short', 'HEAD'], {
    answers: [1],
  });
  return { commit, branch: status === 0 ? output.toString('utf8').trim() : undefined };
}

/** Who works here, as Git would name them in a commit; undefined where it is not configured. */
export async function whoCommits(folder: string): Promise<string | undefined> {
  const { status, output } = await gitAnswer(folder, ['config', 'user.email'], { answers: [1, 128] });
  const email = output.toString('utf8').trim();
  return status === 0 && email !== '' ? email : undefined;
}
