import { describe, expect, test } from 'vitest';
import { isFailed, type Plan, type TenantPlan } from '../../src/core/plan.ts';
import { planJson } from '../../src/render/plan-json.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
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
  const { requests } = (await request.json()) as {
    readonly requests: readonly { readonly method: string }[];
  };
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

/** Dates and protected people; ghosts and another's consent policy; every kind of step. */
const NAMES = ['litware', 'tailspin', 'everything-at-once'];

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

/** Strikes every so many of the points where a fault may strike, sign-in apart, as long as there are strikes left. */
function every(nth: number, strikes: number, where: 'exchange' | 'item', fault: Fault): Weather {
  let seen = 0;
  let left = strikes;
  return ({ item, path }) => {
    const here = where === 'item' ? item === true : item === undefined && path.startsWith('/v1.0/');
    if (!here || left === 0 || seen++ % nth !== 0) return undefined;
    left -= 1;
    return fault;
  };
}

type Weather = NonNullable<Sandbox['fault']>;

const THROTTLED = [
  { where: 'exchange', retryAfter: 7 },
  { where: 'exchange', retryAfter: undefined },
  { where: 'item', retryAfter: 7 },
  { where: 'item', retryAfter: undefined },
] as const;

async function throttled(name: string, { where, retryAfter }: (typeof THROTTLED)[number]): Promise<void> {
  const remaining = where === 'exchange' ? 4 : 30;
  const throttle = { remaining, where, ...(retryAfter === undefined ? {} : { retryAfter }) };
  const { plan, calm, sent } = await inWeather(name, ({ tenant }) => {
    tenant.settings.throttle = throttle;
  });
  expect(planJson(plan)).toBe(calm);
  expect(throttle.remaining).toBe(0);
  const graph = graphExchanges(sent);
  const refused = graph.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(where === 'exchange' ? 4 : 0);
  const waits = graph.slice(1).map(({ at }, index) => at - (graph[index]?.at ?? 0));
  const least = (retryAfter ?? 0.5) * 1000;
  // Nothing leaves until the wait is over: what comes next after a refusal comes after it.
  if (where === 'exchange') expect(Math.min(...waits.slice(0, 4))).toBeGreaterThanOrEqual(least);
  else expect(waits[0]).toBeGreaterThanOrEqual(least);
}

describe.each(NAMES)('reading %s', (name) => {
  test.each(THROTTLED)('throttled, $where, Retry-After $retryAfter: the same plan', (how) =>
    throttled(name, how),
  );

  const weathers: readonly (readonly [string, () => Weather])[] = [
    ['every second exchange is a 503', () => every(2, 4, 'exchange', { kind: 'answer', status: 503 })],
    ['every fifth item is a 503', () => every(5, 6, 'item', { kind: 'answer', status: 503 })],
    ['connections break before', () => every(2, 3, 'exchange', { kind: 'reset-before' })],
    ['connections break after', () => every(2, 3, 'exchange', { kind: 'reset-after' })],
    ['items time out', () => every(3, 5, 'item', { kind: 'reset-after' })],
  ];
  test.each(weathers)('%s: the same plan', async (_, weather) => {
    const { plan, calm } = await inWeather(name, ({ world }) => {
      world.sandbox.fault = weather();
    });
    expect(planJson(plan)).toBe(calm);
  });

  test('a storm that does not end: the tenant has failed, and says by what', async () => {
    const { plan } = await inWeather(name, ({ tenant }) => {
      tenant.settings.throttle = { remaining: 10_000, where: 'item', retryAfter: 20 };
    });
    expect(failureOf(plan)).toContain('kept throttling');
  });

  test('an answer that breaks off, whichever: the same plan, use not known, or the tenant has failed', async () => {
    const staged = await stage(name);
    const count = graphExchanges(staged.world.wire).length;
    for (let cut = 0; cut < count; cut++) {
      let seen = 0;
      staged.world.sandbox.fault = ({ item, path }) =>
        item === undefined && path.startsWith('/v1.0/') && seen++ === cut ? { kind: 'truncate' } : undefined;
      const plan = await staged.world.plan(staged.policies);
      if (failureOf(plan) !== '') expect(failureOf(plan)).toContain('cannot be trusted');
      else if (evidenceIn(plan).includes('unknown'))
        expect(planJson(withoutUse(plan))).toBe(planJson(withoutUse(staged.plan)));
      else expect(planJson(plan)).toBe(planJson(staged.plan));
    }
  });
});

test('a storm over many pages: the same plan', async () => {
  await throttled('fabrikam', THROTTLED[2]);
});

function evidenceIn({ tenants: [tenant] }: Plan): readonly (string | undefined)[] {
  return tenant === undefined || isFailed(tenant) ? [] : tenant.impact.lose.map(({ use }) => use?.evidence);
}

/** The plan, whatever is known of the use of the app: nothing is decided by it. */
function withoutUse(plan: Plan): Plan {
  const tenants = plan.tenants.map((tenant) => {
    if (isFailed(tenant)) return tenant;
    const lose = tenant.impact.lose.map(({ use: _, ...person }) => person);
    return { ...tenant, impact: { ...tenant.impact, lose } };
  });
  return { ...plan, tenants };
}

function failureOf({ tenants: [tenant] }: Plan): string {
  return tenant?.status === 'failed' ? tenant.error.message : '';
}

describe.each([...NAMES, 'revoke-own-grants', 'absent-to-gated-consent-open'])(
  'a refused read of %s',
  (name) => {
    test('is never taken for none: failed, refused, said beside the same steps, or of no account', async () => {
      const { world, policies, planned } = await stage(name);
      expect(planned.status).toBe('changes');
      const items = world.sandbox.log.flatMap((entry) => entry.items ?? []);
      const paths = [...new Set(items.map(({ path }) => path))];
      expect(paths.length).toBeGreaterThan(5);
      for (const refused of paths) {
        world.sandbox.fault = ({ item, path }) => (item && path === refused ? FORBIDDEN : undefined);
        const [tenant] = (await world.plan(policies)).tenants;
        if (tenant?.status === 'failed' || tenant?.status === 'refused') continue;
        expect(requestsOf(tenant), refused).toEqual(requestsOf(planned));
        // Of no account: the same people lose in the same order; only their names may be known less well.
        if (tenant?.findings.length === planned.findings.length)
          expect(tenant.digest, refused).toBe(planned.digest);
      }
    });
  },
);

const FORBIDDEN: Fault = {
  kind: 'answer',
  status: 403,
  body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } },
};

function requestsOf(tenant: TenantPlan | undefined): readonly string[] {
  return (
    tenant?.steps.map(({ request: { method, path, body } }) => JSON.stringify([method, path, body])) ?? []
  );
}
