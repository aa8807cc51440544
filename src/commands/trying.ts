/** Does one part of a job; what breaks it is told, and the rest is still done. Undefined where it broke. */
export type Trying = <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>;

const AGAIN = 'Run this job again: what is there already is not written twice.';

/** @returns `problems`: two lines for each part that broke, what and how to go on. */
export function tryingAll(): { readonly trying: Trying; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const trying: Trying = async (what, work) => {
    try {
      return await work();
    } catch (error) {
      // Whatever broke one part, the others are still owed.
      const fix = error instanceof Error && 'fix' in error ? String(error.fix) : AGAIN;
      problems.push(`error: ${what}: ${error instanceof Error ? error.message : 'unknown'}`, `fix: ${fix}`);
      return undefined;
    }
  };
  return { trying, problems };
}
