import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import type { Desired, TenantPolicy } from '../../src/core/state.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { sample } from '../depth.ts';
import { broken, levelsOf, watch } from '../scenarios/levels.ts';
import { reportOf } from '../scenarios/stage.ts';
import { CONSENT, MAIL, woodgrove } from '../scenarios/tenant-builder.ts';
import { only, openWorld, type Policies, policiesIn, type World } from '../scenarios/world.ts';
import { count } from '../tally.ts';
import { BOTH } from '../unit/core/oracle.ts';
import { alone, beside, type Case, schedules } from './beside.ts';
import { SCENARIOS, undisturbed } from './trial.ts';
import { turns } from './turns.ts';

/** Schedules of each pair outside the deep run, and scenarios. */
const FEW = { same: 1, different: 2, planning: 1, scenarios: 3 };

describe.each(sample(SCENARIOS, FEW.scenarios, (name) => name))(
  '%s, applied from two machines at once',
  (name) => {
    test('harms nobody, makes nothing twice, and ends as planned', async () => {
      const well = await undisturbed(name);
      const { scenario } = await import(`../scenarios/${name}/tenant.ts`);
      if (well.planned.status !== 'changes' || scenario.outcome !== 'applied') return;
      const policies =
        scenario.policies === 'repository'
          ? await policiesIn('policies', name)
          : await policiesIn(`test/scenarios/${name}/policies`);
      const both: Case = {
        tenant: scenario.tenant,
        policies: [policies, policies],
        rules: scenario.rules ?? BOTH,
      };
      const planned = await alone(both.tenant, policies);
      const steps = well.applying.filter(({ item }) => !item).length;
      for (const schedule of schedules(name, steps, FEW.same)) {
        const told = `${name} ${schedule.join(' ')}`;
        const { world, reports } = await beside(both, [planned, planned], schedule);
        // The same again brings it to its end, from wherever the two have left it.
        const last = reportOf(await world.apply(planned.plan, policies));
        const how = `${told}: ${reports.map(({ outcome }) => outcome)}, then ${last.outcome} (${last.problem?.message})`;
        expect(['applied', 'nothing to do'], how).toContain(last.outcome);
        expect(only(await world.plan(policies)).status, how).toBe(scenario.again ?? 'unchanged');
        count('runs beside another', 2);
      }
    });
  },
);

const gated = () =>
  woodgrove({
    people: ['anna', 'ben', 'cleo', 'dora'],
    groups: { 'SG-Old': ['anna', 'ben'], 'SG-New': ['anna', 'cleo'], 'SG-Third': ['ben', 'cleo'] },
    userConsent: CONSENT.none,
    app: { required: true, assigned: ['SG-Old'], tenantWide: MAIL },
  });
const open = () =>
  woodgrove({
    people: ['anna', 'ben', 'cleo', 'dora'],
    groups: { 'SG-Old': ['anna', 'ben'], 'SG-New': ['anna', 'cleo'], 'SG-Third': ['ben', 'cleo'] },
    userConsent: CONSENT.lowImpact,
    app: { assigned: ['SG-Old'], tenantWide: MAIL, consented: ['anna'] },
  });
const absent = () =>
  woodgrove({
    people: ['anna', 'ben', 'cleo', 'dora'],
    groups: { 'SG-Old': ['anna', 'ben'], 'SG-New': ['anna', 'cleo'], 'SG-Third': ['ben', 'cleo'] },
    userConsent: CONSENT.lowImpact,
    app: 'absent',
  });

const assigned = () =>
  woodgrove({
    people: ['anna', 'ben', 'cleo', 'dora'],
    groups: { 'SG-Old': ['anna', 'ben'], 'SG-New': ['anna', 'cleo'], 'SG-Third': ['ben', 'cleo'] },
    userConsent: CONSENT.none,
    app: { required: true, assigned: ['SG-Old', 'SG-New', 'SG-Third'], tenantWide: MAIL },
  });
const ungranted = () =>
  woodgrove({
    people: ['anna', 'ben', 'cleo', 'dora'],
    groups: { 'SG-Old': ['anna', 'ben'], 'SG-New': ['anna', 'cleo'], 'SG-Third': ['ben', 'cleo'] },
    userConsent: CONSENT.none,
    app: { required: true, assigned: ['SG-Old'] },
  });

type Wish = {
  readonly required?: boolean;
  readonly groups?: readonly string[];
  readonly consent?: 'none' | 'allApps';
  /** What is granted for all is left alone. */
  readonly ungranted?: true;
};
const FIRST: Wish = { required: true, groups: ['SG-Old'] };
const GRANT: Wish = { required: true, groups: ['SG-Old', 'SG-New'] };
const UNGATED: Wish = { required: false, groups: ['SG-Old', 'SG-Third'], ungranted: true };
const SWAP: Wish = { required: true, groups: ['SG-New'] };
const OTHER: Wish = { required: true, groups: ['SG-Third', 'SG-New'] };
const KEEP: Wish = { required: true, groups: ['SG-Old', 'SG-Third'], consent: 'none' };
const OPEN: Wish = { required: false, groups: ['SG-Old'], consent: 'allApps' };

/** Opens beside closes, groups beside other groups, a plan beside the one made before it. */
const PAIRS: readonly (readonly [name: string, tenant: () => Tenant, one: Wish, other: Wish])[] = [
  ['each takes away what the other leaves', assigned, FIRST, SWAP],
  ['each opens a gate of two', ungranted, GRANT, UNGATED],
  ['one opens, one closes', gated, OPEN, SWAP],
  ['groups beside other groups', gated, SWAP, OTHER],
  ['a plan beside its predecessor', gated, KEEP, SWAP],
  ['an open tenant: one closes, one opens further', open, SWAP, OPEN],
  ['an open tenant: closed to these and to those', open, KEEP, OTHER],
  ['no app yet: open beside closed', absent, OPEN, SWAP],
  ['no app yet: closed to these and to those', absent, SWAP, KEEP],
];

describe.each(PAIRS)('%s', (name, tenant, ...wishes) => {
  test('two applies from two machines: no step harms anybody once the other could be seen', async () => {
    const both = await caseOf(tenant, wishes);
    const planned = await Promise.all(both.policies.map((policies) => alone(tenant, policies)));
    const [one, other] = planned;
    if (one === undefined || other === undefined) throw new Error('two policies make two plans');
    for (const schedule of schedules(name, 30, FEW.different)) {
      const { world, at, reports } = await beside(both, [one, other], schedule);
      const how = `${name} ${schedule.join(' ')}: ${reports.map(({ outcome }) => outcome)}`;
      await leadsOn(world, at, both.policies[0], how);
      count('runs beside another', 2);
    }
  });

  test('a plan made during an apply is stale afterwards, or leads safely', async () => {
    const both = await caseOf(tenant, wishes);
    for (const wanted of both.policies) {
      const one = await alone(tenant, both.policies[0]);
      for (const schedule of schedules(`${name} plan`, 30, FEW.planning)) {
        const at = tenant();
        const turned = turns(schedule);
        const world = openWorld([at], turned.around);
        turned.waiting(world.clock);
        const [report, middle] = await turned.both(
          () => world.apply(one.plan, both.policies[0]),
          () => world.plan(wanted),
        );
        const how = `${name} ${schedule.join(' ')}: ${reportOf(report).problem?.message}`;
        expect(reportOf(report).outcome, how).toBe('applied');
        await leadsOn(world, at, wanted, how, middle);
        count('runs beside another');
      }
    }
  });
});

/** What was planned meanwhile is stale by now or leads safely; planned anew, it leads to where its policy says. */
async function leadsOn(
  { sandbox, clock, plan, apply }: World,
  at: Tenant,
  policies: Policies,
  how: string,
  meanwhile?: Plan,
): Promise<void> {
  const safely = async (made: Plan, outcomes: readonly string[]) => {
    const moments = watch(sandbox, at);
    const report = reportOf(await apply(made, policies));
    const told = `${how}; then ${report.outcome} (${report.problem?.message})`;
    expect(outcomes, told).toContain(report.outcome);
    expect(broken(moments, levelsOf(at)), told).toEqual([]);
  };
  const well = ['applied', 'nothing to do'];
  const [planned] = meanwhile?.tenants ?? [];
  if (meanwhile !== undefined && planned?.status === 'changes') await safely(meanwhile, [...well, 'stale']);
  await clock.sleep(60_000);
  await safely(await plan(policies), well);
  await clock.sleep(60_000);
  expect(only(await plan(policies)).status, how).toBe('unchanged');
}

/** The policy of a scenario, with what somebody wants in its place. */
async function caseOf(tenant: () => Tenant, wishes: readonly Wish[]): Promise<Case> {
  const { tenants, findings } = await policiesIn('test/scenarios/close-open-tenant-to-one-group/policies');
  const wanting = ({ required, groups, consent, ungranted }: Wish): Policies => ({
    findings,
    tenants: tenants.map(({ desired, origins }): TenantPolicy => {
      const wanted: Desired = {
        ...desired,
        application: { ...desired.application, assignmentRequired: required ?? 'unmanaged' },
        consent: {
          ...desired.consent,
          userConsent: consent ?? 'unmanaged',
          ...(ungranted === undefined ? {} : { tenantWide: 'unmanaged' as const }),
        },
        assignments: {
          groups: (groups ?? []).map((name) => ({ name, as: 'group' })),
          users: [],
          unlisted: 'remove',
        },
        safety: { ...desired.safety, maxRemovals: '100%' },
      };
      return { desired: wanted, origins };
    }),
  });
  const [one, other] = wishes.map(wanting);
  if (one === undefined || other === undefined) throw new Error('two people want something');
  return { tenant, policies: [one, other], rules: BOTH };
}
