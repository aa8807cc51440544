import { GitHubFailure } from './failure.ts';
import { understood } from './understood.ts';

/**
 * GitHub does not tell of one pull request what has to be known of it, and asking again gives the same: only what it
 * changed is concerned. Every other GitHubFailure is about GitHub, the token or the moment.
 */
export class PullUnreadable extends GitHubFailure {
  override readonly name = 'PullUnreadable';
}

/** Not there, gone, or nothing GitHub knows: a read that is asked again is answered the same. */
const NOT_THERE: ReadonlySet<number | undefined> = new Set([404, 410, 422]);

/**
 * Reads something that belongs to one pull request; `what` it is, in words.
 * @throws PullUnreadable where it is not there; else what `read` throws.
 */
export async function ofPull<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await understood(what, read);
  } catch (error) {
    if (!(error instanceof GitHubFailure) || !NOT_THERE.has(error.status)) throw error;
    throw new PullUnreadable(
      `GitHub does not have ${what} (it answered ${error.status}).`,
      'Review the fresh plan, and apply it by its digest.',
      error.status,
    );
  }
}
