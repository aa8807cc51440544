import { GitHubFailure } from './failure.ts';
import type { GitHub } from './open-github.ts';

const STATES = ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED', 'COMMENTED', 'PENDING'] as const;

export type Review = {
  /** Login; `ghost` for an account that is gone. */
  readonly reviewer: string;
  readonly bot: boolean;
  readonly state: (typeof STATES)[number];
  /** The head commit it was given for. */
  readonly commit?: string;
  /** ISO 8601; empty for a review not sent yet. */
  readonly at: string;
};

/** Every review of a pull request, oldest first. @throws GitHubFailure, also for a state nobody knows. */
export async function reviewsOf(
  { octokit, owner, repo }: GitHub,
  number: number,
): Promise<readonly Review[]> {
  const reviews = await octokit.paginate(octokit.rest.pulls.listReviews, {
    owner,
    repo,
    pull_number: number,
    per_page: 100,
  });
  return reviews.map(({ user, state, commit_id, submitted_at }) => ({
    reviewer: user?.login ?? 'ghost',
    bot: user?.type !== 'User',
    state: stateIn(state),
    ...(commit_id === null ? {} : { commit: commit_id }),
    at: submitted_at ?? '',
  }));
}

function stateIn(told: string): Review['state'] {
  const state = STATES.find((each) => each === told.toUpperCase());
  if (state !== undefined) return state;
  throw new GitHubFailure(
    'GitHub told of a review in a state that is not known here.',
    'Bring iosmail up to date.',
  );
}
