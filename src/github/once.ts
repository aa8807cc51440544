import { GitHubFailure } from './failure.ts';
import type { GitHub } from './open-github.ts';

/** How often something is sent, and how long it is left to appear before it is sent again, in milliseconds. */
const TIMES = 3;
const SETTLING = 2_000;

/**
 * Sends what must not be there twice. When the answer is lost of what may have been done, it is looked for, and sent
 * again only where it is not there.
 * @throws GitHubFailure
 */
export async function once<T>(
  { settle }: Pick<GitHub, 'settle'>,
  send: () => Promise<T>,
  look: () => Promise<T | undefined>,
): Promise<T> {
  for (let sent = 1; ; sent += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof GitHubFailure) || (error.status ?? 500) < 500) throw error;
      await settle({ ms: SETTLING * sent, attempt: sent, of: TIMES });
      const there = await look();
      if (there !== undefined) return there;
      if (sent === TIMES) throw error;
    }
  }
}
