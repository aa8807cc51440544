import { recentLosses } from '../apply/journal.ts';
import type { Finding } from '../core/finding.ts';
import type { Plan } from '../core/plan.ts';
import type { Day, Origins } from '../core/state.ts';
import { planFleet } from '../planning/plan-fleet.ts';
import { loadPolicies } from '../policy/load.ts';
import { selectTenants } from '../policy/select.ts';
import { openSession } from './session.ts';

export type PlanOptions = {
  readonly policies: string;
  readonly tenant: readonly string[];
  readonly sandbox: boolean;
  readonly journal: string;
  readonly day: Day;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly onTenant?: (at: number, of: number) => void;
};

/** The plan, and what the policy files say that is not about a planned tenant. */
export type Planned = {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly origins: ReadonlyMap<string, Origins>;
};

/** Plans the tenants of a policies directory. Policies with errors are not planned; their findings are returned. */
export async function plan(options: PlanOptions): Promise<Planned> {
  const { day, env, version, sandbox, onTenant } = options;
  const loaded = selectTenants(await loadPolicies(options.policies, day), options.tenant);
  const session = await openSession({ sandbox, env, settings: loaded.settings });
  const ready = new Set(loaded.tenants.map(({ desired }) => desired.tenant.name));
  const about = (finding: Finding) =>
    /(?:^|\/)tenants\/([^/]+)\.yaml$/.exec(finding.at?.file ?? '')?.[1] ?? '';
  const planned = await planFleet({
    tenants: loaded.tenants,
    day,
    version,
    connect: (policy) => session.connect(policy, 'plan'),
    recentLosses: (tenantId) => recentLosses(options.journal, tenantId, session.edge.clock.now()),
    findingsAbout: (tenant) => loaded.findings.filter((finding) => about(finding) === tenant),
    ...(onTenant === undefined ? {} : { onTenant }),
  });
  return {
    plan: planned,
    findings: loaded.findings.filter((finding) => !ready.has(about(finding))),
    origins: new Map(loaded.tenants.map(({ desired, origins }) => [desired.tenant.name, origins])),
  };
}
