import { worlds } from '../core/access.ts';
import { assemble, changesAccess } from '../core/assemble.ts';
import type { GateGroup } from '../core/assessment.ts';
import { underGuard } from '../core/guardrail.ts';
import { mayLose } from '../core/impact.ts';
import { candidates, NOBODY_READ, selves } from '../core/people.ts';
import type { Impact, TenantPlan } from '../core/plan.ts';
import { type Standing, standingOf } from '../core/standing.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { GraphReader } from '../graph/reader.ts';
import { withEvidence } from './evidence.ts';
import { type Observation, observeWithAllPeople, observeWithPeople } from './observe.ts';
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
  const seen = await observeWithPeople(reader, policy, day);
  return await withEvidence(reader, planOf(seen, policy, day, recentLosses), seen, day);
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
  const plan = assemble(policy, picture, directory, recentLosses, day, given);
  return underGuard(plan, policy.guard, recentLosses, day);
}

/** The ids of the people who may end lower than they are now, as far as anybody can tell. */
export function mayLoseIn({ answers, picture }: Observation, { desired }: TenantPolicy): ReadonlySet<string> {
  if (!changesAccess(picture)) return new Set();
  const { before, after } = picture;
  const directory = directoryIn(desired, before, after, answers);
  const [couldBe, open] = [selves(before, after, directory), worlds(before, after)];
  const losing = candidates(before, after, directory).filter((person) =>
    couldBe(person).some((who) => mayLose(before, after, who, open)),
  );
  return new Set(losing.map(({ id }) => id));
}

/**
 * Reads a tenant, people included, and says where they stand.
 * @param reviewed what a plan was to do to people.
 * @throws what reading throws.
 */
export async function readStanding(
  reader: GraphReader,
  policy: TenantPolicy,
  day: Day,
  reviewed: Impact,
): Promise<Standing> {
  const { answers, picture } = await observeWithAllPeople(reader, policy, day);
  const directory = directoryIn(policy.desired, picture.before, picture.after, answers);
  return standingOf(picture, directory, reviewed);
}
