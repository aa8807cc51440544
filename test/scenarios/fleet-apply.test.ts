import { describe, expect, test } from 'vitest';
import { codeOfPlan, codeOfReport, EXIT } from '../../src/commands/exit-code.ts';
import type { ApplyReport } from '../../src/core/report.ts';
import { SANDBOX_APPLY_CLIENT_ID } from '../../src/sandbox/clients.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { assignTo } from './portal.ts';
import { graphExchanges, writesIn } from './wire.ts';
import { openWorld, type Policies, policiesIn } from './world.ts';

const NAMES = ['adatum', 'litware', 'northwind', 'tailspin'];
const SPOILT = 'litware';

/** Four tenants with changes, planned; then one of them is spoilt. */
async function planned() {
  const tenants = builtInTenants(...NAMES);
  const world = openWorld(tenants);
  const { findings, tenants: all } = await policiesIn('policies');
  const policies: Policies = {
    findings,
    tenants: all.filter(({ desired }) => NAMES.includes(desired.tenant.name)),
  };
  const plan = await world.plan(policies);
  expect(plan.tenants.map(({ status }) => status)).toEqual(NAMES.map(() => 'changes'));
  const spoilt = tenants.find(({ name }) => name === SPOILT);
  if (spoilt === undefined) throw new Error('litware is among them');
  return { world, tenants, spoilt, policies, plan };
}

function outcomes({ tenants }: ApplyReport) {
  return Object.fromEntries(tenants.map(({ tenant, outcome }) => [tenant.name, outcome]));
}

const OTHERS = { adatum: 'applied', northwind: 'applied', tailspin: 'applied' };

/** A fault for the requests of one tenant only. */
type Break = (request: {
  readonly method: string;
  readonly path: string;
  readonly item?: true;
}) => Fault | undefined;

const spoilers: readonly {
  readonly what: string;
  readonly by?: (tenant: Tenant) => unknown;
  readonly fault?: Break;
  readonly outcome: string;
  readonly said: RegExp;
  readonly alone: number;
}[] = [
  {
    what: 'the identity that applies is not known there',
    by: ({ clients }) => clients.delete(SANDBOX_APPLY_CLIENT_ID),
    outcome: 'failed',
    said: /AADSTS700016/,
    alone: EXIT.failed,
  },
  {
    what: 'the token is for another tenant',
    by: ({ settings }) => {
      settings.tokenTenantId = '11111111-2222-4333-8444-555555555555';
    },
    outcome: 'failed',
    said: /The token is for tenant 11111111/,
    alone: EXIT.failed,
  },
  {
    what: 'the app may not be read',
    by: ({ settings }) => {
      settings.refuse = ['/servicePrincipals'];
    },
    outcome: 'failed',
    said: /403/,
    alone: EXIT.failed,
  },
  {
    what: 'the app is shown without an id',
    fault: ({ item, path }) =>
      item && /^\/servicePrincipals\(appId='f8d98a96[^/]*$/.test(path)
        ? { kind: 'answer', status: 200, body: { displayName: 'Apple Internet Accounts' } }
        : undefined,
    outcome: 'failed',
    said: /the enterprise app Apple Internet Accounts.*\bid\b/,
    alone: EXIT.failed,
  },
  {
    what: 'every answer breaks off',
    fault: ({ item }) => (item ? undefined : { kind: 'truncate' }),
    outcome: 'failed',
    said: /cannot be trusted/,
    alone: EXIT.failed,
  },
  {
    what: 'nothing answers',
    fault: ({ item }) => (item ? undefined : { kind: 'reset-before' }),
    outcome: 'failed',
    said: /could not be reached/,
    alone: EXIT.failed,
  },
  {
    what: 'it may not be written',
    fault: ({ item, method, path }) =>
      item || method === 'GET' || path.endsWith('$batch')
        ? undefined
        : {
            kind: 'answer',
            status: 403,
            body: { error: { code: 'Authorization_RequestDenied', message: 'No.' } },
          },
    outcome: 'failed',
    said: /Step 1 failed: Microsoft Graph refused .*403/,
    alone: EXIT.failed,
  },
  {
    what: 'it moved meanwhile',
    by: (tenant) => assignTo(tenant, 'pharma-0001'),
    outcome: 'stale',
    said: /Stale plan/,
    alone: EXIT.stale,
  },
];

describe('one tenant of four cannot be applied, the others are', () => {
  test.each(spoilers)('$what', async ({ by, fault, outcome, said, alone }) => {
    const { world, spoilt, policies, plan } = await planned();
    by?.(spoilt);
    const before = JSON.stringify([...spoilt.assignments, ...spoilt.grants, ...spoilt.servicePrincipals]);
    if (fault) world.sandbox.fault = (point) => (point.tenant === spoilt ? fault(point) : undefined);
    const only = { ...plan, tenants: plan.tenants.filter(({ tenant }) => tenant.name === SPOILT) };
    expect(codeOfReport(await world.apply(only, policies))).toBe(alone);
    const report = await world.apply(plan, policies);
    expect(outcomes(report)).toEqual({ ...OTHERS, [SPOILT]: outcome });
    expect(codeOfReport(report)).toBe(EXIT.partly);
    const problem = report.tenants.find(({ tenant }) => tenant.name === SPOILT)?.problem;
    expect(problem?.message).toMatch(said);
    expect(problem?.fix).not.toBe('');
    expect(JSON.stringify(report)).not.toMatch(/eyJ|sandbox-not-a-secret/);
    expect(JSON.stringify([...spoilt.assignments, ...spoilt.grants, ...spoilt.servicePrincipals])).toBe(
      before,
    );
    delete world.sandbox.fault;
    // The others match now, the spoilt one is seen as it is: nothing is hidden.
    spoilt.settings = {};
    const again = await world.plan(policies);
    for (const { tenant, status } of again.tenants)
      expect(status, tenant.name).toBe(tenant.name === SPOILT ? 'changes' : 'unchanged');
    expect(codeOfPlan(again, true)).toBe(EXIT.pending);
  });
});

test('what is sent to a tenant carries a token of that tenant and names its own objects only', async () => {
  const { world, tenants, policies, plan } = await planned();
  await world.apply(plan, policies);
  const byTenant = new Map(tenants.map((tenant) => [tenant.name, tenant]));
  const paths = world.sandbox.log.filter(({ path, method }) => path.startsWith('/v1.0/') && method !== 'GET');
  expect(writesIn(world.wire).length).toBeGreaterThan(20);
  expect(graphExchanges(world.wire)).toHaveLength(paths.length);
  for (const { tenant: name = '', path } of paths) {
    const tenant = byTenant.get(name);
    const id = /^\/v1\.0\/servicePrincipals\/([0-9a-f-]{36})/.exec(path)?.[1];
    if (id !== undefined) expect(tenant?.servicePrincipals.has(id), path).toBe(true);
  }
});
