import { describe, expect, test } from 'vitest';
import type { Plan, TenantPlan } from '../../src/core/plan.ts';
import { planJson } from '../../src/render/plan-json.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { reportOf, type Stage, stage } from './stage.ts';
import { graphExchanges } from './wire.ts';
import { openWorld, policiesIn } from './world.ts';

type Fetch = Sandbox['fetch'];

/** Lets looks and sign-in through; anything else is written down and breaks. */
function looksOnly() {
  const refused: string[] = [];
  const around =
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const request = new Request(input instanceof Request ? input.clone() : input, init);
      const { pathname } = new URL(request.url);
      if (request.method === 'GET' || (await looks(request, pathname))) return fetch(input, init);
      refused.push(`${request.method} ${pathname}`);
      throw new TypeError('Only looks pass here.');
    };
  return { refused, around };
}

async function looks(request: Request, pathname: string): Promise<boolean> {
  if (request.method !== 'POST') return false;
  if (/^\/[^/]+\/oauth2\/v2\.0\/token$/.test(pathname)) return true;
  if (pathname !== '/v1.0/$batch') return false;
  const { requests } = (await request.json()) as { readonly requests: readonly { readonly method: string }[] };
  return requests.every(({ method }) => method === 'GET');
}

describe('where nothing but looks passes', () => {
  test('all eight tenants are planned', async () => {
    const { refused, around } = looksOnly();
    const policies = await policiesIn('policies');
    const plan = await openWorld(builtInTenants(), around).plan(policies);
    expect(refused).toEqual([]);
    expect(plan.tenants.map(({ status }) => status)).not.toContain('failed');
    expect(plan.tenants).toHaveLength(8);
    expect(planJson(plan)).toBe(planJson(await openWorld(builtInTenants()).plan(policies)));
  });

  test('an apply does not get far, so the double can tell', async () => {
    const { refused, around } = looksOnly();
    const { world, plan, policies, tenant } = await stage('swap-groups', { around });
    const before = JSON.stringify([...tenant.assignments]);
    expect(reportOf(await world.apply(plan, policies)).steps[0]?.result).toBe('not known');
    expect(refused.length).toBeGreaterThan(0);
    expect(JSON.stringify([...tenant.assignments])).toBe(before);
  });
});

const REPOSITORY = ['fabrikam', 'litware', 'wingtip'];
const NAMES = [...REPOSITORY, 'everything-at-once'];

/** The plan of a scenario in bad weather, and in calm. */
async function inWeather(name: string, weather: (staged: Stage) => void) {
  const staged = await stage(name);
  const calm = planJson(staged.plan);
  const from = staged.world.wire.length;
  delete staged.tenant.settings.throttle;
  weather(staged);
  const plan = await staged.world.plan(staged.policies);
  return { plan, calm, sent: staged.world.wire.slice(from) };
}

/** Every so many of the points where a fault may strike, sign-in apart, for as long as there are strikes left. */
function every(nth: number, strikes: number, where: 'exchange' | 'item', fault: Fault): Sandbox['fault'] {
  let seen = 0;
  let left = strikes;
  return ({ item, path }) => {
    const here = where === 'item' ? item === true : item === undefined && path.startsWith('/v1.0/');
    if (!here || left === 0 || seen++ % nth !== 0) return undefined;
    left -= 1;
    return fault;
  };
}

describe.each(NAMES)('reading %s', (name) => {
  test.each([
    { where: 'exchange', retryAfter: 7 },
    { where: 'exchange', retryAfter: undefined },
    { where: 'item', retryAfter: 7 },
    { where: 'item', retryAfter: undefined },
  ] as const)('throttled, $where, Retry-After $retryAfter: the same plan', async ({ where, retryAfter }) => {
    const remaining = where === 'exchange' ? 4 : 30;
    const throttle = { remaining, where, ...(retryAfter === undefined ? {} : { retryAfter }) };
    const { plan, calm, sent } = await inWeather(name, ({ tenant }) => {
      tenant.settings.throttle = throttle;
    });
    expect(planJson(plan)).toBe(calm);
    expect(throttle.remaining).toBe(0);
    const graph = graphExchanges(sent);
    const throttled = graph.filter(({ status }) => status === 429);
    expect(throttled).toHaveLength(where === 'exchange' ? 4 : 0);
    for (const each of throttled) {
      const next = graph.find(({ at }) => at > each.at);
      expect((next?.at ?? 0) - each.at).toBeGreaterThanOrEqual((retryAfter ?? 0.5) * 1000);
    }
  });

  const unsteady: readonly (readonly [string, NonNullable<Sandbox['fault']> | undefined])[] = [
    ['every second exchange is a 503', every(2, 4, 'exchange', { kind: 'answer', status: 503 })],
    ['every fifth item is a 503', every(5, 6, 'item', { kind: 'answer', status: 503 })],
    ['connections break before', every(2, 3, 'exchange', { kind: 'reset-before' })],
    ['connections break after', every(2, 3, 'exchange', { kind: 'reset-after' })],
    ['items time out', every(3, 5, 'item', { kind: 'reset-after' })],
  ];
  test.each(unsteady)('%s: the same plan', async (_, fault) => {
    const { plan, calm } = await inWeather(name, ({ world }) => {
      if (fault) world.sandbox.fault = fault;
    });
    expect(planJson(plan)).toBe(calm);
  });

  test('a storm that does not end: the tenant has failed, and says by what', async () => {
    const { plan } = await inWeather(name, ({ tenant }) => {
      tenant.settings.throttle = { remaining: 10_000, where: 'item', retryAfter: 20 };
    });
    expect(failureOf(plan)).toContain('kept throttling');
  });
});

function failureOf({ tenants: [tenant] }: Plan): string {
  return tenant?.status === 'failed' ? tenant.error.message : '';
}

describe.each(NAMES)('a read of %s that is refused', (name) => {
  test('is never taken for none: failed, refused, or said beside the very same steps', async () => {
    const staged = await stage(name);
    const { world, policies, planned } = staged;
    const from = world.sandbox.log.length;
    await world.plan(policies);
    const items = world.sandbox.log.slice(from).flatMap((entry) => entry.items ?? []);
    const paths = [...new Set(items.map(({ path }) => path))];
    expect(paths.length).toBeGreaterThan(5);
    const said = await Promise.all(paths.map((path) => refusing(staged, path)));
    for (const [index, plan] of said.entries()) {
      const where = paths[index];
      const [tenant] = plan.tenants;
      if (tenant?.status === 'failed') continue;
      if (tenant?.status === 'refused' && planned.status !== 'refused') continue;
      expect(requestsOf(tenant), where).toEqual(requestsOf(planned));
      expect(tenant?.findings.length, where).toBeGreaterThan(planned.findings.length);
    }
  });
});

async function refusing({ tenant, policies }: Stage, refused: string): Promise<Plan> {
  const world = openWorld([copyOf(tenant)]);
  world.sandbox.fault = ({ item, path }) =>
    item && path === refused
      ? {
          kind: 'answer',
          status: 403,
          body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } },
        }
      : undefined;
  return world.plan(policies);
}

/** Planning changes nothing, but settings of the tenant may count down. */
function copyOf(tenant: Tenant): Tenant {
  return { ...tenant, settings: {} };
}

function requestsOf(tenant: TenantPlan | undefined): readonly string[] {
  return tenant?.steps.map(({ request: { method, path, body } }) => JSON.stringify([method, path, body])) ?? [];
}
