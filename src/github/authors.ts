import { GitHubFailure } from './failure.ts';
import type { GitHub } from './open-github.ts';
import { PullUnreadable } from './unreadable.ts';

const QUERY = `query CommitAuthors($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) {
      author { login }
      commits(first: 100, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes {
          commit {
            authors(first: 100) { totalCount nodes { user { login } } }
            committer { user { login } }
          }
        }
      }
    }
  }
}`;

type Login = { readonly login: string };
type Actor = { readonly user: Login | null };
// GraphQL may put null in the place of whatever it cannot tell.
type Commits = {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes:
    | readonly ({
        readonly commit: {
          readonly authors: {
            readonly totalCount: number;
            readonly nodes: readonly (Actor | null)[] | null;
          };
          readonly committer: Actor | null;
        };
      } | null)[]
    | null;
};
type Answer = {
  readonly repository: {
    readonly pullRequest: { readonly author: Login | null; readonly commits: Commits } | null;
  } | null;
};

/**
 * Lower-case logins of everybody who wrote a part of a pull request, as far as GitHub knows an account: who opened
 * it, and every author, co-author and committer of its commits.
 * @throws PullUnreadable when GitHub does not tell of all commits or all authors; GitHubFailure.
 */
export async function authorsOf(gh: GitHub, number: number): Promise<ReadonlySet<string>> {
  const logins = new Set<string>();
  const add = (login: Login | null | undefined) => login && logins.add(login.login.toLowerCase());
  let seen = 0;
  let after: string | null = null;
  for (;;) {
    const { author, commits }: { author: Login | null; commits: Commits } = await page(gh, number, after);
    add(author);
    for (const { commit } of told(commits.nodes, number)) {
      const authors = told(commit.authors.nodes, number);
      if (authors.length < commit.authors.totalCount) throw incomplete(number);
      for (const { user } of authors) add(user);
      add(commit.committer?.user);
      seen += 1;
    }
    const { hasNextPage, endCursor } = commits.pageInfo;
    if (!hasNextPage) {
      if (seen < commits.totalCount) throw incomplete(number);
      return logins;
    }
    if (endCursor === null || endCursor === after) throw incomplete(number);
    after = endCursor;
  }
}

function told<T>(nodes: readonly (T | null)[] | null, number: number): readonly T[] {
  return (nodes ?? []).map((node) => {
    if (node === null) throw incomplete(number);
    return node;
  });
}

async function page({ octokit, owner, repo }: GitHub, number: number, after: string | null) {
  let answer: Answer | null;
  try {
    answer = await octokit.graphql<Answer | null>(QUERY, { owner, repo, number, after });
  } catch (error) {
    if (error instanceof GitHubFailure) throw error;
    if (isNotFound(error)) throw incomplete(number);
    throw new GitHubFailure(
      `GitHub could not say who wrote a part of pull request ${number}.`,
      'Give the job `permissions: pull-requests: read` and `contents: read`, and run it again.',
    );
  }
  const pull = answer?.repository?.pullRequest;
  if (!pull) throw incomplete(number);
  return pull;
}

/** Every other problem told with status 200 may be one of the moment, or of the token. */
function isNotFound(error: unknown): boolean {
  const errors: unknown[] = Array.isArray(Object(error).errors) ? Object(error).errors : [];
  return errors.length > 0 && errors.every((each) => Object(each).type === 'NOT_FOUND');
}

function incomplete(number: number): PullUnreadable {
  return new PullUnreadable(
    `GitHub does not tell of everybody who wrote a part of pull request ${number}.`,
    'Review the fresh plan, and apply it by its digest; a pull request of more than 250 commits has to be split.',
  );
}
