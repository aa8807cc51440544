import type { Plan, TenantPlan } from '../../src/core/plan.ts';
import type { ApplyReport, Outcome } from '../../src/core/report.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import type { Rules } from '../unit/core/oracle.ts';
import { appleApp, broken, levelsOf, watch } from './levels.ts';
import { unmanagedIn } from './unmanaged.ts';
import { asRequest, type Sent, writesIn } from './wire.ts';
import { only, openWorld, policiesIn, type World } from './world.ts';

/** What `tenant.ts` of a scenario folder exports as `scenario`. */
export type Scenario = {
  /** The tenant as it is before. */
  readonly tenant: () => Tenant;
  /** `repository`: the example policy of the same name; default: the folder's own policies. */
  readonly policies?: 'repository';
  /** What the plan must be, so that recording new golden files cannot hide that it is another. */
  readonly plan: TenantPlan['status'];
  /** How applying it must end. */
  readonly outcome: Outcome;
  /** The plan after the apply; default: unchanged. */
  readonly again?: TenantPlan['status'];
  /** The hard rules that must hold; default: both. */
  readonly rules?: Rules;
  /** What goes wrong on the way, from the first request of the apply on. */
  readonly fault?: Sandbox['fault'];
  /** What else a reviewer relies on, in code. */
  readonly check?: (run: Run) => void;
};

/** Everything that happened in a scenario: planned, applied, planned again, applied again. */
export type Run = {
  readonly world: World;
  readonly tenant: Tenant;
  readonly plan: Plan;
  readonly planned: TenantPlan;
  readonly report: ApplyReport;
  readonly again: Plan;
  /** What went over the wire in each part. */
  readonly wire: {
    readonly plan: readonly Sent[];
    readonly apply: readonly Sent[];
    readonly again: readonly Sent[];
    readonly applyAgain: readonly Sent[];
  };
  /** How the second apply of the same plan ended. */
  readonly second: ApplyReport;
  /** Moments at which somebody's access broke a hard rule. */
  readonly broken: readonly string[];
  readonly unmanaged: { readonly before: string; readonly after: string };
};

/** Plays a scenario from its first read to the second apply. */
export async function play(folder: string, name: string, scenario: Scenario): Promise<Run> {
  const tenant = scenario.tenant();
  const world = openWorld([tenant]);
  const policies =
    scenario.policies === 'repository'
      ? await policiesIn('policies', name)
      : await policiesIn(`${folder}/policies`);
  const moments = watch(world.sandbox, tenant);
  const part = async <T>(work: () => Promise<T>): Promise<readonly [T, readonly Sent[]]> => {
    const from = world.wire.length;
    const result = await work();
    return [result, world.wire.slice(from)];
  };
  const [plan, planWire] = await part(() => world.plan(policies));
  const planned = only(plan);
  const existed = appleApp(tenant) !== undefined;
  const before = unmanagedIn(tenant, planned.policy, existed);
  if (scenario.fault !== undefined) world.sandbox.fault = scenario.fault;
  const [report, applyWire] = await part(() => world.apply(plan, policies));
  const unmanaged = { before, after: unmanagedIn(tenant, planned.policy, existed) };
  const end = levelsOf(tenant);
  const [again, againWire] = await part(() => world.plan(policies));
  const [second, applyAgain] = await part(() => world.apply(plan, policies));
  return {
    world,
    tenant,
    plan,
    planned,
    report,
    again,
    second,
    wire: { plan: planWire, apply: applyWire, again: againWire, applyAgain },
    broken: broken(moments, end, scenario.rules),
    unmanaged,
  };
}

/** The requests of a plan as they must arrive, with the object id of an app that the plan creates filled in. */
export function expectedRequests({ steps }: TenantPlan, tenant: Tenant): readonly unknown[] {
  const id = appleApp(tenant)?.id ?? '{application}';
  return steps.map(({ request: { method, path, body } }) =>
    JSON.parse(
      JSON.stringify({ method, path, ...(body === undefined ? {} : { body }) }).replaceAll(
        '{application}',
        id,
      ),
    ),
  );
}

/** The writes of a run as the plan spells them. */
export function writtenIn(wire: readonly Sent[]): readonly unknown[] {
  return writesIn(wire).map(asRequest);
}
