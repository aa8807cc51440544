import type { Finding } from '../core/finding.ts';
import type { Day } from '../core/state.ts';
import type { WhoReport } from '../core/who.ts';
import { whoFleet } from '../planning/who-fleet.ts';
import { loadPolicies } from '../policy/load.ts';
import { selectTenants } from '../policy/select.ts';
import { openSession, type Waiting } from './session.ts';

export type WhoOptions = Waiting & {
  readonly policies: string;
  readonly tenant: readonly string[];
  readonly sandbox: boolean;
  readonly day: Day;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
};

/**
 * Lists who can use the app now, by reading the tenants with the identity that cannot write. The policies say which
 * tenants there are; what they want is not looked at.
 */
export async function who(
  options: WhoOptions,
): Promise<{ readonly report: WhoReport; readonly findings: readonly Finding[] }> {
  const { day, version } = options;
  const loaded = selectTenants(await loadPolicies(options.policies, day), options.tenant);
  const session = await openSession({ ...options, settings: loaded.settings });
  const report = await whoFleet({
    tenants: loaded.tenants,
    day,
    version,
    connect: (policy) => session.connect(policy, 'plan'),
  });
  return { report, findings: loaded.findings.filter(({ severity }) => severity === 'error') };
}
