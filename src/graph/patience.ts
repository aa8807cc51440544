import type { Clock } from './edge.ts';

/** How long waiting for one thing may add up to before we give up: a person or a pipeline is waiting for us. */
const BUDGET_MS = 5 * 60_000;
/** How long the waits of everything that is read in one go may add up to. */
export const READ_BUDGET_MS = 15 * 60_000;
/** Attempts after the first, whatever they cost. */
const MAX_REPEATS = 10;
/** The same where something goes through in between, so that counting starts anew. */
const MAX_REPEATS_IN_ALL = 100;
const FIRST_WAIT_MS = 1_000;
const LONGEST_GUESS_MS = 30_000;
/** A wait that was told is made longer by a tenth at most: whoever was told the same must not come back as one. */
const SPREAD = 0.1;
const LONGEST_SPREAD_MS = 5_000;

/** One wait: how long, and the how-manieth of how many. */
export type Turn = { readonly ms: number; readonly attempt: number; readonly of: number };

/** Decides whether to try once more, and after how long. One for everything that belongs together. */
export type Patience = {
  /**
   * @param told milliseconds the service asked for; it is honoured in full or not at all.
   * @returns the wait, or undefined when patience is at its end.
   */
  readonly next: (told: number | undefined) => Turn | undefined;
  /** Something went through: guesses start small again. The time spent stays spent. */
  readonly progress: () => void;
};

/** Time that several waits share; what overlaps counts once. */
export type Budget = { readonly spend: (ms: number) => boolean };

export function createBudget(clock: Clock, most: number): Budget {
  let spent = 0;
  let until = 0;
  return {
    spend: (ms) => {
      const now = clock.now().getTime();
      const more = Math.max(0, now + ms - Math.max(now, until));
      if (spent + more > most) return false;
      spent += more;
      until = Math.max(until, now + ms);
      return true;
    },
  };
}

/**
 * Waits as told, else exponentially, either way with jitter; five minutes in all.
 * @param shared a budget beside its own.
 */
export function createPatience(
  random: () => number,
  maxRepeats: number = MAX_REPEATS,
  shared?: Budget,
): Patience {
  let spent = 0;
  let repeats = 0;
  let inAll = 0;
  const waitFor = (told: number | undefined) => {
    const ceiling = Math.min(LONGEST_GUESS_MS, FIRST_WAIT_MS * 2 ** repeats);
    if (told === undefined) return Math.ceil(ceiling / 2 + (random() * ceiling) / 2);
    const spread = Math.min(LONGEST_SPREAD_MS, told * SPREAD) * random();
    return Math.ceil(told + Math.min(spread, Math.max(0, BUDGET_MS - spent - told)));
  };
  return {
    next: (told) => {
      const ms = waitFor(told);
      if (repeats >= maxRepeats || inAll >= MAX_REPEATS_IN_ALL || spent + ms > BUDGET_MS) return undefined;
      if (shared !== undefined && !shared.spend(ms)) return undefined;
      repeats++;
      inAll++;
      spent += ms;
      return { ms, attempt: repeats, of: maxRepeats };
    },
    progress: () => {
      repeats = 0;
    },
  };
}

/** Milliseconds a `Retry-After` asks for: seconds, or an HTTP date. Undefined when absent or unreadable. */
export function retryAfter(value: string | null | undefined, clock: Clock): number | undefined {
  if (value === null || value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now().getTime());
}

/** Answers worth a second try when nothing was changed: throttled, or broken on the way. */
export function isPassing(status: number): boolean {
  return status === 429 || status === 408 || status >= 500;
}
