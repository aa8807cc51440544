import type { Clock } from './edge.ts';

/** How long waiting may add up to before we give up: a person or a pipeline is waiting for us. */
const BUDGET_MS = 5 * 60_000;
/** Attempts after the first, whatever they cost. */
const MAX_REPEATS = 10;
const FIRST_WAIT_MS = 1_000;
const LONGEST_GUESS_MS = 30_000;

/** Decides whether to try once more, and after how long. One for everything that belongs together. */
export type Patience = {
  /**
   * @param told milliseconds the service asked for; it is honoured in full or not at all.
   * @returns milliseconds to wait, or undefined when patience is at its end.
   */
  readonly next: (told: number | undefined) => number | undefined;
  /** Something went through: guesses start small again. The time spent stays spent. */
  readonly progress: () => void;
};

/** Waits as told, else exponentially with jitter, five minutes in all. */
export function createPatience(random: () => number, maxRepeats: number = MAX_REPEATS): Patience {
  let spent = 0;
  let repeats = 0;
  return {
    next: (told) => {
      const ceiling = Math.min(LONGEST_GUESS_MS, FIRST_WAIT_MS * 2 ** repeats);
      const wait = Math.ceil(told ?? ceiling / 2 + (random() * ceiling) / 2);
      if (repeats >= maxRepeats || spent + wait > BUDGET_MS) return undefined;
      repeats++;
      spent += wait;
      return wait;
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
