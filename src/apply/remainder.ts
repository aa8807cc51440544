import type { Move } from '../core/assessment.ts';
import { type Json, sameJson } from '../core/json.ts';
import type { Step } from '../core/plan.ts';
import { APPLICATION_ID } from '../core/request.ts';

/** What is left of a reviewed plan, given the live state; or that the live state is none the review covers. */
export type Remainder =
  | { readonly kind: 'covered'; readonly done: ReadonlySet<number>; readonly left: readonly Step[] }
  | { readonly kind: 'moved'; readonly why: string; readonly reviewed: Json; readonly live: Json };

/** A value a setting has on the reviewed way, and the step that leaves it behind. */
type Leg = { readonly before: Json; readonly after: Json; readonly step: number };

/**
 * Compares the reviewed steps with what the live state still asks for. The live state is covered when it is the
 * reviewed before-state or one that the reviewed steps lead to: some groups done whole, at most one in part, none
 * after it. Then what is left are the reviewed steps that are not done, never new ones.
 * @param live what the reviewed policy asks of the tenant as it is now.
 */
export function remainderOf(
  reviewed: readonly Step[],
  live: readonly Move[],
  application?: string,
): Remainder {
  const legs = legsOf(reviewed);
  const asked = new Map<string, { before: Json; after: Json; path: string }>();
  for (const { changes, request } of live) {
    for (const { setting, before, after } of changes) {
      const first = asked.get(setting);
      asked.set(setting, { before: first?.before ?? before, after, path: first?.path ?? request.path });
    }
  }
  const done = new Set(reviewed.map(({ number }) => number));
  const moved: { setting: string; reviewed: Json; live: Json }[] = [];
  for (const [setting, { before, after, path }] of asked) {
    const way = legs.get(setting);
    const at = way?.findIndex((leg) => sameJson(leg.before, before)) ?? -1;
    const next = way?.[at];
    const samePlace = next !== undefined && pathOf(reviewed, next.step, application) === path;
    if (
      way === undefined ||
      next === undefined ||
      !sameJson(way.at(-1)?.after ?? null, after) ||
      !samePlace
    ) {
      moved.push({ setting, reviewed: way?.[0]?.before ?? after, live: before });
      continue;
    }
    for (const leg of way.slice(at)) done.delete(leg.step);
  }
  if (moved.length > 0) return movedAway('the live state is not the one that was reviewed', moved);
  if (!isPrefix(reviewed, done)) {
    const out = reviewed.filter(({ number }) => done.has(number)).flatMap(({ changes }) => changes);
    return movedAway(
      'later steps of the plan are done already while earlier ones are not: no reviewed order leads there',
      out.map(({ setting, before, after }) => ({ setting, reviewed: before, live: after })),
    );
  }
  return { kind: 'covered', done, left: reviewed.filter(({ number }) => !done.has(number)) };
}

function movedAway(why: string, rows: readonly { setting: string; reviewed: Json; live: Json }[]): Remainder {
  const sorted = [...rows].sort((a, b) => (a.setting < b.setting ? -1 : 1));
  return {
    kind: 'moved',
    why,
    reviewed: Object.fromEntries(sorted.map((row) => [row.setting, row.reviewed])),
    live: Object.fromEntries(sorted.map((row) => [row.setting, row.live])),
  };
}

function legsOf(steps: readonly Step[]): ReadonlyMap<string, readonly Leg[]> {
  const legs = new Map<string, Leg[]>();
  for (const { changes, number } of steps) {
    for (const { setting, before, after } of changes) {
      legs.set(setting, [...(legs.get(setting) ?? []), { before, after, step: number }]);
    }
  }
  return legs;
}

/** The path of a step once the app that it speaks of is there. */
function pathOf(steps: readonly Step[], number: number, application: string | undefined): string | undefined {
  const path = steps.find((step) => step.number === number)?.request.path;
  return application === undefined ? path : path?.replaceAll(APPLICATION_ID, application);
}

/** Whether the done steps are whole groups from the start and at most one group in part. */
function isPrefix(steps: readonly Step[], done: ReadonlySet<number>): boolean {
  const firstLeft = steps.find(({ number }) => !done.has(number));
  if (firstLeft === undefined) return true;
  return steps.every(
    ({ number, group }) => number < firstLeft.number || group === firstLeft.group || !done.has(number),
  );
}
