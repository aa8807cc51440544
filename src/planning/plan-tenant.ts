import { assemble, changesAccess } from '../core/assemble.ts';
import type { GateGroup } from '../core/assessment.ts';
import { NOBODY_READ } from '../core/people.ts';
import type { TenantPlan } from '../core/plan.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { GraphReader } from '../graph/reader.ts';
import { type Observation, observeWithPeople } from './observe.ts';
import { directoryIn } from './people-reads.ts';

/**
 * Plans one tenant: reads it, and puts desired against actual. It is handed a reader, so it cannot write.
 * @throws UnreadableTenant, BrokenAnswer or GraphFailure: then nothing is known and nothing was decided.
 */
export async function planTenant(
  reader: GraphReader,
  policy: TenantPolicy,
  day: Day,
  recentLosses: ReadonlySet<string>,
): Promise<TenantPlan> {
  return planOf(await observeWithPeople(reader, policy, day), policy, day, recentLosses);
}

/**
 * The plan that an observation leads to.
 * @param given the only order of the step groups that is looked at; default: the best there is.
 */
export function planOf(
  { answers, picture }: Observation,
  policy: TenantPolicy,
  day: Day,
  recentLosses: ReadonlySet<string>,
  given?: readonly GateGroup[],
): TenantPlan {
  const directory = changesAccess(picture)
    ? directoryIn(policy.desired, picture.before, picture.after, answers)
    : NOBODY_READ;
  return assemble(policy, picture, directory, recentLosses, day, given);
}
