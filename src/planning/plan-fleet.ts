import type { Finding } from '../core/finding.ts';
import type { FailedTenant, Plan, TenantPlan } from '../core/plan.ts';
import { PLAN_FORMAT } from '../core/plan.ts';
import { withPseudonyms } from '../core/pseudonym.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { Connection } from '../graph/connect.ts';
import { openReader } from '../graph/open-reader.ts';
import { each } from './each.ts';
import { type Hide, judgedByRealNames } from './hide-names.ts';
import { planChange } from './plan-change.ts';
import { planTenant } from './plan-tenant.ts';
import { problemOf } from './problem.ts';

/** What planning many tenants needs. */
export type Fleet = {
  readonly tenants: readonly TenantPolicy[];
  readonly day: Day;
  readonly version: string;
  /** Signs in to one tenant with the identity that can only read. */
  readonly connect: (policy: TenantPolicy) => Promise<Connection>;
  readonly recentLosses: (tenantId: string) => ReadonlySet<string>;
  /** What the policy's own files said about a tenant, to be shown with its plan. */
  readonly findingsAbout: (tenant: string) => readonly Finding[];
  /** For a proposal: the policies of the base, by tenant id. */
  readonly base?: ReadonlyMap<string, TenantPolicy>;
  /** Set where plans show no names of people. */
  readonly hide?: Hide;
  readonly onTenant?: (at: number, of: number) => void;
};

/** Tenants planned at the same time. */
const WIDTH = 8;

/** Plans every tenant; what breaks in one is told there and stops no other. */
export async function planFleet(fleet: Fleet): Promise<Plan> {
  let at = 0;
  const tenants = await each(fleet.tenants, WIDTH, async (policy) => {
    const planned = await planOne(fleet, policy);
    at += 1;
    fleet.onTenant?.(at, fleet.tenants.length);
    return planned;
  });
  return {
    formatVersion: PLAN_FORMAT,
    tool: { name: 'iosmail', version: fleet.version },
    day: fleet.day,
    tenants,
  };
}

async function planOne(fleet: Fleet, written: TenantPolicy): Promise<TenantPlan | FailedTenant> {
  const { name, id, cloud } = written.desired.tenant;
  const policy = judgedByRealNames(written, fleet.hide);
  try {
    const losses = fleet.recentLosses(id);
    const open = openReader(await fleet.connect(policy));
    const reader = fleet.hide?.reading(open, id) ?? open;
    const named =
      fleet.base === undefined
        ? await planTenant(reader, policy, fleet.day, losses)
        : await planChange(reader, policy, fleet.base.get(id), fleet.day, losses);
    const plan = fleet.hide === undefined ? named : withPseudonyms(named);
    const said = fleet.findingsAbout(name).filter(({ severity }) => severity !== 'info');
    return { ...plan, findings: [...plan.findings, ...said] };
  } catch (error) {
    return { tenant: { name, id, cloud }, status: 'failed', error: problemOf(error) };
  }
}
