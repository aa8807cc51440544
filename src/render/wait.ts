import type { Wait, WaitReason } from '../core/wait.ts';
import { forTerminal } from './safe.ts';
import { number } from './words.ts';

/** A wait this long, in milliseconds, is told in any case: silence looks like a hang. */
const LONG = 5_000;

const WHY: { readonly [why in WaitReason]: (from: string) => string } = {
  throttled: (from) => `${from} throttles`,
  failing: (from) => `${from} fails for now`,
  unreached: (from) => `${from} cannot be reached`,
  conflict: () => 'somebody else writes to the same object',
  'catching up': () => 'the directory has not caught up',
  'answer lost': () => 'an answer was lost; looks whether the request took',
  lagging: () => 'reads do not show every step yet',
  agreeing: () => 'reads once more to be sure',
  settling: () => 'lets the changes settle',
};

/** Whether a wait is worth a line: every one where all is asked for, else what looks like a hang. */
export function worthTelling({ ms }: Wait, verbose: boolean): boolean {
  return ms > 0 && (verbose || ms >= LONG);
}

/** "contoso: Graph throttles, waits 7 s (1 of 10), batch of 7": one line, harmless on a terminal. */
export function waitLine({ tenant, from, why, what, ms, attempt, of }: Wait): string {
  const who = tenant === undefined ? '' : `${forTerminal(tenant)}: `;
  return `${who}${WHY[why](from)}, waits ${seconds(ms)} (${number(attempt)} of ${number(of)}), ${forTerminal(what)}`;
}

function seconds(ms: number): string {
  return ms < 1_000 ? 'less than 1 s' : `${number(Math.round(ms / 1_000))} s`;
}
