import { GitFailure } from '../git/git.ts';
import { GitHubFailure } from '../github/failure.ts';

/** Does one part of a job; what breaks it is told, and the rest is still done. Undefined where it broke. */
export type Trying = <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>;

/** @returns `problems`: two lines for each part that broke, what and how to go on. */
export function tryingAll(): { readonly trying: Trying; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const trying: Trying = async (what, work) => {
    try {
      return await work();
    } catch (error) {
      // Whatever broke one part, the others are still owed.
      const known = error instanceof GitHubFailure || error instanceof GitFailure;
      const fix = known ? error.fix : 'Run this job again: what is there already is not written twice.';
      problems.push(`error: ${what}: ${error instanceof Error ? error.message : 'unknown'}`, `fix: ${fix}`);
      return undefined;
    }
  };
  return { trying, problems };
}
