// What shows that people who lose access use the app: what is read for it, and that nothing hangs on it.
import { describe, expect, test } from 'vitest';
import type { TenantPlan, Use } from '../../src/core/plan.ts';
import { planText } from '../../src/render/plan-text.ts';
import { addSignIn, userId } from '../../src/sandbox/directory.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { type Stage, stage } from './stage.ts';
import { graphExchanges } from './wire.ts';
import { only } from './world.ts';

/** The requests for sign-ins from a point of the log on. */
function asked({ world }: Pick<Stage, 'world'>, from = 0): readonly string[] {
  return world.sandbox.log
    .slice(from)
    .flatMap(({ items }) => items ?? [])
    .map(({ path }) => path)
    .filter((path) => path.startsWith('/auditLogs/'));
}

function useOf({ impact }: TenantPlan): readonly (Use | undefined)[] {
  return impact.lose.map(({ use }) => use);
}

async function planAgain({ world, policies }: Stage): Promise<TenantPlan> {
  return only(await world.plan(policies));
}

test.each(['adatum', 'contoso', 'northwind', 'wingtip', 'open-a-gated-tenant'])(
  '%s: nobody loses, so no sign-in is read',
  async (name) => {
    const staged = await stage(name);
    expect(staged.planned.impact.lose).toEqual([]);
    expect(asked(staged)).toEqual([]);
  },
);

test('where somebody loses, one request tells of all of them; an apply needs none', async () => {
  const { world, plan, policies, planned, tenant } = await stage('tailspin');
  expect(planned.impact.lose).toHaveLength(7);
  expect(asked({ world })).toEqual([
    "/auditLogs/signIns?$filter=appId%20eq%20'f8d98a96-0999-43f5-8af3-69971c7bb423'%20and%20createdDateTime%20ge%202026-10-25T00:00:00Z",
  ]);
  const from = world.sandbox.log.length;
  delete tenant.settings.throttle;
  expect((await world.apply(plan, policies)).tenants[0]?.outcome).toBe('applied');
  expect(asked({ world }, from)).toEqual([]);
});

test('their own consent is evidence where no sign-in is', async () => {
  const { planned } = await stage('close-open-tenant-to-one-group');
  expect(useOf(planned)).toEqual([{ evidence: 'grant' }]);
});

const BUSY: Fault = { kind: 'answer', status: 503 };

describe('what cannot be read is not known, never none, and stops nothing', () => {
  test.each<readonly [string, (staged: Stage) => void, string]>([
    [
      'the permission is missing',
      ({ tenant }) => {
        tenant.settings.refuse = ['AuditLog.Read.All'];
      },
      'needs AuditLog.Read.All and Entra ID P1',
    ],
    [
      'Graph fails throughout',
      ({ world }) => {
        world.sandbox.fault = ({ item, path }) => (item && path.startsWith('/auditLogs/') ? BUSY : undefined);
      },
      'kept failing',
    ],
    [
      'the answer is no list',
      ({ world }) => {
        world.sandbox.fault = ({ item, path }) =>
          item && path.startsWith('/auditLogs/')
            ? { kind: 'answer', status: 200, body: { value: [{ id: '1' }] } }
            : undefined;
      },
      'the sign-in log could not be read',
    ],
  ])('%s', async (_, spoil, why) => {
    const staged = await stage('tailspin');
    spoil(staged);
    const plan = await planAgain(staged);
    expect(plan.digest).toBe(staged.planned.digest);
    expect(plan.status).toBe('changes');
    expect(useOf(plan)).toHaveLength(7);
    for (const use of useOf(plan))
      expect(use).toMatchObject({ evidence: 'unknown', why: expect.stringContaining(why) });
  });

  test('the licence is missing', async () => {
    const { planned } = await stage('as-members');
    expect(planned.status).toBe('changes');
    expect(useOf(planned)).toEqual([
      { evidence: 'unknown', why: expect.stringContaining("doesn't have premium license") },
    ]);
  });

  test('own consent counts all the same', async () => {
    const staged = await stage('close-open-tenant-to-one-group');
    staged.tenant.settings.refuse = ['AuditLog.Read.All'];
    expect(useOf(await planAgain(staged))).toEqual([{ evidence: 'grant' }]);
  });
});

/** That many sign-ins of somebody who loses nothing, all of them newer than anybody else's. */
function busyLog({ tenant }: Stage, count: number): void {
  const newest = Date.parse('2026-11-24T08:00:00Z');
  for (let at = 0; at < count; at++)
    addSignIn(tenant, 'agent-0002', new Date(newest - at * 1000).toISOString());
}

describe('a long log', () => {
  test('is read to its end, no faster than Graph allows', async () => {
    const staged = await stage('tailspin');
    busyLog(staged, 5_200);
    const from = staged.world.sandbox.log.length;
    const wire = staged.world.wire.length;
    const plan = await planAgain(staged);
    expect(asked(staged, from)).toHaveLength(6);
    expect(useOf(plan)[0]).toEqual({ evidence: 'seen', last: '2026-11-22' });
    const times = graphExchanges(staged.world.wire.slice(wire))
      .slice(-6)
      .map(({ at }) => at);
    expect((times[5] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(10_000);
  });

  test('is not read for ever: whoever is not in the newest part is not known', async () => {
    const staged = await stage('tailspin');
    busyLog(staged, 10_001);
    const from = staged.world.sandbox.log.length;
    const plan = await planAgain(staged);
    expect(asked(staged, from)).toHaveLength(10);
    expect(new Set(useOf(plan).map((use) => use?.evidence))).toEqual(new Set(['unknown']));
    expect(useOf(plan)[0]).toEqual({
      evidence: 'unknown',
      why: 'only the newest part of the sign-in log was read',
    });
    expect(plan.digest).toBe(staged.planned.digest);
  });
});

test('whoever was seen is listed first, the last day first', async () => {
  const staged = await stage('tailspin');
  addSignIn(staged.tenant, 'guide-005_partner.example#EXT#', '2026-11-23T10:00:00Z');
  const plan = await staged.world.plan(staged.policies);
  const lines = planText(plan, { colour: false, verbose: false }).split('\n');
  const losers = lines.filter((line) => line.startsWith('    - '));
  expect(losers.map((line) => /- (\S+?)[_@]/.exec(line)?.[1])).toEqual([
    'guide-005',
    'agent-0200',
    'guide-001',
    'guide-002',
    'guide-003',
    'guide-004',
    'guide-006',
  ]);
  expect(losers[0]).toContain('last signed in on 2026-11-23');
});

describe('a Global Administrator passes unassigned', () => {
  test('and is told as keeping access, not as losing it', async () => {
    const staged = await stage('tailspin');
    const { tenant } = staged;
    const role = [...tenant.roles.values()][0];
    role?.members.add(userId(tenant, 'agent-0200'));
    const plan = await planAgain(staged);
    expect(plan.impact.lose.map(({ name }) => name)).not.toContain('agent-0200@tailspin.example');
    expect(plan.impact.retain.find(({ name }) => name === 'agent-0200@tailspin.example')).toMatchObject({
      kind: ['Global Administrator'],
    });
    // Who is protected by nothing but the role must not be protected by a role that could not be read.
    tenant.settings.refuse = ['RoleManagement.Read.Directory'];
    const blind = await planAgain(staged);
    expect(blind.impact.lose.map(({ name }) => name)).toContain('agent-0200@tailspin.example');
  });
});

test('a disabled account is told where the identity may read it', async () => {
  const staged = await stage('tailspin');
  const guest = staged.tenant.users.get(userId(staged.tenant, 'guide-001_partner.example#EXT#'));
  if (guest !== undefined) guest.accountEnabled = false;
  const kinds = (plan: TenantPlan) =>
    plan.impact.lose.find(({ name }) => name.startsWith('guide-001'))?.kind ?? [];
  expect(kinds(await planAgain(staged))).toEqual(['guest']);
  for (const client of staged.tenant.clients.values()) client.permissions.push('User.Read.All');
  expect(kinds(await planAgain(staged))).toEqual(['guest', 'account disabled']);
});
