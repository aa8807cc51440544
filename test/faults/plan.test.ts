import { describe, expect, test } from 'vitest';
import { canonical, type Json } from '../../src/core/json.ts';
import { isFailed, type TenantPlan } from '../../src/core/plan.ts';
import { DEEP, sample } from '../depth.ts';
import { writesIn } from '../scenarios/wire.ts';
import { count } from '../tally.ts';
import { withEvidenceOf } from './evidence-unread.ts';
import { LASTING, PASSING, type Strike } from './strikes.ts';
import { SCENARIOS, trial, type Undisturbed, undisturbed } from './trial.ts';

/** Strikes on each scenario, in `npm test` and in the deep run. */
const [FEW, MANY] = [6, 80];
/** On a large tenant, in `npm test`. */
const FEW_LARGE = 3;

// Each strike at each point of a plan: the same plan as ever, or less is told than asked for, and never less shown.
describe.each(SCENARIOS)('planning %s', (name) => {
  test('a read that failed is never "none"', async () => {
    const well = await undisturbed(name);
    const all = well.planning.flatMap((point, at) =>
      [...PASSING, ...LASTING].filter(({ fits }) => fits(point)).map((strike) => ({ strike, at })),
    );
    const few = well.large ? FEW_LARGE : FEW;
    const cases = sample(all, few, ({ strike, at }) => `${strike.name} ${at}`, MANY);
    for (const { strike, at } of cases) {
      await struck(name, well, strike, at);
      count('faults tried on planning');
    }
    expect(cases.length).toBe(Math.min(all.length, DEEP ? MANY : few));
  });
});

async function struck(
  name: string,
  { planned, planning }: Undisturbed,
  strike: Strike,
  at: number,
): Promise<void> {
  const at0 = await trial(name, strike.name === 'no answer');
  const { world, policies, arm } = at0;
  const where = `${strike.name} at ${at} (${planning[at]?.method} ${planning[at]?.path})`;
  const start = world.clock.now().getTime();
  arm(strike, at);
  const plan = await world.plan(policies);
  const [tenant] = plan.tenants;
  expect(plan.tenants, where).toHaveLength(1);
  expect(writesIn(world.wire), where).toEqual([]);
  expect(world.clock.now().getTime() - start, where).toBeLessThan(3 * 3600_000);
  expect(at0.meddled(planned), where).toEqual([]);
  if (tenant === undefined) return;
  if (isFailed(tenant)) {
    expect(tenant.error.message.length, where).toBeGreaterThan(20);
    expect(tenant.error.fix.length, where).toBeGreaterThan(10);
    return;
  }
  // What passes is waited out, nobody sees it; or the plan goes without what decides nothing, and says so.
  if (strike.how !== 'fault' || strike.lasts === undefined)
    expect(seen(withEvidenceOf(tenant, planned)), where).toBe(seen(planned));
  else unknownIsTold(tenant, planned, where);
}

/** Less could be read: everybody who loses access is still among those who do or may, or nothing is applied at all. */
function unknownIsTold(tenant: TenantPlan, well: TenantPlan, where: string): void {
  if (seen(withEvidenceOf(tenant, well)) === seen(well)) return;
  const errors = tenant.findings.filter(({ severity }) => severity === 'error');
  if (tenant.status === 'refused') {
    expect(errors.length, where).toBeGreaterThan(0);
    return;
  }
  const more = tenant.findings.length > well.findings.length || tenant.impact.unknown.length > 0;
  expect(more, `${where}: says what it could not read`).toBe(true);
  const touched = new Set([...tenant.impact.lose, ...tenant.impact.unknown].map(({ id }) => id));
  const missed = well.impact.lose.filter(({ id }) => !touched.has(id));
  expect(missed, where).toEqual([]);
  expect(requests(tenant), where).toEqual(requests(well));
}

function requests({ steps }: TenantPlan): readonly unknown[] {
  return steps.map(({ request: { method, path, body } }) => ({ method, path, body }));
}

/** The whole plan of a tenant; what it cost stands beside it. */
function seen(plan: TenantPlan): string {
  return canonical(plan as Json);
}
