import { GitHubFailure } from './failure.ts';
import type { GitHub } from './open-github.ts';

export type RunStatus = {
  /** `queued`, `in_progress`, `waiting`, `completed`, … */
  readonly status: string;
  /** `success`, `failure`, `cancelled`, …; unset until it is completed. */
  readonly conclusion?: string;
  readonly attempt: number;
};

/** What people answered when a run waited for an environment: logins. */
export type EnvironmentAnswers = {
  readonly approved: readonly string[];
  readonly rejected: readonly string[];
};

/**
 * Who let a run into an environment, or did not. GitHub lists the answers of all attempts together.
 * @throws GitHubFailure
 */
export async function environmentAnswers(
  { octokit, owner, repo }: GitHub,
  run: number,
  environment: string,
): Promise<EnvironmentAnswers> {
  const { data } = await octokit.rest.actions.getReviewsForRun({ owner, repo, run_id: run });
  const those = data.filter(({ environments }) => environments.some(({ name }) => name === environment));
  const who = (wanted: string) => [
    ...new Set(those.flatMap(({ state, user }) => (state === wanted && user ? [user.login] : []))),
  ];
  return { approved: who('approved'), rejected: who('rejected') };
}

/** How far a workflow run is; undefined when there is none (any more). */
export async function runStatus(
  { octokit, owner, repo }: GitHub,
  id: number,
): Promise<RunStatus | undefined> {
  try {
    const { data } = await octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: id });
    return {
      status: data.status ?? 'unknown',
      ...(data.conclusion === null ? {} : { conclusion: data.conclusion }),
      attempt: data.run_attempt ?? 1,
    };
  } catch (error) {
    if (error instanceof GitHubFailure && error.status === 404) return undefined;
    throw error;
  }
}
