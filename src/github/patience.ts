import type { OnWait } from '../core/wait.ts';
import { type Answered, type Asked, failureOf, limitedFor } from './failure.ts';

export type Patience = {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Waits that many milliseconds. */
  readonly wait: (ms: number) => Promise<unknown>;
  /** From 0 to below 1: jobs that were told the same must not come back as one. */
  readonly random: () => number;
  /** Told of every wait, before it begins. */
  readonly onWait?: OnWait | undefined;
};

/** A request is sent at most four times, and GitHub may ask for two minutes a time: under seven minutes in all. */
const RETRIES = 3;
const LONGEST_WAIT = 120_000;
/** A wait is longer than asked for by this part at most. */
export const SPREAD = 0.1;

/**
 * Sends one request: waits out rate limits, whatever the request, because GitHub did nothing; and outages, where
 * sending it twice does no harm.
 * @throws GitHubFailure for everything else, and for what lasts longer.
 */
export async function patiently<T>(asked: Asked, patience: Patience, send: () => Promise<T>): Promise<T> {
  for (let sent = 1; ; sent += 1) {
    try {
      return await send();
    } catch (error) {
      const answered = answerIn(error);
      const pause = pauseAfter(asked, answered, sent, patience.now());
      if (pause === undefined || pause > LONGEST_WAIT || sent > RETRIES) {
        throw failureOf(asked, answered, patience.token, whyOf(error));
      }
      const ms = Math.round(pause * (1 + SPREAD * patience.random()));
      const why = answered === undefined ? 'unreached' : answered.status < 500 ? 'throttled' : 'failing';
      const what = `${asked.method} ${asked.path}`;
      patience.onWait?.({ from: 'GitHub', why, what, ms, attempt: sent, of: RETRIES });
      await patience.wait(ms);
    }
  }
}

function pauseAfter(asked: Asked, answered: Answered | undefined, sent: number, now: number) {
  const limited = answered === undefined ? undefined : limitedFor(answered, now);
  if (limited !== undefined) return limited;
  // A POST whose answer is lost may have been done, and only who sent it can look. Telling a status twice is no harm.
  const harmless = asked.method !== 'POST' || /\/(?:graphql|statuses)$/.test(asked.path);
  return harmless && (answered?.status ?? 500) >= 500 ? 1000 * 2 ** (sent - 1) : undefined;
}

/** What octokit throws for a request that was never answered looks like a 500 of GitHub's, without a response. */
function answerIn(error: unknown): Answered | undefined {
  if (typeof error !== 'object' || error === null || !('response' in error)) return undefined;
  const { response } = error;
  if (typeof response !== 'object' || response === null) return undefined;
  if (!('status' in response) || typeof response.status !== 'number') return undefined;
  const headers = 'headers' in response ? headersIn(response.headers) : {};
  return { status: response.status, headers, data: 'data' in response ? response.data : undefined };
}

function headersIn(headers: unknown): Answered['headers'] {
  return typeof headers === 'object' && headers !== null ? Object.fromEntries(Object.entries(headers)) : {};
}

/** Why nothing came back: the code of the system, never the message, which may hold an address with a secret. */
function whyOf(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
    if (cause.name === 'TimeoutError') return 'no answer in time';
  }
  return undefined;
}
