import type { Plan, TenantPlan } from '../../src/core/plan.ts';
import type { ApplyReport, TenantReport } from '../../src/core/report.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { BOTH, type Rules } from '../unit/core/oracle.ts';
import type { Scenario } from './run.ts';
import { only, openWorld, type Policies, policiesIn, type World } from './world.ts';

/** A scenario up to its plan: reviewed, and not applied yet. */
export type Stage = {
  readonly world: World;
  readonly tenant: Tenant;
  readonly policies: Policies;
  readonly plan: Plan;
  readonly planned: TenantPlan;
  /** The hard rules that must hold. */
  readonly rules: Rules;
};

type Setting = {
  readonly around?: (fetch: Sandbox['fetch']) => Sandbox['fetch'];
  /** Seconds between agreeing reads and a narrowing step, in place of the policy's. */
  readonly settle?: number;
};

/** Builds the tenant of a scenario folder and plans it by the folder's policy. */
export async function stage(name: string, { around, settle }: Setting = {}): Promise<Stage> {
  const { scenario }: { scenario: Scenario } = await import(`./${name}/tenant.ts`);
  const tenant = scenario.tenant();
  const world = openWorld([tenant], around);
  const read =
    scenario.policies === 'repository'
      ? await policiesIn('policies', name)
      : await policiesIn(`test/scenarios/${name}/policies`);
  const policies = settle === undefined ? read : settling(read, settle);
  const plan = await world.plan(policies);
  return { world, tenant, policies, plan, planned: only(plan), rules: scenario.rules ?? BOTH };
}

function settling({ tenants, findings }: Policies, settle: number): Policies {
  return {
    findings,
    tenants: tenants.map(({ desired, origins }) => ({
      desired: { ...desired, safety: { ...desired.safety, settle } },
      origins,
    })),
  };
}

/** The one tenant of a report. */
export function reportOf({ tenants }: ApplyReport): TenantReport {
  const [report] = tenants;
  if (report === undefined || tenants.length > 1) throw new Error('expected a report of one tenant');
  return report;
}

/** The writes that took in a tenant from now on, as the plan spells them. */
export function commitsIn({ sandbox }: World, tenant: Tenant): unknown[] {
  const commits: unknown[] = [];
  const already = sandbox.onCommit;
  sandbox.onCommit = (at, written) => {
    already?.(at, written);
    const { method, path, body } = written;
    if (at === tenant) commits.push({ method, path, ...(method === 'DELETE' ? {} : { body }) });
  };
  return commits;
}
