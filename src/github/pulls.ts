import type { Octokit } from 'octokit';
import type { GitHub } from './open-github.ts';
import { textIn, understood } from './understood.ts';

export type Pull = {
  readonly number: number;
  readonly state: 'open' | 'closed' | 'merged';
  readonly head: { readonly sha: string; readonly branch: string };
  readonly base: { readonly branch: string; readonly sha: string };
  /** Login of who opened it; `ghost` for an account that is gone. */
  readonly author: string;
  /** The commit on the base branch that the merge made. */
  readonly mergeCommit?: string;
  /** Its head is in another repository, or in one that is gone. */
  readonly fromFork: boolean;
  readonly draft?: boolean;
};

type Listed = Awaited<ReturnType<Octokit['rest']['pulls']['list']>>['data'][number];

/** The open pull request of a branch, the newest where it has several; `owner` is the account the branch is in. */
export async function pullOfHead(
  { octokit, owner, repo }: GitHub,
  head: { readonly owner: string; readonly branch: string; readonly base?: string },
): Promise<Pull | undefined> {
  return await understood('the pull requests of a branch', async () => {
    const pulls = await octokit.paginate(octokit.rest.pulls.list, {
      owner,
      repo,
      state: 'open',
      head: `${head.owner}:${head.branch}`,
      per_page: 100,
    });
    // GitHub leaves a filter out that it does not understand, and answers with every pull request.
    const own = pulls.filter(
      ({ head: { ref, user }, base }) =>
        (head.base === undefined || base.ref === head.base) &&
        ref === head.branch &&
        user?.login.toLowerCase() === head.owner.toLowerCase(),
    );
    return newest(own.map(pullIn));
  });
}

/** The pull request whose merge into `base` brought a commit; undefined where none did. */
export async function pullOfCommit(
  { octokit, owner, repo }: GitHub,
  sha: string,
  base: string,
): Promise<Pull | undefined> {
  return await understood('the pull requests of a commit', async () => {
    const listed = await octokit.paginate(octokit.rest.repos.listPullRequestsAssociatedWithCommit, {
      owner,
      repo,
      commit_sha: sha,
      per_page: 100,
    });
    const merged = listed.filter((pull) => pull.merged_at !== null && pull.base.ref === base);
    const latest = merged.sort((a, b) => Date.parse(b.merged_at ?? '') - Date.parse(a.merged_at ?? ''))[0];
    const exact = merged.find(({ merge_commit_sha }) => merge_commit_sha === sha);
    const pull = exact ?? latest;
    return pull === undefined ? undefined : pullIn(pull);
  });
}

/** One pull request. @throws GitHubFailure, status 404 where there is none. */
export async function pullNumber({ octokit, owner, repo }: GitHub, number: number): Promise<Pull> {
  return await understood('a pull request', async () => {
    const { data } = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
    return pullIn(data);
  });
}

function newest(pulls: readonly Pull[]): Pull | undefined {
  return [...pulls].sort((a, b) => b.number - a.number)[0];
}

type Told = Pick<Listed, 'number' | 'state' | 'merged_at' | 'merge_commit_sha' | 'draft'> & {
  readonly user: { readonly login: string } | null;
  readonly head: { readonly sha: string; readonly ref: string; readonly repo: Named | null };
  readonly base: { readonly sha: string; readonly ref: string; readonly repo: Named };
};
type Named = { readonly full_name: string };

function pullIn(pull: Told): Pull {
  const { number, head, base, draft } = pull;
  if (!Number.isSafeInteger(number)) throw new TypeError('not the number of a pull request');
  const merged = pull.merged_at !== null;
  return {
    number,
    state: merged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    head: { sha: textIn(head.sha), branch: textIn(head.ref) },
    base: { branch: textIn(base.ref), sha: textIn(base.sha) },
    author: textIn(pull.user?.login) || 'ghost',
    // Before the merge it is the commit of a trial merge, which is on no branch.
    ...(merged && pull.merge_commit_sha !== null ? { mergeCommit: pull.merge_commit_sha } : {}),
    fromFork: head.repo?.full_name !== base.repo.full_name,
    ...(draft === undefined ? {} : { draft }),
  };
}
