import {
  activitiesFor,
  attributed,
  DRIFT_FORMAT,
  type DriftReport,
  driftIn,
  type LastApplied,
  type TenantDrift,
} from '../core/drift.ts';
import { isBadInput, refusals } from '../core/finding.ts';
import { isFailed, type TenantPlan } from '../core/plan.ts';
import type { TenantPolicy } from '../core/state.ts';
import type { Connection } from '../graph/connect.ts';
import { openReader } from '../graph/open-reader.ts';
import { readAudits } from './audit-reads.ts';
import { each } from './each.ts';
import { type Fleet, planFleet } from './plan-fleet.ts';

/** What the journal says of a tenant, and the policy it was brought to last, where that is known. */
export type Applied = { readonly last: LastApplied; readonly policy?: TenantPolicy };

type DriftFleet = Omit<Fleet, 'base' | 'findingsAbout'> & {
  /** By tenant id. */
  readonly applied: ReadonlyMap<string, Applied>;
};

/** Tenants whose log is read at the same time. */
const WIDTH = 8;

const NOT_TOLD: LastApplied = { kind: 'unknown', why: 'the journal was not looked at' };

/**
 * Tells in what every tenant differs from its merged policy, and who did it. A tenant that does not differ is asked for
 * no more than a plan asks for.
 */
export async function driftFleet(fleet: DriftFleet): Promise<DriftReport> {
  const { tenants: policies, applied, day, version } = fleet;
  const connections = new Map<string, Promise<Connection>>();
  const connect = (policy: TenantPolicy) => {
    const { id } = policy.desired.tenant;
    const open = connections.get(id) ?? fleet.connect(policy);
    connections.set(id, open);
    return open;
  };
  const base = new Map(
    policies.map((policy) => {
      const { id } = policy.desired.tenant;
      // Against itself, where another is not known: what has ended is told all the same.
      return [id, applied.get(id)?.policy ?? policy] as const;
    }),
  );
  const plan = await planFleet({ ...fleet, connect, base, findingsAbout: () => [] });
  const byId = new Map(policies.map((policy) => [policy.desired.tenant.id, policy]));
  const tenants = await each(plan.tenants, WIDTH, async (planned) => {
    const policy = byId.get(planned.tenant.id);
    if (isFailed(planned) || policy === undefined) return planned as Exclude<typeof planned, TenantPlan>;
    const last = applied.get(planned.tenant.id)?.last ?? NOT_TOLD;
    return await driftOf(planned, policy, last, fleet, () => connect(policy));
  });
  return { formatVersion: DRIFT_FORMAT, tool: { name: 'iosmail', version }, day, tenants };
}

async function driftOf(
  plan: TenantPlan,
  policy: TenantPolicy,
  last: LastApplied,
  { day, hide }: DriftFleet,
  connect: () => Promise<Connection>,
): Promise<TenantDrift> {
  const { tenant } = plan;
  const settings = driftIn(plan, policy, last);
  const findings = refusals(plan.findings);
  const status = findings.some(isBadInput) ? 'not known' : settings.length > 0 ? 'differs' : 'as merged';
  const activities = activitiesFor(settings);
  if (activities.length === 0) return { tenant, status, settings, findings };
  const { log, app } = await readAudits(openReader(await connect()), activities, day);
  const told = attributed(settings, log, app, last, hide === undefined ? undefined : tenant.id);
  return { tenant, status, settings: told, findings };
}
