import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Verdict } from '../../../src/apply/review.ts';
import type { Step, TenantPlan } from '../../../src/core/plan.ts';
import { BOTH, type Rules } from '../core/oracle.ts';
import { cases, PATIENCE } from '../core/plan-groups.ts';
import { directories, tenants, wishes } from '../core/random.ts';
import { forged, harm, look, NEVER_PLANNED, type Transition, through, unlimited } from './judged.ts';

const changes = fc.record({
  directory: directories,
  before: tenants,
  wish: wishes,
  transition: fc.constantFrom<Transition>('refuse', 'refuse', 'continuity', 'containment'),
});

/** What an apply would send, or why it would not. */
function told(verdict: Verdict) {
  return verdict.kind === 'go' ? { kind: 'go', left: verdict.remainder.left } : verdict;
}

/** What the hard rules are where the policy lets one of them go. */
function rulesFor(transition: Transition): Rules {
  return {
    continuity: transition !== 'containment',
    containment: transition !== 'continuity',
  };
}

test(
  'the plan of the planner is never refused: from the start, after any step, and with any part of a group done',
  async () => {
    const seen = { start: 0, halfway: 0, part: 0, detours: 0 };
    await fc.assert(
      fc.asyncProperty(
        changes,
        fc.nat(),
        fc.nat(),
        async ({ directory, before, wish, transition }, at, part) => {
          const policy = unlimited(wish, transition);
          const { fresh: plan, verdict } = await look(before, directory, policy);
          if (plan.status !== 'changes') return;
          seen.start += 1;
          if ((plan.order?.gaveWay.length ?? 0) > 0) seen.detours += 1;
          expect(told(verdict(plan))).toEqual({ kind: 'go', left: plan.steps });
          const from = at % plan.steps.length;
          const flight = plan.steps.slice(from).filter(({ group }) => group === plan.steps[from]?.group);
          const done = [...plan.steps.slice(0, from), ...flight.filter((_, index) => part & (1 << index))];
          if (done.length === plan.steps.length) return;
          if (done.length > from) seen.part += 1;
          seen.halfway += 1;
          const now = await look(through(before, directory, done), directory, policy);
          const left = plan.steps.filter((step) => !done.includes(step));
          expect(told(now.verdict(plan, true))).toEqual({ kind: 'go', left });
        },
      ),
      cases(500),
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  },
  PATIENCE,
);

/** Ways to alter a plan: the order always, and whatever a file can say to have another order believed. */
const forgeries = fc.record({
  shuffle: fc.infiniteStream(fc.nat()).map((numbers) => <T>(items: readonly T[]) => {
    const rest = [...items];
    return items.flatMap(() => rest.splice((numbers.next().value ?? 0) % rest.length, 1));
  }),
  whole: fc.boolean(),
  at: fc.option(fc.nat(), { nil: 0, freq: 2 }),
  relabel: fc.option(
    fc.tuple(fc.nat({ max: 3 }), fc.constantFrom<Step['group']>('visibility', 'grant', 'add-assignees')),
    { nil: undefined, freq: 2 },
  ),
  begun: fc.boolean(),
  pretends: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  holdsFor: fc.constantFrom('any membership' as const, 'the membership as read' as const),
  gaveWay: fc.constantFrom<readonly string[]>([], ["Somebody's access moves in both directions on the way."]),
});

/** Puts whole groups in another order, or single steps. */
function reordered(
  steps: readonly Step[],
  whole: boolean,
  shuffle: <T>(items: readonly T[]) => readonly T[],
) {
  if (!whole) return shuffle(steps);
  const groups = shuffle([...new Set(steps.map(({ group }) => group))]);
  return groups.flatMap((name) => steps.filter(({ group }) => group === name));
}

test(
  'no order that harms somebody on the way is ever sent, whatever the file says about it',
  async () => {
    const seen = { harmful: 0, sent: 0, pretending: 0, halfway: 0, misnamed: 0 };
    await fc.assert(
      fc.asyncProperty(changes, forgeries, async ({ directory, before, wish, transition }, forgery) => {
        const policy = unlimited(wish, transition);
        const { fresh: plan } = await look(before, directory, policy);
        if (plan.status !== 'changes') return;
        const done = plan.steps.slice(0, forgery.at % plan.steps.length);
        const live = through(before, directory, done);
        const end = through(before, directory, plan.steps);
        const now = await look(live, directory, policy);
        const rest = reordered(plan.steps.slice(done.length), forgery.whole, forgery.shuffle).map(
          (step, index) => (forgery.relabel?.[0] === index ? { ...step, group: forgery.relabel[1] } : step),
        );
        const pretended = forgery.pretends ? [{ ...NEVER_PLANNED, number: 1 }] : [];
        const { holdsFor, gaveWay } = forgery;
        const file = forged(plan, [...pretended, ...done, ...rest], { holdsFor, gaveWay });
        const begun = forgery.begun && done.length > 0;
        const rules = begun || gaveUp(now.fresh) ? rulesFor(transition) : BOTH;
        const harmed = harm(live, directory, rest, end, rules);
        if (harmed !== undefined) seen.harmful += 1;
        const misnamed = rest.some(
          ({ group, request }) => plan.steps.find((step) => step.request === request)?.group !== group,
        );
        if (misnamed) seen.misnamed += 1;
        const verdict = now.verdict(file, begun);
        if (verdict.kind !== 'go') {
          expect(verdict.why.length).toBeGreaterThan(0);
          return;
        }
        seen.sent += 1;
        if (pretended.length > 0) seen.pretending += 1;
        if (done.length > 0) seen.halfway += 1;
        expect(verdict.remainder.left.map(({ request }) => request)).toEqual(
          rest.map(({ request }) => request),
        );
        expect(harmed).toBeUndefined();
        // Waits go by the names of the groups: under another name a step would come without its wait.
        expect(misnamed).toBe(false);
      }),
      cases(1000),
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0);
  },
  PATIENCE,
);

function gaveUp({ order }: TenantPlan): boolean {
  return order?.givenUp !== undefined;
}
