import type { GitHub } from './open-github.ts';
import { textIn } from './understood.ts';
import { PullUnreadable } from './unreadable.ts';

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

/** Every review of a pull request, oldest first. @throws PullUnreadable for a state nobody knows; GitHubFailure. */
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
    reviewer: textIn(user?.login) || 'ghost',
    bot: user?.type !== 'User',
    state: stateIn(state, number),
    ...(commit_id === null ? {} : { commit: textIn(commit_id) }),
    at: textIn(submitted_at),
  }));
}

function stateIn(told: string, number: number): Review['state'] {
  const state = STATES.find((each) => each === told.toUpperCase());
  if (state !== undefined) return state;
  throw new PullUnreadable(
    `GitHub told of a review of pull request ${number} in a state that is not known here.`,
    'Bring iosmail up to date, or apply the fresh plan by its digest.',
  );
}
