import { GitHubFailure } from './failure.ts';
import type { GitHub } from './open-github.ts';

/** Whether an account may push to the repository. One that is gone may not. */
export async function canWrite({ octokit, owner, repo }: GitHub, login: string): Promise<boolean> {
  try {
    const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({
      owner,
      repo,
      username: login,
    });
    return ['admin', 'maintain', 'write'].includes(data.permission);
  } catch (error) {
    if (error instanceof GitHubFailure && error.status === 404) return false;
    throw error;
  }
}
