import type { Called } from '../core/guardrail.ts';
import { canonical, type Json } from '../core/json.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import { firstParents } from '../git/history.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { type ReviewRules, rulesOf, sameRules } from '../github/rules-in-force.ts';
import { guardrailsText } from '../policy/guardrails.ts';
import { type LoadedPolicies, policiesOf } from '../policy/policies.ts';
import { CAUTIOUS } from '../policy/settings.ts';

/** One commit of the walk that changed effective policies or rules of review. */
export type PolicyCommit = {
  readonly commit: string;
  /** The tenants whose effective policy it changed, by id; none in the part that was applied before. */
  readonly tenants: ReadonlyMap<string, PolicyChange>;
  /** The rules of review that stand there; unset where settings.yaml has errors. */
  readonly rules: ReviewRules | undefined;
};

/** An effective policy before and after, to be compared; there is none before for a tenant that is new. */
type PolicyChange = {
  readonly was: string | undefined;
  readonly is: string;
  /** The name and labels before. */
  readonly called?: Called;
};

/** The merges since the last applied commit, and the policies they led to. */
export type Merged = {
  /** Where the walk over the rules begins; none are stated where there are none without errors. */
  readonly start: { readonly at: string; readonly stated: ReviewRules | undefined };
  /** From there to the last applied commit: only what changed rules. */
  readonly before: readonly PolicyCommit[];
  /** Since then, oldest first; commits that changed nothing of both are left out, but for the last one. */
  readonly commits: readonly PolicyCommit[];
  readonly policiesAt: (commit: string) => Promise<LoadedPolicies>;
};

/** The part of a history that is walked. */
export type Stretch = {
  /** The newest commit whose rules of review are in force, `after` or before it. */
  readonly rules: string;
  /** The last commit that was applied. */
  readonly after: string;
  readonly commit: string;
};

/**
 * Walks the first-parent history, so that a run that was lost in the queue loses no merge.
 * @throws GitFailure when the history cannot be read.
 */
export async function mergedSince(
  repository: string,
  folder: string,
  { rules: from, after, commit }: Stretch,
  day: Day,
): Promise<Merged> {
  const loaded = new Map<string, Promise<LoadedPolicies>>();
  const policiesAt = (at: string) => {
    const known =
      loaded.get(at) ?? policyFilesAt(repository, at, folder).then((files) => policiesOf(files, day));
    loaded.set(at, known);
    return known;
  };
  const walked = async (since: string, to: string): Promise<readonly PolicyCommit[]> => {
    const commits: PolicyCommit[] = [];
    for (const { commit: at, parent } of await firstParents(repository, since, to)) {
      // The first commit of all cannot be one that follows another.
      if (parent === undefined) continue;
      const [old, now] = [await policiesAt(parent), await policiesAt(at)];
      const tenants = changedTenants(old, now);
      const rules = rulesIn(now);
      const before = rulesIn(old);
      const same = rules === undefined || (before !== undefined && sameRules(before, rules));
      // The last one too: where it agrees with the rules in force, the next walk begins there.
      if (tenants.size > 0 || !same || at === to) commits.push({ commit: at, tenants, rules });
    }
    return commits;
  };
  const none: PolicyCommit['tenants'] = new Map();
  const before = (await walked(from, after)).map((each) => ({ ...each, tenants: none }));
  return {
    start: { at: from, stated: rulesIn(await policiesAt(from)) },
    before,
    commits: await walked(after, commit),
    policiesAt,
  };
}

/** What settings with errors would forbid is not known, so they change no rule; no tenant is planned by them. */
export function rulesIn({
  settings,
  guardrails,
}: Pick<LoadedPolicies, 'settings' | 'guardrails'>): ReviewRules | undefined {
  if (settings === CAUTIOUS || guardrails === 'broken') return undefined;
  return rulesOf(settings, guardrails && guardrailsText(guardrails));
}

/** The tenants whose effective policy differs, or which are new. A tenant that is no longer there is left alone. */
function changedTenants(before: LoadedPolicies, after: LoadedPolicies): PolicyCommit['tenants'] {
  const text = ({ desired }: TenantPolicy) => canonical(desired as Json);
  const known = new Map(before.tenants.map((policy) => [policy.desired.tenant.id, policy]));
  return new Map(
    after.tenants.flatMap((policy) => {
      const { id } = policy.desired.tenant;
      const old = known.get(id);
      const [was, is] = [old && text(old), text(policy)];
      const called = old === undefined ? {} : { called: old.desired.tenant };
      return was === is ? [] : [[id, { was, is, ...called }] as const];
    }),
  );
}
