import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TenantPlan } from '../../src/core/plan.ts';
import { policiesOf } from '../../src/policy/policies.ts';
import { mayConsent } from '../../src/sandbox/self-consent.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { DEEP, runs } from '../depth.ts';
import { asOracle, broken, directoryOf, levelsOf, watch } from '../scenarios/levels.ts';
import { expectedRequests } from '../scenarios/run.ts';
import { commitsIn, reportOf } from '../scenarios/stage.ts';
import { unmanagedIn } from '../scenarios/unmanaged.ts';
import { writesIn } from '../scenarios/wire.ts';
import { only, openWorld, type Policies } from '../scenarios/world.ts';
import { count } from '../tally.ts';
import * as oracle from '../unit/core/oracle.ts';
import { BOTH, type Rules } from '../unit/core/oracle.ts';
import { anySafeInterleaving, difference, safeOrders } from '../unit/core/oracle-orders.ts';
import { type Managed, managedIn, saysNo, type Wish, wished, wishes, yamlOf } from './generated-policy.ts';
import { MAIL_TEXTS, type Sketch, sketches, tenantOf } from './generated-tenant.ts';

const DAY = '2026-11-24';
/** Single writes up to which every order of them is tried. */
const MOST_WRITES = 11;

/** Anything, and now and then what is hardest to order: an open tenant that is closed and granted in one change. */
const cases = fc.oneof(
  { weight: 5, arbitrary: fc.record({ sketch: sketches, wish: wishes }) },
  {
    weight: 1,
    arbitrary: fc.record({
      sketch: sketches.map((sketch) => ({
        ...sketch,
        app: 'there' as const,
        enabled: true,
        required: false,
        consent: sketch.graphGrant ? [] : sketch.consent,
        tenantWide: undefined,
        assigned: [...new Set([...sketch.assigned, 'ann'])],
        own: [MAIL_TEXTS[1], ...sketch.own.slice(1)],
      })),
      wish: wishes.map((wish) => ({
        ...wish,
        enabled: undefined,
        required: true,
        tenantWide: ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'],
        users: undefined,
      })),
    }),
  },
);

/** What came of the cases: a run in which nothing is ever refused, or applied, would test one half only. */
type Ends = { applied: number; unchanged: number; refused: number; unordered: number; givenUp: number };

// The whole way over the wire: a tenant nobody thought of, a policy nobody thought of, the oracle at every write.
test('any tenant and any policy: planned, applied and planned again', async () => {
  const ends: Ends = { applied: 0, unchanged: 0, refused: 0, unordered: 0, givenUp: 0 };
  await fc.assert(
    fc.asyncProperty(cases, async ({ sketch, wish }) => {
      await played(sketch, wish, ends);
    }),
    // The same cases in every run outside the deep one, where they are new each time.
    { numRuns: runs(40, 1_500) },
  );
  expect(Math.min(ends.applied, ends.refused)).toBeGreaterThan(5);
  if (DEEP) expect(Math.min(ends.unchanged, ends.unordered, ends.givenUp)).toBeGreaterThan(0);
});

async function played(sketch: Sketch, wish: Wish, ends: Ends): Promise<void> {
  const tenant = tenantOf(sketch);
  const policies = written(wish, tenant);
  if (policies === undefined) return;
  const start = tenantOf(sketch);
  const target = wished(wish, start);
  const world = openWorld([tenant]);
  const moments = watch(world.sandbox, tenant);
  const commits = commitsIn(world, tenant);
  const plan = await world.plan(policies);
  const planned = only(plan);
  const before = unmanagedOf(start, planned, sketch);
  if (planned.status === 'refused') {
    ends.refused += 1;
    refusedRightly(planned, start, wish, sketch, target, ends);
    expect(reportOf(await world.apply(plan, policies)).outcome).toBe('refused');
    expect(writesIn(world.wire)).toEqual([]);
    count('access models compared');
    return;
  }
  expect([...saysNo(wish, start, sketch.premium)]).toEqual([]);
  if (!wish.excepted)
    expect(guarded(asOracle(start), targetOf(start, target, wish), directoryOf(start))).toEqual([]);
  const { outcome, problem } = reportOf(await world.apply(plan, policies));
  expect(outcome, problem?.message).toBe(planned.steps.length === 0 ? 'nothing to do' : 'applied');
  expect(commits).toEqual(expectedRequests(planned, tenant));
  expect(managedIn(tenant)).toEqual(target);
  expect(unmanagedOf(tenant, planned, sketch)).toBe(before);
  expect(broken(moments, levelsOf(tenant), rulesOf(planned))).toEqual([]);
  if (planned.order?.givenUp !== undefined) {
    ends.givenUp += 1;
    if (!isUnclear(wish, sketch))
      expect(safeWay(start, target, wish), 'a rule given up without need').toBe(false);
  }
  const from = world.wire.length;
  const again = only(await world.plan(policies));
  expect([again.status, again.steps]).toEqual(['unchanged', []]);
  expect(reportOf(await world.apply(plan, policies)).outcome).toBe('nothing to do');
  expect(writesIn(world.wire.slice(from))).toEqual([]);
  ends[planned.steps.length === 0 ? 'unchanged' : 'applied'] += 1;
  count('access models compared');
  count('writes judged by the oracle', moments.length);
}

/** The policy file through the loader; undefined when the file itself is refused. */
function written(wish: Wish, tenant: Tenant): Policies | undefined {
  const text = yamlOf(wish, tenant);
  const file = `policies/tenants/${tenant.name}.yaml`;
  const source = { name: tenant.name, file, bytes: new TextEncoder().encode(text) };
  const loaded = policiesOf({ tenants: [source], baselines: [], isWhole: true, findings: [] }, DAY);
  if (loaded.tenants.length === 1) return loaded;
  const rules = loaded.findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
  expect(['no-consent-route', 'empty-list-with-keep'], text).toEqual(expect.arrayContaining(rules));
  return undefined;
}

/** Everything but what the policy may have changed; who is assigned is compared on its own. */
function unmanagedOf(tenant: Tenant, { policy }: TenantPlan, sketch: Sketch): string {
  const desired = { ...policy, assignments: { groups: [], users: [] } };
  return unmanagedIn(tenant, desired, sketch.app === 'there');
}

function rulesOf({ order, policy }: TenantPlan): Rules {
  if (order?.givenUp === undefined) return BOTH;
  const { transition } = policy.safety;
  return { continuity: transition === 'continuity', containment: transition === 'containment' };
}

/** Every error must be one that an independent reading expects, and no safe order one that brute force misses too. */
function refusedRightly(
  { findings }: TenantPlan,
  start: Tenant,
  wish: Wish,
  sketch: Sketch,
  target: Managed,
  ends: Ends,
): void {
  const rules = new Set(findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule));
  const others = [...rules].filter((rule) => !ABOUT_PEOPLE.includes(rule) && rule !== 'no-safe-order');
  const expected = saysNo(wish, start, sketch.premium);
  expect(others.sort()).toEqual([...expected].sort());
  // What is missing from a plan that is refused changes nobody's access, so nothing follows about people.
  if (expected.size > 0 || isUnclear(wish, sketch)) return;
  const [from, to] = [asOracle(start), targetOf(start, target, wish)];
  const people = directoryOf(start);
  expect(ABOUT_PEOPLE.filter((rule) => rules.has(rule))).toEqual(
    wish.excepted ? [] : guarded(from, to, people),
  );
  if (!rules.has('no-safe-order')) return;
  ends.unordered += 1;
  expect(safeWay(start, target, wish), 'a safe way the planner missed').toBe(false);
}

const ABOUT_PEOPLE = ['closes-open-tenant', 'empties-access'];

/** What nobody can judge from outside makes the planner more careful than the oracle, which knows. */
function isUnclear(wish: Wish, { consent }: Sketch): boolean {
  return (
    [...consent, wish.userConsent].includes('known-publishers') || consent.join() === 'half-eas,half-ews'
  );
}

function guarded(from: oracle.Tenant, to: oracle.Tenant, people: oracle.Directory): readonly string[] {
  const nobody = { ...people, people: [] };
  const [was, is] = [from, to].map((t) => oracle.profile(t, nobody)) as [string[], string[]];
  const closes = was.some(
    (level, i) => (level !== 'none' && is[i] === 'none') || (level === 'has' && is[i] === 'may'),
  );
  const anybody = (t: oracle.Tenant) => oracle.profile(t, people).some((level) => level !== 'none');
  return [
    ...(closes ? ['closes-open-tenant'] : []),
    ...(anybody(from) && !anybody(to) ? ['empties-access'] : []),
  ];
}

/** Whether single writes, in any order, lead there safely. */
function safeWay(start: Tenant, target: Managed, wish: Wish): boolean {
  const from = asOracle(start);
  const to = targetOf(start, target, wish);
  const groups = difference(from, to);
  const writes = groups.flatMap(({ elements }) => elements).length;
  const halves = [from, to].some((t) => [t.tenantWide, ...t.own.values()].some(({ size }) => size === 1));
  const people = directoryOf(start);
  // With half a pair of scopes some people's grants could be revoked early and others' late: steps stay together.
  if (halves || writes > MOST_WRITES) return safeOrders(from, groups, people).length > 0;
  return anySafeInterleaving(from, groups, people);
}

function targetOf(start: Tenant, { app, mail, consent, assigned, own }: Managed, wish: Wish): oracle.Tenant {
  const from = asOracle(start);
  const then = structuredClone(start);
  const role = then.policies.get('authorizationPolicy')?.defaultUserRolePermissions;
  if (role !== undefined)
    role.permissionGrantPoliciesAssigned = consent.map((id) => `ManagePermissionGrantsForSelf.${id}`);
  const otherRole = new Set(
    [...start.assignments.values()]
      .filter(({ appRoleId }) => !/^0[0-]+$/.test(appRoleId))
      .map(({ principalId }) => principalId),
  );
  const all = new Set([...assigned, ...otherRole]);
  return {
    app: app === 'absent' ? 'absent' : { enabled: app.enabled, required: app.required },
    tenantWide: new Set((['EAS', 'EWS'] as const).filter((s) => mail.includes(`${s}.AccessAsUser.All`))),
    consentLets: wish.userConsent === 'thisAppOnly' || mayConsent(then),
    directUsers: new Set([...all].filter((id) => start.users.has(id))),
    assignedGroups: new Set([...all].filter((id) => !start.users.has(id))),
    own: own.length === 0 ? new Map() : from.own,
  };
}
