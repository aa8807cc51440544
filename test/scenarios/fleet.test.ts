import { describe, expect, test } from 'vitest';
import { codeOfPlan, codeOfReport, EXIT } from '../../src/commands/exit-code.ts';
import type { Plan } from '../../src/core/plan.ts';
import { SANDBOX_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { addPeople, newTenant } from '../../src/sandbox/directory.ts';
import { addGatedAppleMail, assign, grant } from '../../src/sandbox/enterprise-app.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { assignTo } from './portal.ts';
import { stage } from './stage.ts';
import { MAIL } from './tenant-builder.ts';
import { graphExchanges, writesIn } from './wire.ts';
import { openWorld, type Policies, policiesIn } from './world.ts';

const NAMES = ['adatum', 'contoso', 'litware', 'northwind'];

/** Four tenants of the repository, one of them spoilt. */
async function fleet(spoil: { readonly [name: string]: (tenant: Tenant) => void } = {}) {
  const tenants = builtInTenants(...NAMES);
  const world = openWorld(tenants);
  const { findings, tenants: all } = await policiesIn('policies');
  const policies: Policies = {
    findings,
    tenants: all.filter(({ desired }) => NAMES.includes(desired.tenant.name)),
  };
  for (const tenant of tenants) spoil[tenant.name]?.(tenant);
  return { world, tenants: new Map(tenants.map((tenant) => [tenant.name, tenant])), policies };
}

const statuses = (plan: Plan) =>
  Object.fromEntries(plan.tenants.map(({ tenant, status }) => [tenant.name, status]));

const WELL = { adatum: 'changes', contoso: 'unchanged', litware: 'changes', northwind: 'changes' };

describe('one tenant that cannot be planned hides no other', () => {
  const spoilers: readonly (readonly [string, (tenant: Tenant) => void, RegExp])[] = [
    [
      'a secret that is not known there',
      ({ clients }) => {
        const client = clients.get(SANDBOX_CLIENT_ID);
        if (client) client.secret = 'another';
      },
      /AADSTS7000215/,
    ],
    ['no app registration there', ({ clients }) => clients.delete(SANDBOX_CLIENT_ID), /AADSTS700016/],
    [
      'a token of another tenant',
      ({ settings }) => {
        settings.tokenTenantId = '11111111-2222-4333-8444-555555555555';
      },
      /The token is for tenant 11111111/,
    ],
    [
      'the app may not be read',
      ({ settings }) => {
        settings.refuse = ['Application.Read.All'];
      },
      /403/,
    ],
  ];
  test.each(spoilers)('%s', async (_, spoil, said) => {
    const { world, policies } = await fleet({ litware: spoil });
    const plan = await world.plan(policies);
    expect(statuses(plan)).toEqual({ ...WELL, litware: 'failed' });
    expect(codeOfPlan(plan, true)).toBe(EXIT.failed);
    const failed = plan.tenants.find(({ tenant }) => tenant.name === 'litware');
    if (failed?.status !== 'failed') throw new Error('litware has failed');
    expect(failed.error.message).toMatch(said);
    expect(failed.error.fix).not.toBe('');
    expect(JSON.stringify(plan)).not.toContain('sandbox-not-a-secret');
    // The others are applied; the run as a whole is partly applied.
    const report = await world.apply(plan, policies);
    expect(report.tenants.map(({ outcome }) => outcome).sort()).toEqual([
      'applied',
      'applied',
      'failed',
      'nothing to do',
    ]);
    expect(codeOfReport(report)).toBe(EXIT.partly);
  });
});

describe('exit codes of an apply', () => {
  const alone = ({ tenants, findings }: Policies, ...names: readonly string[]): Policies => ({
    findings,
    tenants: tenants.filter(({ desired }) => names.includes(desired.tenant.name)),
  });

  test('all applied: 0', async () => {
    const { world, policies } = await fleet();
    const plan = await world.plan(policies);
    expect(codeOfPlan(plan, false)).toBe(EXIT.ok);
    expect(codeOfPlan(plan, true)).toBe(EXIT.pending);
    expect(codeOfReport(await world.apply(plan, policies))).toBe(EXIT.ok);
  });

  test('a wrong secret, nothing applied anywhere: 1, and the secret is not in the report', async () => {
    const { world, policies } = await fleet();
    const plan = await world.plan(policies);
    const report = await world.apply(plan, policies, { secret: 'not-the-secret-0815' });
    expect(codeOfReport(report)).toBe(EXIT.failed);
    expect(JSON.stringify(report)).toContain('AADSTS7000215');
    expect(JSON.stringify(report)).not.toContain('not-the-secret-0815');
    expect(writesIn(world.wire)).toEqual([]);
  });

  test('refused by a rule: 3', async () => {
    const { world, plan, policies } = await stage('no-safe-order');
    expect(codeOfPlan(plan, true)).toBe(EXIT.refused);
    expect(codeOfReport(await world.apply(plan, policies))).toBe(EXIT.refused);
  });

  test('one stale, the others applied: 5; the stale one alone: 4', async () => {
    const { world, tenants, policies } = await fleet();
    const plan = await world.plan(policies);
    const litware = tenants.get('litware');
    if (litware) assignTo(litware, 'pharma-0001');
    const stale = { ...plan, tenants: plan.tenants.filter(({ tenant }) => tenant.name === 'litware') };
    const only = alone(policies, 'litware');
    expect(codeOfReport(await world.apply(stale, only))).toBe(EXIT.stale);
    expect(codeOfReport(await world.apply(plan, policies))).toBe(EXIT.partly);
  });

  test('a tenant without a policy any more: 3, nothing sent', async () => {
    const { world, policies } = await fleet();
    const plan = await world.plan(alone(policies, 'litware'));
    expect(codeOfReport(await world.apply(plan, alone(policies, 'contoso')))).toBe(EXIT.refused);
    expect(writesIn(world.wire)).toEqual([]);
  });

  test('a plan file whose steps were changed: 3, nothing sent', async () => {
    const { world, plan, planned, policies } = await stage('swap-groups');
    const forged = {
      ...plan,
      tenants: [{ ...planned, steps: planned.steps.filter(({ group }) => group === 'add-assignees') }],
    };
    expect(codeOfReport(await world.apply(forged, policies))).toBe(EXIT.refused);
    expect(writesIn(world.wire)).toEqual([]);
  });
});

describe('a steady tenant costs its sign-in and two round trips', () => {
  test.each(['contoso', 'proseware', 'tailspin'])('%s, once it matches', async (name) => {
    const { world, plan, policies, tenant } = await stage(name);
    await world.apply(plan, policies);
    delete tenant.settings.throttle;
    await expectSteady(world, policies);
  });

  test('15 named principals', async () => {
    const { world, policies } = await fifteen(15);
    await expectSteady(world, policies);
  });

  test('a sixteenth is more, so the count can fail', async () => {
    const { world, policies } = await fifteen(45);
    const from = world.sandbox.log.length;
    await world.plan(policies);
    const items = world.sandbox.log.slice(from).flatMap((entry) => entry.items ?? []);
    expect(items.filter(({ path }) => path.startsWith('/users?')).length).toBe(3);
  });
});

async function expectSteady(world: ReturnType<typeof openWorld>, policies: Policies): Promise<void> {
  const from = world.sandbox.log.length;
  const wireFrom = world.wire.length;
  const [planned] = (await world.plan(policies)).tenants;
  expect(planned?.status).toBe('unchanged');
  const log = world.sandbox.log.slice(from);
  const graph = log.filter(({ path }) => path.startsWith('/v1.0/'));
  const signIn = log.filter((entry) => !graph.includes(entry)).map(({ method, path }) => `${method} ${path}`);
  expect(graph.length).toBeLessThanOrEqual(2);
  expect(signIn).toHaveLength(2);
  expect(signIn[0]).toMatch(/^GET .*openid-configuration$/);
  expect(signIn[1]).toMatch(/^POST .*\/oauth2\/v2\.0\/token\b/);
  expect(graphExchanges(world.wire.slice(wireFrom))).toHaveLength(graph.length);
}

/** A gated tenant with that many people assigned and listed, among them the groups' places. */
async function fifteen(count: number) {
  const tenant = newTenant('woodgrove', { licences: ['SPB'], userConsent: [] });
  const app = addGatedAppleMail(tenant);
  const people = addPeople(tenant, 'person', count);
  for (const id of people) assign(tenant, app, id);
  grant(tenant, app, MAIL);
  const { tenants, findings } = await policiesIn('test/scenarios/everything-at-once/policies');
  const users = people.map((id) => ({ upn: tenant.users.get(id)?.userPrincipalName ?? '' }));
  const policies: Policies = {
    findings,
    tenants: tenants.map(({ desired, origins }) => ({
      origins,
      desired: {
        ...desired,
        consent: { ...desired.consent, userGrants: 'keep' },
        assignments: { groups: [], users, unlisted: 'remove' },
        exceptions: [],
      },
    })),
  };
  return { world: openWorld([tenant]), policies };
}
