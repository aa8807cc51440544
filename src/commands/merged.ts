import { canonical, type Json } from '../core/json.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import { firstParents } from '../git/history.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { type LoadedPolicies, policiesOf } from '../policy/policies.ts';

/** One commit of the walk that changed effective policies. */
export type PolicyCommit = {
  readonly commit: string;
  readonly parent: string;
  /** Ids of the tenants whose effective policy it changed. */
  readonly tenants: ReadonlySet<string>;
};

/** The merges since the last applied commit, and the policies they led to. */
export type Merged = {
  /** Oldest first; commits that changed no effective policy are left out. */
  readonly commits: readonly PolicyCommit[];
  readonly policiesAt: (commit: string) => Promise<LoadedPolicies>;
};

/**
 * Walks the first-parent history, so that a run that was lost in the queue loses no merge.
 * @param after the last commit that was applied.
 * @throws GitFailure when the history cannot be read.
 */
export async function mergedSince(
  repository: string,
  folder: string,
  after: string,
  commit: string,
  day: Day,
): Promise<Merged> {
  const loaded = new Map<string, Promise<LoadedPolicies>>();
  const policiesAt = (at: string) => {
    const known =
      loaded.get(at) ?? policyFilesAt(repository, at, folder).then((files) => policiesOf(files, day));
    loaded.set(at, known);
    return known;
  };
  const commits: PolicyCommit[] = [];
  for (const { commit: at, parent } of await firstParents(repository, after, commit)) {
    // The first commit of all cannot be one that follows another.
    if (parent === undefined) continue;
    const tenants = changedTenants(await policiesAt(parent), await policiesAt(at));
    if (tenants.size > 0) commits.push({ commit: at, parent, tenants });
  }
  return { commits, policiesAt };
}

/** Ids of the tenants whose effective policy differs, or which are new. A tenant that is no longer there is left alone. */
function changedTenants(before: LoadedPolicies, after: LoadedPolicies): ReadonlySet<string> {
  const text = ({ desired }: TenantPolicy) => canonical(desired as Json);
  const known = new Map(before.tenants.map((policy) => [policy.desired.tenant.id, text(policy)]));
  return new Set(
    after.tenants
      .filter((policy) => known.get(policy.desired.tenant.id) !== text(policy))
      .map(({ desired }) => desired.tenant.id),
  );
}
