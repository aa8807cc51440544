import { GitHubFailure } from './failure.ts';
import type { GitHub } from './open-github.ts';

export type RunStatus = {
  /** `queued`, `in_progress`, `waiting`, `completed`, … */
  readonly status: string;
  /** `success`, `failure`, `cancelled`, …; unset until it is completed. */
  readonly conclusion?: string;
  readonly attempt: number;
};

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
