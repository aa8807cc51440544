import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { importTenant } from '../../src/commands/import-tenant.ts';
import { connect } from '../../src/graph/connect.ts';
import { sandboxEdge } from '../../src/graph/edge.ts';
import { openReader } from '../../src/graph/open-reader.ts';
import { policiesOf } from '../../src/policy/policies.ts';
import { SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../../src/sandbox/clients.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { checkedFetch } from '../contract/openapi-check.ts';
import { runs } from '../depth.ts';
import { sketches, tenantOf } from '../faults/generated-tenant.ts';
import { writesIn } from './wire.ts';
import { only, openWorld } from './world.ts';

const DAY = '2026-11-24';
const NAMES = ['contoso', 'fabrikam', 'northwind', 'adatum', 'wingtip', 'tailspin', 'litware', 'proseware'];

async function imported(tenant: Tenant, around: (fetch: Sandbox['fetch']) => Sandbox['fetch'] = (f) => f) {
  const clock = { now: () => new Date(`${DAY}T09:00:00.000Z`), sleep: async () => {} };
  const sandbox = createSandbox({ now: clock.now, tenants: [tenant] });
  const edge = { ...sandboxEdge(checkedFetch(around(sandbox.fetch)), clock), random: () => 0 };
  const env = { AZURE_CLIENT_ID: SANDBOX_CLIENT_ID, AZURE_CLIENT_SECRET: SANDBOX_SECRET };
  const identity = { name: tenant.name, id: tenant.id, cloud: 'global' as const };
  const reader = openReader(await connect(identity, 'plan', { env, edge }));
  const asked: string[] = [];
  const result = await importTenant(
    {
      read: async (requests) => {
        asked.push(...requests.map(({ path }) => path));
        return await reader.read(requests);
      },
    },
    identity,
    DAY,
  );
  return { ...result, asked };
}

/** The written file through the loader and the planner, on another copy of the tenant. */
async function planned(name: string, text: string, tenant: Tenant) {
  const source = { name, file: `policies/tenants/${name}.yaml`, bytes: new TextEncoder().encode(text) };
  const loaded = policiesOf({ tenants: [source], baselines: [], isWhole: true, findings: [] }, DAY);
  expect(loaded.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const world = openWorld([tenant]);
  const plan = only(await world.plan(loaded));
  expect(writesIn(world.wire)).toEqual([]);
  const requests = world.sandbox.log.flatMap((entry) => entry.items ?? []).length;
  return { plan, policy: loaded.tenants[0]?.desired, requests };
}

function builtIn(name: string): Tenant {
  const [tenant] = builtInTenants(name);
  if (tenant === undefined) throw new Error(`no tenant ${name}`);
  return tenant;
}

describe('the eight tenants', () => {
  test.each(NAMES)('%s: the plan straight after is empty', async (name) => {
    const { text } = await imported(builtIn(name));
    const { plan, policy } = await planned(name, text, builtIn(name));
    expect([plan.status, plan.steps]).toEqual(['unchanged', []]);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schema\/tenant\.schema\.json\n/);
    for (const label of ['Enabled for users to sign in?', 'Assignment required?', 'Grant admin consent'])
      expect(text).toContain(`# ${label}`);
    const groups = policy?.assignments.groups ?? [];
    if (groups !== 'unmanaged') expect(groups.filter(({ id }) => id === undefined)).toEqual([]);
  });
});

test('any tenant: the plan straight after is empty', async () => {
  await fc.assert(
    fc.asyncProperty(sketches, async (sketch) => {
      const { text } = await imported(tenantOf(sketch));
      const { plan } = await planned('woodgrove', text, tenantOf(sketch));
      expect([plan.status, plan.steps]).toEqual(['unchanged', []]);
    }),
    { numRuns: runs(25, 300) },
  );
});
