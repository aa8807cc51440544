import type { Wait } from '../core/wait.ts';
import type { Clock } from '../graph/edge.ts';

/** How an apply waits. */
export type Pausing = {
  readonly clock: Clock;
  /** From 0 to below 1: several runs must not beat in step. Unset: exactly as long as said. */
  readonly random?: () => number;
  /** Told of every wait, before it begins. */
  readonly onWait?: (wait: Omit<Wait, 'tenant'>) => void;
};

/** A pause is longer than it says by this part at most. */
const SPREAD = 0.1;

/**
 * Waits `ms` milliseconds or up to a tenth longer, and tells it.
 * @param signal what ends this wait early; unset: whatever stops the run.
 */
export async function pause(
  { clock, random, onWait }: Pausing,
  wait: Omit<Wait, 'tenant' | 'from'>,
  signal?: AbortSignal,
): Promise<void> {
  const ms = Math.round(wait.ms * (1 + SPREAD * (random?.() ?? 0)));
  onWait?.({ ...wait, ms, from: 'the directory' });
  await (signal === undefined ? clock.sleep(ms) : clock.sleep(ms, signal));
}
