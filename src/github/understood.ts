import { GitHubFailure } from './failure.ts';

/**
 * Reads something of GitHub's whose answer may be of another shape than GitHub promises.
 * @throws GitHubFailure where it is: nothing is concluded from such an answer; else what `read` throws.
 */
export async function understood<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // What a field of another kind, or one that is missing, leads to in the code that reads it.
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new GitHubFailure(
      `GitHub's answer about ${what} is not what GitHub promises. Nothing was concluded from it.`,
      'Run the job again; if it stays, check what stands between here and GitHub (proxy, TLS inspection), and bring iosmail up to date.',
    );
  }
}

/**
 * A text of an answer; empty where there is none.
 * @throws TypeError where it is something else, for `understood`.
 */
export function textIn(value: string | null | undefined): string {
  if (typeof (value ?? '') !== 'string') throw new TypeError('not a text');
  return value ?? '';
}
