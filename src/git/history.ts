import { GitFailure, git, gitAnswer } from './git.ts';

/** A commit, and its first parent; the first commit of all has none. */
export type Commit = { readonly commit: string; readonly parent: string | undefined };

/**
 * The commit that a name stands for: a branch, a tag, an id, `HEAD~2`.
 * @throws GitFailure where there is none, or the name could be taken for an option.
 */
export async function commitOf(repo: string, ref: string): Promise<string> {
  const named = /^[^\s-][^\p{Cc}]*$/u.test(ref);
  const answer = named
    ? await gitAnswer(repo, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], {
        answers: [1],
      })
    : undefined;
  const commit = answer?.output.toString('utf8').trim() ?? '';
  if (answer?.status === 0 && isId(commit)) return commit;
  throw new GitFailure(
    `There is no commit ${ref} in this repository.`,
    'Name a commit, branch or tag that this clone has; `git fetch` it first.',
  );
}

/** Whether this clone has a commit, by its id. */
export async function isHere(repo: string, commit: string): Promise<boolean> {
  const { status } = await gitAnswer(repo, ['cat-file', '-e', `${commit}^{commit}`], { answers: [1, 128] });
  return status === 0;
}

/**
 * Whether a branch is there, by its full name. A listing and no look-up, since a look-up calls a damaged name and an
 * absent one the same; a listing warns of it.
 * @throws GitFailure for a damaged one.
 */
export async function refIsThere(repo: string, ref: string): Promise<boolean> {
  const { output, said } = await gitAnswer(repo, ['for-each-ref', '--format=%(refname)', ref]);
  if (said.includes(ref))
    throw new GitFailure(`The branch ${ref} cannot be read: ${said.trim()}`, 'Fetch the branch again.');
  return output.toString('utf8').split('\n').includes(ref);
}

/**
 * The tree that merging `head` into `base` would give. Nothing is checked out, and no commit is made.
 * @throws GitFailure naming the files, where they conflict.
 */
export async function mergedTree(repo: string, base: string, head: string): Promise<string> {
  const [ours, theirs] = [await commitOf(repo, base), await commitOf(repo, head)];
  await noSharedHistoryIsSaid(repo, ours, theirs);
  const { status, output } = await gitAnswer(
    repo,
    ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs],
    { answers: [1] },
  );
  const [tree = '', ...files] = output.toString('utf8').split('\0');
  if (status === 0 && isId(tree)) return tree;
  const conflicts = [...new Set(files.filter((file) => file !== ''))];
  const more = conflicts.length > 10 ? ` and ${conflicts.length - 10} more` : '';
  throw new GitFailure(
    `It cannot be merged: ${conflicts.slice(0, 10).join(', ') || 'files'}${more} changed on both sides.`,
    'Merge the base branch into the pull request and resolve the conflicts.',
    status,
  );
}

async function noSharedHistoryIsSaid(repo: string, base: string, head: string): Promise<void> {
  const { status } = await gitAnswer(repo, ['merge-base', base, head], { answers: [1] });
  if (status === 0) return;
  await wholeHistory(repo);
  throw new GitFailure(
    'The two commits have no history in common.',
    'Name the commits of one pull request of this repository.',
  );
}

/** Whether `ancestor` is `commit` or one that led to it. @throws GitFailure where history is cut off. */
export async function isAncestor(repo: string, ancestor: string, commit: string): Promise<boolean> {
  const [older, newer] = [await commitOf(repo, ancestor), await commitOf(repo, commit)];
  const { status } = await gitAnswer(repo, ['merge-base', '--is-ancestor', older, newer], { answers: [1] });
  if (status === 1) await wholeHistory(repo);
  return status === 0;
}

/**
 * The commits of a branch itself, without those of the branches merged into it, oldest first.
 * @param after the last one that is not wanted; all of them when undefined.
 * @throws GitFailure where history is cut off: a missing commit must not look like none.
 */
export async function firstParents(
  repo: string,
  after: string | undefined,
  commit: string,
): Promise<readonly Commit[]> {
  const last = await commitOf(repo, commit);
  const not = after === undefined ? [] : [`^${await commitOf(repo, after)}`];
  await wholeHistory(repo);
  const output = await git(repo, [
    'rev-list',
    '--first-parent',
    '--reverse',
    '--parents',
    last,
    ...not,
    '--',
  ]);
  return output
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', parent] = line.split(' ');
      return { commit: id, parent };
    });
}

/**
 * The first commit of a branch itself that has one of the paths or had it; undefined where none ever did.
 * @param path of a file or folder, from `repo`, the root of the repository.
 * @throws GitFailure where history is cut off.
 */
export async function firstWith(repo: string, path: string, commit: string): Promise<string | undefined> {
  await wholeHistory(repo);
  const last = await commitOf(repo, commit);
  const listed = ['rev-list', '--first-parent', '--reverse', last, '--', path];
  return (await git(repo, listed)).toString('utf8').split('\n').find(isId);
}

async function wholeHistory(repo: string): Promise<void> {
  const shallow = (await git(repo, ['rev-parse', '--is-shallow-repository'])).toString('utf8').trim();
  if (shallow === 'false') return;
  throw new GitFailure(
    'This clone holds only the newest part of the history.',
    'Run `git fetch --unshallow`; in GitHub Actions, check out with fetch-depth: 0.',
  );
}

function isId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
