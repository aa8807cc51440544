import { readdirSync } from 'node:fs';
import type { Plan, TenantPlan } from '../../src/core/plan.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { broken, levelsOf, watch } from '../scenarios/levels.ts';
import type { Scenario } from '../scenarios/run.ts';
import { commitsIn } from '../scenarios/stage.ts';
import { woodgrove } from '../scenarios/tenant-builder.ts';
import { unmanagedIn } from '../scenarios/unmanaged.ts';
import { only, openWorld, type Policies, policiesIn, type World } from '../scenarios/world.ts';
import { BOTH, type OracleLevel, type Rules } from '../unit/core/oracle.ts';
import type { Point, Strike } from './strikes.ts';

/** The scenario folders whose plan has something to apply. */
export const SCENARIOS: readonly string[] = readdirSync('test/scenarios', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** Milliseconds for an exchange where one of them hangs; more than any other takes. */
const PATIENCE = 250;

/** A tenant with something to go wrong on the way to it, and another one that nobody asked for. */
export type Trial = {
  readonly world: World;
  readonly tenant: Tenant;
  readonly policies: Policies;
  readonly scenario: Scenario;
  readonly rules: Rules;
  /** From now on points are counted, and the strike hits the one at `at`. */
  readonly arm: (strike: Strike | undefined, at: number) => void;
  /** Everything works again, and time passes. Says at which points the run has been. */
  readonly calm: () => Promise<readonly Point[]>;
  /** The writes that took, as the plan spells them. */
  readonly commits: readonly unknown[];
  /** Moments at which a hard rule was broken, given where everybody ends. */
  readonly broken: (end: readonly OracleLevel[]) => readonly string[];
  /** How many states the oracle judged. */
  readonly judged: () => number;
  /** What changed that nobody declared: in this tenant, or in the one beside it. */
  readonly meddled: (planned: TenantPlan) => readonly string[];
};

/**
 * Opens the tenant of a scenario folder.
 * @param around wraps the fetch once more, nearest to the tool.
 */
export async function trial(
  name: string,
  hangs = false,
  around: (fetch: Sandbox['fetch']) => Sandbox['fetch'] = (fetch) => fetch,
): Promise<Trial> {
  const { scenario }: { scenario: Scenario } = await import(`../scenarios/${name}/tenant.ts`);
  const tenant = scenario.tenant();
  const bystander: Tenant = {
    ...woodgrove({ people: ['eve'], groups: { 'SG-New': ['eve'] }, userConsent: [], app: {} }),
    name: 'bystander',
    id: 'b57a0de2-9a53-4f5a-8f0b-7d2f1f6b8c11',
  };
  const untouched = JSON.stringify(bystander, plain);
  const struck = striking();
  const world = openWorld(
    [tenant, bystander],
    (fetch) => around(struck.around(fetch)),
    hangs ? PATIENCE : undefined,
  );
  world.sandbox.fault = struck.faultAt(tenant, world);
  const policies =
    scenario.policies === 'repository'
      ? await policiesIn('policies', name)
      : await policiesIn(`test/scenarios/${name}/policies`);
  const moments = watch(world.sandbox, tenant);
  const existed = [...tenant.servicePrincipals.values()].some(
    ({ appId }) => appId === 'f8d98a96-0999-43f5-8af3-69971c7bb423',
  );
  const before = new Map<string, string>();
  const rules = scenario.rules ?? BOTH;
  const asBefore = (planned: TenantPlan) => unmanagedIn(tenant, planned.policy, existed);
  const [policy] = policies.tenants;
  if (policy !== undefined) before.set('', unmanagedIn(tenant, policy.desired, existed));
  return {
    world,
    tenant,
    policies,
    scenario,
    rules,
    arm: struck.arm,
    calm: async () => {
      const points = struck.calm();
      tenant.settings = { ...scenario.tenant().settings };
      await world.clock.sleep(600_000);
      return points;
    },
    commits: commitsIn(world, tenant),
    broken: (end) => broken(moments, end, rules),
    judged: () => moments.length,
    meddled: (planned) => [
      ...(asBefore(planned) === before.get('') ? [] : ['something unmanaged']),
      ...(JSON.stringify(bystander, plain) === untouched ? [] : ['another tenant']),
      ...(world.sandbox.log.some(({ tenant: at }) => at === 'bystander') ? ['asked another tenant'] : []),
    ],
  };
}

/** How a scenario goes when nothing disturbs it: what every disturbed run is held against. */
export type Undisturbed = {
  readonly plan: Plan;
  readonly planned: TenantPlan;
  readonly end: readonly OracleLevel[];
  readonly planning: readonly Point[];
  readonly applying: readonly Point[];
  /** A tenant of thousands, or nearly: each case of it costs as much as ten of another. */
  readonly large: boolean;
};

/** Plays a scenario undisturbed. */
export async function undisturbed(name: string): Promise<Undisturbed> {
  const { world, policies, tenant, arm, calm } = await trial(name);
  arm(undefined, 0);
  const plan = await world.plan(policies);
  const planning = await calm();
  arm(undefined, 0);
  await world.apply(plan, policies);
  const applying = await calm();
  const large = tenant.users.size > 300;
  return { plan, planned: only(plan), end: levelsOf(tenant), planning, applying, large };
}

type FaultPoint = Parameters<NonNullable<Sandbox['fault']>>[0];

function striking() {
  let strike: Strike | undefined;
  let at = 0;
  let counting = false;
  let points: Point[] = [];
  let path: string | undefined;
  let tamper: ((response: Response) => Response | Promise<Response>) | undefined;
  const same = (url: string) => url.split('?')[0];
  return {
    arm: (next: Strike | undefined, place: number) => {
      strike = next;
      at = place;
      points = [];
      path = undefined;
      tamper = undefined;
      counting = true;
    },
    calm: (): readonly Point[] => {
      counting = false;
      strike = undefined;
      return points;
    },
    faultAt:
      (tenant: Tenant, world: World): NonNullable<Sandbox['fault']> =>
      ({ method, path: url, item }: FaultPoint) => {
        if (!counting) return undefined;
        const here = points.push({ method, path: url, item: item === true }) - 1;
        if (strike === undefined || here < at) return undefined;
        if (here === at) path = same(url);
        if (strike.how === 'fault') {
          const hits =
            here === at ||
            (strike.lasts === 'path' && path === same(url)) ||
            (strike.lasts === 'all' && item !== true);
          return hits ? strike.fault : undefined;
        }
        if (here > at) return undefined;
        if (strike.how === 'tenant') strike.change(tenant);
        else if (strike.how === 'clock') void world.clock.sleep(strike.ms);
        else tamper = strike.tamper;
        return undefined;
      },
    around:
      (fetch: Sandbox['fetch']): Sandbox['fetch'] =>
      async (input, init) => {
        const response = await fetch(input, init);
        const how = tamper;
        tamper = undefined;
        return how === undefined ? response : how(response);
      },
  };
}

function plain(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...value];
  return value instanceof Set ? [...value] : value;
}
