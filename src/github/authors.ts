import { GitHubFailure } from './failure.ts';
import type { GitHub } from './open-github.ts';

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
type Commits = {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly {
    readonly commit: {
      readonly authors: { readonly totalCount: number; readonly nodes: readonly Actor[] };
      readonly committer: Actor | null;
    };
  }[];
};
type Answer = {
  readonly repository: {
    readonly pullRequest: { readonly author: Login | null; readonly commits: Commits } | null;
  } | null;
};

/**
 * Lower-case logins of everybody who wrote a part of a pull request, as far as GitHub knows an account: who opened
 * it, and every author, co-author and committer of its commits.
 * @throws GitHubFailure when GitHub does not tell of all commits or all authors.
 */
export async function authorsOf(gh: GitHub, number: number): Promise<ReadonlySet<string>> {
  const logins = new Set<string>();
  const add = (login: Login | null | undefined) => login && logins.add(login.login.toLowerCase());
  let seen = 0;
  let after: string | null = null;
  for (;;) {
    const { author, commits }: { author: Login | null; commits: Commits } = await page(gh, number, after);
    add(author);
    for (const { commit } of commits.nodes) {
      if (commit.authors.nodes.length < commit.authors.totalCount) throw incomplete(number);
      for (const { user } of commit.authors.nodes) add(user);
      add(commit.committer?.user);
    }
    seen += commits.nodes.length;
    const { hasNextPage, endCursor } = commits.pageInfo;
    if (!hasNextPage) {
      if (seen < commits.totalCount) throw incomplete(number);
      return logins;
    }
    if (endCursor === null || endCursor === after) throw incomplete(number);
    after = endCursor;
  }
}

async function page({ octokit, owner, repo }: GitHub, number: number, after: string | null) {
  let answer: Answer;
  try {
    answer = await octokit.graphql<Answer>(QUERY, { owner, repo, number, after });
  } catch (error) {
    if (error instanceof GitHubFailure) throw error;
    throw incomplete(number);
  }
  const pull = answer.repository?.pullRequest;
  if (!pull) throw incomplete(number);
  return pull;
}

function incomplete(number: number): GitHubFailure {
  return new GitHubFailure(
    `GitHub does not tell of everybody who wrote a part of pull request ${number}.`,
    'Give the job `permissions: pull-requests: read` and `contents: read`; a pull request of more than 250 commits has to be split.',
  );
}
