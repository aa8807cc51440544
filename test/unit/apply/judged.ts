/** Plans that were altered after the review, judged against the tenant of the oracle and walked through it. */
import type { InOrder } from '../../../src/apply/prove-order.ts';
import { judge, type Verdict } from '../../../src/apply/review.ts';
import { digestOf } from '../../../src/core/digest.ts';
import type { Step, TenantPlan } from '../../../src/core/plan.ts';
import type { Desired, TenantPolicy } from '../../../src/core/state.ts';
import { waitsBefore } from '../../../src/core/steps.ts';
import { appId } from '../../../src/levers/app.ts';
import { observeWithPeople } from '../../../src/planning/observe.ts';
import { mayLoseIn, planOf } from '../../../src/planning/plan-tenant.ts';
import { breaks, type Directory, profile, type Rules, type Tenant } from '../core/oracle.ts';
import { DAY } from '../core/plan-groups.ts';
import { asPolicy, type Wish } from '../core/random.ts';
import { type Manners, reader, sent } from '../core/tenant-double.ts';

export type Transition = Desired['safety']['transition'];

/** The wish as a policy in which no limit stands in the way, so that only the order is judged. */
export function unlimited(wish: Wish, transition: Transition): TenantPolicy {
  const { desired, origins } = asPolicy(wish);
  const exceptions = ['closes-open-tenant', 'empties-access', 'removal-limit'].map((rule) => ({
    rule,
    limit: 1000,
    reason: 'the order is what is tested',
    until: DAY,
  }));
  return { desired: { ...desired, exceptions, safety: { ...desired.safety, transition } }, origins };
}

const NOBODY: ReadonlySet<string> = new Set();

/** The plan of a tenant as it is, and the verdict of an apply on it. */
export async function look(tenant: Tenant, d: Directory, policy: TenantPolicy, manners: Manners = {}) {
  const seen = await observeWithPeople(reader(tenant, d, manners), policy, DAY);
  const inOrder: InOrder = (groups) => planOf(seen, policy, DAY, NOBODY, groups);
  const fresh = planOf(seen, policy, DAY, NOBODY);
  return {
    fresh,
    /** @param begun whether the journal tells of an earlier run of the plan. */
    verdict: (reviewed: TenantPlan, begun = false): Verdict =>
      judge(reviewed, policy, {
        fresh,
        inOrder,
        mayLose: mayLoseIn(seen, policy),
        begun,
        application: appId(seen.answers),
        approvals: 0,
      }),
  };
}

/** The plan with these steps instead, and everything that tells one from another made to fit: only what they say is forged. */
export function forged(plan: TenantPlan, steps: readonly Step[], claims: Partial<TenantPlan['order']> = {}) {
  const fitting = steps.map(({ settle: _, ...step }, index) => ({
    ...step,
    number: index + 1,
    ...(waitsBefore(step.group, steps[index - 1]?.group) ? { settle: plan.policy.safety.settle } : {}),
  }));
  const order = plan.order && { ...plan.order, ...claims };
  const whole = { ...plan, steps: fitting, ...(order === undefined ? {} : { order }) };
  return { ...whole, digest: digestOf(whole) };
}

/** A step that was never planned and looks done, so that the tenant seems to be half-way. */
export const NEVER_PLANNED: Omit<Step, 'number'> = {
  group: 'visibility',
  direction: 'neutral',
  request: {
    method: 'PATCH',
    path: '/servicePrincipals/sp-apple',
    body: { tags: [] },
    what: 'show the app',
    permission: 'Application.ReadWrite.All',
  },
  changes: [
    { setting: 'application/visibleToUsers', label: 'Visible to users?', before: false, after: true },
  ],
};

/** What goes wrong when these steps are sent one by one: the first write Graph would not take, or that breaks a rule. */
export function harm(
  tenant: Tenant,
  d: Directory,
  steps: readonly Step[],
  end: Tenant,
  rules: Rules,
): string | undefined {
  const [start, last] = [tenant, end].map((t) => profile(t, d));
  let at = tenant;
  for (const { number, request } of steps) {
    try {
      at = sent(request, at, d);
    } catch (error) {
      return `step ${number}: ${error instanceof Error ? error.message : 'not taken'}`;
    }
    if (breaks(start ?? [], profile(at, d), last ?? [], rules)) return `step ${number} breaks a rule`;
  }
  return undefined;
}

/** The tenant after these steps. */
export function through(tenant: Tenant, d: Directory, steps: readonly Step[]): Tenant {
  return steps.reduce((at, { request }) => sent(request, at, d), tenant);
}
