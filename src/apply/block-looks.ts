import { Interrupted } from '../core/interrupted.ts';
import type { TenantPolicy } from '../core/state.ts';
import { type Pausing, pause } from './pause.ts';

/** Milliseconds between looks while the directory catches up. */
export const LOOKS = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Milliseconds between two reads that are to agree. */
const BETWEEN = 2_000;
/** Milliseconds that the last look waits at most: whoever blocks in an emergency waits for it. */
const LONGEST = 60_000;

type Looking = () => Promise<{ readonly isOff: boolean }>;

/**
 * Looks until two reads in a row show that sign-in is off. Where the policy wants it on, an apply that runs elsewhere
 * may be about to switch it on: one more look follows after its settle time. The write is out: that a read fails now, or
 * that somebody ends the wait, must not hide it.
 */
export async function staysOff(
  looking: Looking,
  blocking: Pausing & { readonly policy: TenantPolicy },
): Promise<'blocked' | 'not shown yet' | 'on again'> {
  let agreed = false;
  try {
    agreed = await agree(looking, true, blocking);
    const { application, safety, incident } = blocking.policy.desired;
    if (!agreed) return 'not shown yet';
    if (application.enabledForSignIn !== true && incident === undefined) return 'blocked';
    const ms = Math.min(safety.settle * 1_000, LONGEST);
    const what = 'whether anything switches it on again';
    await pause(blocking, { ms, attempt: 1, of: 1, why: 'settling', what });
    // One read may come from a place that never saw the block.
    return (await isSo(looking, false)) && (await agreesOnce(looking, false, blocking))
      ? 'on again'
      : 'blocked';
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return agreed ? 'blocked' : 'not shown yet';
  }
}

async function agree(looking: Looking, isOff: boolean, pausing: Pausing): Promise<boolean> {
  for (const [index, ms] of [...LOOKS, undefined].entries()) {
    if ((await isSo(looking, isOff)) && (await agreesOnce(looking, isOff, pausing))) return true;
    if (ms === undefined) break;
    await pause(pausing, { ms, attempt: index + 1, of: LOOKS.length, why: 'lagging', what: 'the block' });
  }
  return false;
}

async function agreesOnce(looking: Looking, isOff: boolean, pausing: Pausing): Promise<boolean> {
  await pause(pausing, { ms: BETWEEN, attempt: 1, of: 1, why: 'agreeing', what: 'the block' });
  return await isSo(looking, isOff);
}

/** A read that fails shows neither. */
async function isSo(looking: Looking, isOff: boolean): Promise<boolean> {
  const seen = await looking().catch(() => undefined);
  return seen?.isOff === isOff;
}
