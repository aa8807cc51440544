import type { Hub, Pull } from './hub.ts';

const ROBOT = {
  GIT_AUTHOR_NAME: 'GitHub',
  GIT_AUTHOR_EMAIL: 'noreply@github.com',
  GIT_AUTHOR_DATE: '1767225600 +0000',
  GIT_COMMITTER_NAME: 'GitHub',
  GIT_COMMITTER_EMAIL: 'noreply@github.com',
  GIT_COMMITTER_DATE: '1767225600 +0000',
};

/**
 * The merge GitHub tries while a pull request is open, at `refs/pull/<n>/merge` and in `merge_commit_sha`: a commit
 * that is on no branch. Null where the two sides conflict.
 */
export function trialOf(hub: Hub, pull: Pick<Pull, 'number' | 'baseSha' | 'headSha'>): string | null {
  const { number, baseSha, headSha } = pull;
  const merged = hub.bare.tryGit(['merge-tree', '--write-tree', baseSha, headSha]);
  if (merged === undefined) return null;
  const message = `Merge ${headSha} into ${baseSha}`;
  const parents = ['-p', baseSha, '-p', headSha];
  const trial = hub.bare.git(['commit-tree', merged, ...parents, '-m', message], { env: ROBOT });
  hub.bare.move(`refs/pull/${number}/merge`, trial);
  return trial;
}
