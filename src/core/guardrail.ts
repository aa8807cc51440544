import { sorted } from './assemble.ts';
import { type Finding, refusals } from './finding.ts';
import { sameJson } from './json.ts';
import type { TenantPlan } from './plan.ts';
import type { Day, Desired } from './state.ts';

/** What a repository's guardrails judge: a plan, and who lost access in the last seven days, by the journal. */
export type Judged = {
  readonly plan: TenantPlan;
  readonly recentLosses: ReadonlySet<string>;
  readonly day: Day;
};

/** What the guardrails say: findings, and how many approvals they ask for (0: no more than the settings do). */
export type Guarding = { readonly findings: readonly Finding[]; readonly approvals: number };

/** The guardrails of a repository, ready to judge a plan. Never throws: what cannot be evaluated is an error finding. */
export type Guard = (judged: Judged) => Guarding;

/** How the rule of a guardrail is named in findings and exceptions. */
export const GUARDRAIL = 'guardrail/';

/** The plan with what the guardrails say about it; an error refuses it. */
export function underGuard(
  plan: TenantPlan,
  guard: Guard | undefined,
  recentLosses: ReadonlySet<string>,
  day: Day,
): TenantPlan {
  if (guard === undefined) return plan;
  const { findings, approvals } = guard({ plan, recentLosses, day });
  return {
    ...plan,
    ...(refusals(findings).length > 0 ? { status: 'refused' as const } : {}),
    findings: sorted([...plan.findings, ...findings]),
    ...(approvals > 0 ? { approvals } : {}),
  };
}

/**
 * The guard for the name and labels that a tenant had before a change: they say which rules count for it, so a change
 * that takes a label away is still judged by the rules for that label. Unset where nothing of it differs.
 */
export function asItWas(guard: Guard | undefined, was: Called | undefined, is: Called): Guard | undefined {
  if (guard === undefined || was === undefined || sameJson(calledBy(was), calledBy(is))) return undefined;
  return (judged) => {
    const { plan } = judged;
    const tenant = { ...plan.policy.tenant, ...calledBy(was) };
    return guard({ ...judged, plan: { ...plan, policy: { ...plan.policy, tenant } } });
  };
}

/** What a tenant is called by: what rules select it by. */
export type Called = Pick<Desired['tenant'], 'name' | 'cloud' | 'labels'>;

function calledBy({ name, cloud, labels }: Called): Called {
  return { name, cloud, labels };
}

/** Several guardrails at once: all must pass, the most approvals count, and what they say alike is said once. */
export function bothGuards(...guards: readonly (Guard | undefined)[]): Guard | undefined {
  const given = guards.filter((guard) => guard !== undefined);
  const [first] = given;
  if (first === undefined || given.length === 1) return first;
  return (judged) => {
    const said = given.map((guard) => guard(judged));
    const different = new Map<string, Finding>();
    for (const finding of said.flatMap(({ findings }) => findings)) {
      // The same rule at another line is the same.
      const key = `${finding.severity} ${finding.rule} ${finding.message}`;
      if (!different.has(key)) different.set(key, finding);
    }
    return {
      findings: [...different.values()],
      approvals: Math.max(...said.map(({ approvals }) => approvals)),
    };
  };
}
