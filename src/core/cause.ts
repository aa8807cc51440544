import type { Cause, Change } from './assessment.ts';
import type { Position } from './finding.ts';
import { sameJson } from './json.ts';
import type { Step } from './plan.ts';
import type { Day, TenantPolicy } from './state.ts';

/** The policy of the base, and everything it would change in the tenant as it was read for the proposal. */
export type Base = { readonly policy: TenantPolicy; readonly changes: readonly Change[] };

/** The steps with the cause of every change. `base` is undefined where the base has no policy for the tenant. */
export function withCauses(steps: readonly Step[], base: Base | undefined, day: Day): readonly Step[] {
  return steps.map((step) => ({
    ...step,
    changes: step.changes.map((change) => ({ ...change, cause: causeOf(change, base, day) })),
  }));
}

/**
 * Why a change is in the plan: the base asks for it just so, because an entry of it has ended or because the tenant
 * differs already; else the proposal is why. A setting both policies move, but not to the same value, is the
 * proposal's: merging it decides the value.
 */
function causeOf(change: Change, base: Base | undefined, day: Day): Cause {
  const same = base?.changes.find(
    ({ setting, before, after }) =>
      setting === change.setting && sameJson(before, change.before) && sameJson(after, change.after),
  );
  if (base === undefined || same === undefined) return 'this pull request';
  const ended = entriesAt(base.policy, same.at).some(({ until }) => until !== undefined && until < day);
  return same.after === null && ended ? 'expiring' : 'drift';
}

type Dated = { readonly from?: Day; readonly until?: Day };

/** The entries of the lists of groups and users that stand there. */
export function entriesAt({ desired, origins }: TenantPolicy, at: Position | undefined): readonly Dated[] {
  if (at === undefined) return [];
  return (['groups', 'users'] as const).flatMap((list) => {
    const entries: readonly Dated[] | 'unmanaged' = desired.assignments[list];
    if (entries === 'unmanaged') return [];
    return entries.filter((_, index) => isSame(origins[`/assignments/${list}/${index}`], at));
  });
}

function isSame(a: Position | undefined, b: Position): boolean {
  return a?.file === b.file && a.line === b.line && a.column === b.column;
}
