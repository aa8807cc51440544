import type { Finding } from '../core/finding.ts';
import { asItWas, bothGuards, type Guard } from '../core/guardrail.ts';
import { canonical, type Json, sameJson } from '../core/json.ts';
import type { TenantPolicy } from '../core/state.ts';
import { guardrailsChanged, labelsChanged, UNOPENED } from './guardrails.ts';
import type { LoadedPolicies } from './policies.ts';
import { selectTenants } from './select.ts';
import type { Settings } from './settings.ts';

/** The policies of a proposal, put against those of its base. */
export type Compared = {
  /** The proposal's; of its tenants, those whose effective policy is not the base's. */
  readonly loaded: LoadedPolicies;
  /** The base's policies, by tenant id. */
  readonly base: ReadonlyMap<string, TenantPolicy>;
  readonly untouched: number;
  readonly noLongerManaged: readonly { readonly name: string; readonly id: string }[];
};

/**
 * Compares effective policies, so that a baseline's change is the change of all its tenants, and a comment's is none.
 * @param names of tenants; empty: all.
 * @param baseGuard the guardrails of the base, which judge the proposal beside its own; unset where it has none.
 */
export function compare(
  base: LoadedPolicies,
  head: LoadedPolicies,
  names: readonly string[],
  folder: string,
  baseGuard?: Guard,
): Compared {
  const before = new Map(base.tenants.map((policy) => [policy.desired.tenant.id, policy]));
  const gone = noLongerManaged(base, head).filter(({ name }) => names.length === 0 || names.includes(name));
  const selected = selectTenants(
    head,
    names,
    gone.map(({ name }) => name),
  );
  const judges = base.guardrails === 'broken' ? UNOPENED : baseGuard;
  const tenants = selected.tenants
    .filter((policy) => spelled(before.get(policy.desired.tenant.id)) !== spelled(policy))
    .map((policy) => {
      const { tenant } = policy.desired;
      const was = before.get(tenant.id)?.desired.tenant;
      const guard = bothGuards(asItWas(judges, was, tenant), judges, policy.guard);
      return guard === undefined ? policy : { ...policy, guard };
    });
  return {
    loaded: {
      ...selected,
      tenants,
      findings: [
        ...selected.findings,
        ...settingsChanged(base.settings, head.settings, `${folder}/settings.yaml`),
        ...guardrailsChanged(base.guardrails, head.guardrails, `${folder}/guardrails.yaml`),
        ...labelsChanged(base.guardrails, tenants, before),
      ],
    },
    base: before,
    untouched: selected.tenants.length - tenants.length,
    noLongerManaged: gone,
  };
}

function spelled(policy: TenantPolicy | undefined): string | undefined {
  return policy === undefined ? undefined : canonical(policy.desired as Json);
}

/** A tenant whose file is there but has errors is still managed; so is one whose file got another name. */
function noLongerManaged(base: LoadedPolicies, head: LoadedPolicies): Compared['noLongerManaged'] {
  const ids = new Set(head.tenants.map(({ desired }) => desired.tenant.id));
  return base.tenants
    .map(({ desired }) => ({ name: desired.tenant.name, id: desired.tenant.id }))
    .filter(({ name, id }) => !ids.has(id) && !head.broken.includes(name));
}

/** A proposal is reviewed by the rules of its base, so that none can soften its own review. */
function settingsChanged(before: Settings, now: Settings, file: string): readonly Finding[] {
  const values = ({ origins: _, ...rest }: Settings): Json => rest;
  if (sameJson(values(before), values(now))) return [];
  return [
    {
      rule: 'settings-changed',
      severity: 'info',
      message:
        'The settings change. Their review rules count from the next pull request on, not for this one.',
      at: { file, line: 1, column: 1 },
    },
  ];
}
