import type { Move } from '../core/assessment.ts';
import { canonical, type Json, sameJson } from '../core/json.ts';
import type { Step } from '../core/plan.ts';
import { forApplication, type WriteRequest } from '../core/request.ts';

/** What is left of a reviewed plan, given the live state; or that the live state is none the review covers. */
export type Remainder =
  | { readonly kind: 'covered'; readonly done: ReadonlySet<number>; readonly left: readonly Step[] }
  | {
      readonly kind: 'moved';
      readonly why: string;
      readonly reviewed: Json;
      readonly live: Json;
      /** The steps that do not show, where every setting is on its reviewed way, though not in the reviewed order. */
      readonly left?: readonly Step[];
    };

/** One change of one setting, with the request that makes it; on the reviewed way it also has a step number. */
type Leg = { readonly before: Json; readonly after: Json; readonly request: string; readonly step: number };

/**
 * Compares the reviewed steps with what the live state still asks for. The live state is covered when it is the
 * reviewed before-state or one that the reviewed steps lead to: some groups done whole, at most one in part, none
 * after it. Then what is left are the reviewed steps that are not done, never new ones; and each of them is the very
 * request that the policy asks for now, so that a plan file cannot smuggle in another.
 * @param live what the reviewed policy asks of the tenant as it is now.
 */
export function remainderOf(
  reviewed: readonly Step[],
  live: readonly Move[],
  application?: string,
): Remainder {
  const ways = legsOf(reviewed, application);
  const asked = legsOf(
    live.map((move) => ({ ...move, number: 0 })),
    application,
  );
  const done = new Set(reviewed.map(({ number }) => number));
  const moved: { setting: string; reviewed: Json; live: Json }[] = [];
  for (const [setting, legs] of asked) {
    const way = ways.get(setting) ?? [];
    const rest = way.slice(way.findIndex((leg) => sameJson(leg.before, legs[0]?.before ?? null)));
    if (way.length === 0 || !sameLegs(rest, legs)) {
      moved.push({
        setting,
        reviewed: way[0]?.before ?? legs.at(-1)?.after ?? null,
        live: legs[0]?.before ?? null,
      });
      continue;
    }
    for (const leg of rest) done.delete(leg.step);
  }
  if (moved.length > 0) return movedAway('the live state is not the one that was reviewed', moved);
  if (!isPrefix(reviewed, done)) {
    const out = reviewed.filter(({ number }) => done.has(number)).flatMap(({ changes }) => changes);
    const moved = movedAway(
      'later steps of the plan are done already while earlier ones are not: no reviewed order leads there',
      out.map(({ setting, before, after }) => ({ setting, reviewed: before, live: after })),
    );
    return { ...moved, left: reviewed.filter(({ number }) => !done.has(number)) };
  }
  return { kind: 'covered', done, left: reviewed.filter(({ number }) => !done.has(number)) };
}

function sameLegs(a: readonly Leg[], b: readonly Leg[]): boolean {
  const same = (one: Leg, other: Leg) =>
    sameJson(one.before, other.before) && sameJson(one.after, other.after) && one.request === other.request;
  return a.length === b.length && a.every((leg, index) => same(leg, b[index] ?? leg));
}

function movedAway(why: string, rows: readonly { setting: string; reviewed: Json; live: Json }[]) {
  const sorted = [...rows].sort((a, b) => (a.setting < b.setting ? -1 : 1));
  return {
    kind: 'moved' as const,
    why,
    reviewed: Object.fromEntries(sorted.map((row) => [row.setting, row.reviewed])),
    live: Object.fromEntries(sorted.map((row) => [row.setting, row.live])),
  };
}

type Numbered = Pick<Step, 'number' | 'changes' | 'request'>;

function legsOf(
  steps: readonly Numbered[],
  application: string | undefined,
): ReadonlyMap<string, readonly Leg[]> {
  const legs = new Map<string, Leg[]>();
  for (const { changes, number, request } of steps) {
    for (const { setting, before, after } of changes) {
      const leg = { before, after, request: spelled(request, application), step: number };
      legs.set(setting, [...(legs.get(setting) ?? []), leg]);
    }
  }
  return legs;
}

/** A request in one spelling, once the app it speaks of is there. The consent list comes in changing letter case. */
function spelled(request: WriteRequest, application: string | undefined): string {
  const { method, path, body } = forApplication(request, application);
  const text = canonical({ method, path, body: body ?? null });
  return path === '/policies/authorizationPolicy' ? text.toLowerCase() : text;
}

/** Whether the done steps are whole groups from the start and at most one group in part. */
function isPrefix(steps: readonly Step[], done: ReadonlySet<number>): boolean {
  const firstLeft = steps.find(({ number }) => !done.has(number));
  if (firstLeft === undefined) return true;
  return steps.every(
    ({ number, group }) => number < firstLeft.number || group === firstLeft.group || !done.has(number),
  );
}
