import { connect } from '../src/graph/connect.ts';
import { type Clock, sandboxEdge } from '../src/graph/edge.ts';
import type { Fetch } from '../src/graph/exchange.ts';
import { createLimiter } from '../src/graph/limiter.ts';
import { planFleet } from '../src/planning/plan-fleet.ts';
import { loadPolicies } from '../src/policy/load.ts';
import { SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../src/sandbox/clients.ts';
import { createSandbox } from '../src/sandbox/sandbox.ts';
import type { Tenant } from '../src/sandbox/tenant.ts';
import { builtInTenants } from '../src/sandbox/tenants.ts';
import { fleetNames, steadyTenant, withPolicies } from './fleet.ts';

// What plans cost over a simulated wire: round trips and requests, beside times. Nothing is asserted.
// `npm run bench -- 200` plans another number of tenants than 1,000.

const LATENCY_MS = 40;
const DAY = new Date().toISOString().slice(0, 10);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const clock: Clock = { now: () => new Date(), sleep };

/** Plans every tenant of a policies folder, and says what that cost. */
async function measure(label: string, tenants: readonly Tenant[], policies: string): Promise<void> {
  const sandbox = createSandbox({ tenants });
  const fetch: Fetch = async (url, init) => {
    await sleep(LATENCY_MS);
    return await sandbox.fetch(url, init);
  };
  const edge = sandboxEdge(fetch, clock);
  const limiter = createLimiter({ clock });
  const env = { AZURE_CLIENT_ID: SANDBOX_CLIENT_ID, AZURE_CLIENT_SECRET: SANDBOX_SECRET };
  const served = new Set(tenants.map(({ name }) => name));
  const from = performance.now();
  const loaded = await loadPolicies(policies, DAY);
  const { tenants: plans } = await planFleet({
    tenants: loaded.tenants.filter(({ desired }) => served.has(desired.tenant.name)),
    day: DAY,
    version: 'bench',
    connect: ({ desired }) => connect(desired.tenant, 'plan', { env, edge, limiter }),
    recentLosses: () => new Set(),
    findingsAbout: () => [],
  });
  const seconds = (performance.now() - from) / 1_000;
  const failed = plans.find(({ status }) => status === 'failed');
  if (failed?.status === 'failed') throw new Error(`${failed.tenant.name}: ${failed.error.message}`);
  const graph = sandbox.log.filter(({ path }) => path.startsWith('/v1.0/'));
  const requests = graph.reduce((sum, { items }) => sum + (items?.length ?? 1), 0);
  const steps = plans.reduce((sum, plan) => sum + (plan.status === 'failed' ? 0 : plan.steps.length), 0);
  const cells = [
    label.padEnd(20),
    `${sandbox.log.length - graph.length} sign-in`,
    `${graph.length} round trips`,
    `${requests} requests`,
    `${steps} steps planned`,
    `${seconds.toFixed(2)} s`,
    `${Math.round(process.memoryUsage().rss / 1024 / 1024)} MiB resident`,
  ];
  console.log(cells.join(' · '));
}

const size = Number(process.argv[2] ?? 1_000);
console.log(`plans at ${LATENCY_MS} ms a round trip; the tenants live in the same process`);
for (const tenant of builtInTenants()) await measure(tenant.name, [tenant], 'policies');
for (const count of new Set([Math.ceil(size / 10), size])) {
  const tenants = fleetNames(count).map(steadyTenant);
  await withPolicies(tenants, (policies) => measure(`${count} steady tenants`, tenants, policies));
}
