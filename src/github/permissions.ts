import { GitHubFailure } from './failure.ts';
import type { GitHub } from './open-github.ts';

const WRITERS: ReadonlySet<string> = new Set(['admin', 'maintain', 'write']);

/** Whether an account may push to the repository. One that is gone may not. */
export async function canWrite({ octokit, owner, repo }: GitHub, login: string): Promise<boolean> {
  try {
    const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({
      owner,
      repo,
      username: login,
    });
    // `permission` knows the old roles only, and is the base of a role of one's own; `role_name` knows `maintain`.
    return WRITERS.has(data.permission) || WRITERS.has(data.role_name);
  } catch (error) {
    if (error instanceof GitHubFailure && error.status === 404) return false;
    throw error;
  }
}
