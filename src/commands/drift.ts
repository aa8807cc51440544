import { recentLosses } from '../apply/journal.ts';
import type { DriftReport } from '../core/drift.ts';
import type { Finding } from '../core/finding.ts';
import type { Day } from '../core/state.ts';
import { driftFleet } from '../planning/drift-fleet.ts';
import { hideNames } from '../planning/hide-names.ts';
import { loadPolicies } from '../policy/load.ts';
import { selectTenants } from '../policy/select.ts';
import { appliedPolicies } from './last-applied.ts';
import { openSession, type Waiting } from './session.ts';

export type DriftOptions = Waiting & {
  readonly policies: string;
  readonly tenant: readonly string[];
  readonly sandbox: boolean;
  readonly journal: string;
  readonly day: Day;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly onTenant?: (at: number, of: number) => void;
};

/**
 * Tells in what the tenants differ from the policies as they lie here, why, and who did it. Reads only.
 * @returns the report, and what is wrong with policy files.
 */
export async function drift(
  options: DriftOptions,
): Promise<{ readonly report: DriftReport; readonly findings: readonly Finding[] }> {
  const { day, version, journal, onTenant } = options;
  const loaded = selectTenants(await loadPolicies(options.policies, day), options.tenant);
  const session = await openSession({ ...options, settings: loaded.settings });
  const { clock } = session.edge;
  const report = await driftFleet({
    tenants: loaded.tenants,
    day,
    version,
    connect: (policy) => session.connect(policy, 'plan'),
    recentLosses: (tenantId) => recentLosses(journal, tenantId, clock.now()),
    applied: await appliedPolicies(options.policies, loaded.tenants, day),
    ...(loaded.settings.privacy.people === 'counts' ? { hide: hideNames().hide } : {}),
    ...(onTenant === undefined ? {} : { onTenant }),
  });
  return { report, findings: loaded.findings.filter(({ severity }) => severity === 'error') };
}
