import { withCauses } from '../core/cause.ts';
import type { TenantPlan } from '../core/plan.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { GraphReader } from '../graph/reader.ts';
import { leftAloneSince } from '../levers/given-up.ts';
import { withEvidence } from './evidence.ts';
import { observe, observeWithPeople } from './observe.ts';
import { planOf } from './plan-tenant.ts';
import { remember } from './remember.ts';

/**
 * Plans one tenant for a proposal: what its policy would do, and which of it the base's would do just so. Both are put
 * against one reading, so that nothing that moves meanwhile passes for a cause.
 * @param base undefined: the base has no policy for the tenant.
 * @throws as `planTenant`; also when only the base's policy needs what cannot be read.
 */
export async function planChange(
  reader: GraphReader,
  policy: TenantPolicy,
  base: TenantPolicy | undefined,
  day: Day,
  recentLosses: ReadonlySet<string>,
): Promise<TenantPlan> {
  const once = remember(reader);
  const seen = await observeWithPeople(once, policy, day);
  const plan = await withEvidence(once, planOf(seen, policy, day, recentLosses), seen, day);
  if (base === undefined)
    return { ...plan, steps: withCauses(plan.steps, undefined, day), policyBefore: null };
  const before = await observe(once, base, day);
  const changes = before.picture.moves.flatMap((move) => move.changes);
  const answers = new Map([...before.answers, ...seen.answers]);
  return {
    ...plan,
    steps: withCauses(plan.steps, { policy: base, changes }, day),
    leftAlone: leftAloneSince(base, policy, plan.leftAlone, answers, day),
    policyBefore: base.desired,
  };
}
