import { expect, test } from 'vitest';
import { canonical, type Json } from '../../../src/core/json.ts';
import { isFailed, type Plan, type TenantPlan } from '../../../src/core/plan.ts';
import { DEEP, sample } from '../../depth.ts';
import { withEvidenceOf } from '../../faults/evidence-unread.ts';
import { reportOf } from '../../scenarios/stage.ts';
import { writesIn } from '../../scenarios/wire.ts';
import { only } from '../../scenarios/world.ts';
import { count } from '../../tally.ts';
import { type Spoilt, spoiltOf } from './spoil.ts';
import { tampered } from './tampered.ts';
import { computing, expectTold, staysUnpolluted } from './unpolluted.ts';

const SCENARIOS = [
  'everything-at-once',
  'consent-custom',
  'user-replaced-by-group',
  'absent-to-gated-consent-open',
];
/** Of all the places and ways, so many in the deep run; outside of it a few. */
const MOST = { planning: 1500, applying: 500 };
const FEW = { planning: 8, applying: 3 };
/** Milliseconds of computing a run may take, whatever it is told. */
const LONGEST = 6000;

/** Fields for which null is an answer: unset, or nothing there. */
const NULLABLE =
  /\/(accountEnabled|appRoleAssignmentRequired|tags|appRoles|scope|permissionGrantPoliciesAssigned|includes|excludes|resourceApplication|permissions|clientApplication\w+|permissionClassification|isEnabled|oauth2PermissionScopes)$/;

staysUnpolluted();

type Case = Spoilt & { readonly at: number };

function casesOf(
  answers: readonly { readonly text: string }[],
  of: 'planning' | 'applying',
): readonly Case[] {
  const all = answers.flatMap(({ text }, at) => spoiltOf(text).map((each) => ({ ...each, at })));
  const every = Math.max(1, Math.floor(all.length / MOST[of]));
  const some = DEEP ? all.filter((_, index) => index % every === 0) : all;
  return sample(some, FEW[of], ({ name, at }) => `${at} ${name}`);
}

const requestsOf = ({ steps }: TenantPlan) =>
  canonical(steps.map(({ request: { what: _, ...sent } }) => sent) as unknown as Json);
const seen = (plan: TenantPlan) => canonical({ ...plan, cost: null } as unknown as Json);

test.each(SCENARIOS)(
  'planning %s: no answer of Graph, spoilt in one place, makes another plan',
  async (name) => {
    const undisturbed = await tampered(name);
    undisturbed.arm();
    const well = only(await undisturbed.world.plan(undisturbed.policies));
    for (const each of casesOf(undisturbed.calm(), 'planning')) {
      const { world, policies, arm } = await tampered(name);
      const where = `${name}, answer ${each.at}: ${each.name}`;
      arm(each);
      const start = computing();
      judge(await world.plan(policies), well, each, where);
      expect(computing() - start, where).toBeLessThan(LONGEST);
      expect(writesIn(world.wire), where).toEqual([]);
      count('hostile inputs');
    }
  },
);

function judge({ tenants }: Plan, well: TenantPlan, { kind, path }: Case, where: string): void {
  const [tenant] = tenants;
  if (tenant === undefined) throw new Error(`${where}: no tenant at all`);
  if (isFailed(tenant)) {
    expectTold(Object.assign(new Error(tenant.error.message), { fix: tenant.error.fix }), where);
    return;
  }
  if (tenant.status === 'refused') {
    expect(
      tenant.findings.filter(({ severity }) => severity === 'error'),
      where,
    ).not.toEqual([]);
    return;
  }
  if (kind === 'wrong' || kind === 'more') expect(seen(withEvidenceOf(tenant, well)), where).toBe(seen(well));
  if (kind === 'null' && NULLABLE.test(`/${path.join('/')}`)) return;
  // A name that is missing is shown as an id; what is done, and to whom, stays.
  expect(requestsOf(tenant), where).toBe(requestsOf(well));
  const touched = new Set([...tenant.impact.lose, ...tenant.impact.unknown].map(({ id }) => id));
  expect(
    well.impact.lose.filter(({ id }) => !touched.has(id)),
    where,
  ).toEqual([]);
}

test.each(SCENARIOS)('applying %s: no answer of Graph, spoilt in one place, does harm', async (name) => {
  const undisturbed = await tampered(name);
  const plan = await undisturbed.world.plan(undisturbed.policies);
  undisturbed.arm();
  await undisturbed.world.apply(plan, undisturbed.policies);
  const end = undisturbed.levels();
  const all = undisturbed.commits.length;
  for (const each of casesOf(undisturbed.calm(), 'applying')) {
    const at0 = await tampered(name);
    const where = `${name}, answer ${each.at}: ${each.name}`;
    const asReviewed = await at0.world.plan(at0.policies);
    at0.arm(each);
    const start = computing();
    const { outcome, problem } = reportOf(await at0.world.apply(asReviewed, at0.policies));
    expect(computing() - start, where).toBeLessThan(LONGEST);
    if (outcome === 'applied') expect(at0.commits, where).toHaveLength(all);
    else expectTold(Object.assign(new Error(problem?.message), { fix: problem?.fix }), where);
    expect(at0.broken(end), where).toEqual([]);
    expect(at0.meddled(only(asReviewed)), where).toBe(false);
    at0.calm();
    await at0.world.clock.sleep(600_000);
    const again = reportOf(await at0.world.apply(asReviewed, at0.policies));
    expect(['applied', 'nothing to do'], `${where}: ${again.problem?.message}`).toContain(again.outcome);
    expect(at0.levels(), where).toEqual(end);
    expect(at0.broken(end), where).toEqual([]);
    count('hostile inputs');
  }
});
