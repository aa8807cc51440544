import { describe, expect, test } from 'vitest';
import { openJournal } from '../../src/apply/journal.ts';
import { codeOfReport, EXIT } from '../../src/commands/exit-code.ts';
import type { Day } from '../../src/core/state.ts';
import { addGroup, addUser } from '../../src/sandbox/directory.ts';
import { licence } from '../../src/sandbox/licences.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { levelsOf } from './levels.ts';
import * as portal from './portal.ts';
import { commitsIn, reportOf, type Stage, stage } from './stage.ts';
import { principalId } from './tenant-builder.ts';
import { writesIn } from './wire.ts';
import { only, type Policies } from './world.ts';

/** The scenario swap-groups with another `safety`. */
async function staged(safety: object, by: (tenant: Tenant) => void = () => {}): Promise<Stage> {
  const { world, tenant, policies: read, rules } = await stage('swap-groups');
  by(tenant);
  const policies = withSafety(read, safety);
  const plan = await world.plan(policies);
  return { world, tenant, policies, plan, planned: only(plan), rules };
}

function withSafety({ tenants, findings }: Policies, safety: object): Policies {
  return {
    findings,
    tenants: tenants.map(({ desired, origins }) => ({
      desired: { ...desired, safety: { ...desired.safety, ...safety } },
      origins,
    })),
  };
}

async function expectNothingSent(at: Stage, code: number, said: RegExp, day?: Day): Promise<void> {
  const { world, tenant, plan, policies } = at;
  const from = world.wire.length;
  const before = levelsOf(tenant);
  const report = await world.apply(plan, policies, day === undefined ? {} : { day });
  const { problem, moved } = reportOf(report);
  expect(codeOfReport(report), problem?.message).toBe(code);
  expect(`${problem?.message} ${JSON.stringify(moved)}`).toMatch(said);
  expect(problem?.fix).not.toBe('');
  expect(writesIn(world.wire.slice(from))).toEqual([]);
  expect(levelsOf(tenant)).toEqual(before);
}

describe('what was allowed when it was reviewed is judged again before the first write', () => {
  test('a protected person has left the group that keeps their access', async () => {
    const at = await staged({ protected: ['anna@woodgrove.example'] });
    portal.group(at.tenant, 'SG-New').members.delete(principalId(at.tenant, 'anna'));
    await expectNothingSent(at, EXIT.stale, /anna@woodgrove\.example/);
  });

  test('somebody who was to lose access is protected by now, by the policy', async () => {
    const at = await staged({});
    const policies = withSafety(at.policies, { protected: ['ben@woodgrove.example'] });
    await expectNothingSent({ ...at, policies }, EXIT.stale, /protected/);
  });

  test('the licence that lets groups be assigned has ended', async () => {
    const at = await stage('close-open-tenant-to-one-group');
    at.tenant.subscribedSkus.splice(0, 1, licence('O365_BUSINESS_PREMIUM'));
    await expectNothingSent(at, EXIT.refused, /group-needs-p1/);
  });

  test('the exception that allows it has ended', async () => {
    const at = await stage('close-open-tenant-to-one-group');
    await expectNothingSent(at, EXIT.refused, /closes-open-tenant/, '2027-01-01');
  });

  test('a role of its own was added to the app, so that the default role means nothing', async () => {
    const at = await stage('swap-groups');
    portal.setApp(at.tenant, {
      appRoles: [
        {
          id: '9d0c1b52-3f9b-4a55-8f4a-1d2a52a2c001',
          value: 'Mail.Use',
          displayName: 'Mail users',
          description: '',
          isEnabled: true,
          allowedMemberTypes: ['User'],
        },
      ],
    });
    await expectNothingSent(at, EXIT.refused, /role/);
  });

  test('a read that the plan rests on is refused by now', async () => {
    const at = await stage('everything-at-once');
    at.tenant.settings.refuse = ['/policies/authorizationPolicy'];
    await expectNothingSent(at, EXIT.failed, /unreadable/);
  });

  test('the app was deleted and created anew', async () => {
    const at = await stage('everything-at-once');
    portal.recreateApp(at.tenant);
    await expectNothingSent(at, EXIT.stale, /application|assignments|consent/);
  });
});

describe('people who lose access within seven days count together', () => {
  const OTHERS = ['emil', 'finn'];

  function assignOthers(tenant: Tenant): void {
    for (const name of OTHERS) addUser(tenant, name, name);
    addGroup(
      tenant,
      'SG-Other',
      OTHERS.map((name) => principalId(tenant, name)),
    );
    portal.assignTo(tenant, 'SG-Other');
  }

  test.each([
    { maxRemovals: 2, days: 6, status: 'refused' },
    { maxRemovals: 3, days: 6, status: 'changes' },
    { maxRemovals: 2, days: 8, status: 'changes' },
  ])('limit $maxRemovals: one, and two more after $days days: $status', async (each) => {
    const { world, tenant, plan, planned, policies } = await staged({ maxRemovals: each.maxRemovals });
    expect(planned.impact.lose).toHaveLength(1);
    expect(reportOf(await world.apply(plan, policies)).outcome).toBe('applied');
    assignOthers(tenant);
    await world.clock.sleep(each.days * DAY_MS);
    const again = only(await world.plan(policies));
    expect(again.status).toBe(each.status);
    if (each.status !== 'refused') return;
    const said = again.findings.find(({ rule }) => rule === 'removal-limit')?.message;
    expect(said).toContain('1 of them in the last seven days');
  });

  test('others who lost it since the plan was made: refused', async () => {
    const at = await staged({ maxRemovals: 2 });
    const { journal, clock } = at.world;
    const head = { run: 'another', tenant: at.tenant.id, digest: 'sha256:another' };
    openJournal(journal, head, clock.now).write({ event: 'losing', people: OTHERS });
    await expectNothingSent(at, EXIT.refused, /removal-limit.*2 of them in the last seven days/);
  });

  test('a run that was stopped with its losses at the limit goes on: nobody counts twice', async () => {
    const { world, tenant, plan, planned, policies } = await staged({ maxRemovals: 3 }, assignOthers);
    expect(planned.impact.lose).toHaveLength(3);
    expect(planned.steps.map(({ direction }) => direction)).toEqual(['widens', 'narrows', 'narrows']);
    const commits = commitsIn(world, tenant);
    const first = await world.apply(plan, policies, { stopping: () => commits.length === 2 });
    expect(reportOf(first).outcome).toBe('partly applied');
    const { outcome, problem } = reportOf(await world.apply(plan, policies));
    expect(outcome, problem?.message).toBe('applied');
  });
});

const DAY_MS = 24 * 3_600_000;
