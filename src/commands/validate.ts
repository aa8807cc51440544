import type { Finding } from '../core/finding.ts';
import type { Day } from '../core/state.ts';
import { loadPolicies } from '../policy/load.ts';
import { selectTenants } from '../policy/select.ts';

/** What `iosmail validate` has to say. `tenants` are the names of those without errors. */
export type Validation = {
  readonly findings: readonly Finding[];
  readonly tenants: readonly string[];
  readonly broken: readonly string[];
};

/**
 * Checks the policies without talking to anybody. With `tenant` names, only their files and what they rest on
 * (baselines, settings, the directory itself) are reported; a name without a file is a finding.
 */
export async function validate(options: {
  readonly policies: string;
  readonly tenant: readonly string[];
  readonly day: Day;
}): Promise<Validation> {
  const loaded = selectTenants(await loadPolicies(options.policies, options.day), options.tenant);
  return {
    tenants: loaded.tenants.map((each) => each.desired.tenant.name),
    findings: loaded.findings,
    broken: loaded.broken,
  };
}
