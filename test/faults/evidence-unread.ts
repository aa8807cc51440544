import type { TenantPlan } from '../../src/core/plan.ts';

/**
 * The plan with the evidence of use that an undisturbed one has, where it was not read: it decides nothing, so a plan
 * is made without it, and says that it is unknown, and why.
 */
export function withEvidenceOf(plan: TenantPlan, { impact }: TenantPlan): TenantPlan {
  const known = new Map(impact.lose.map(({ id, use }) => [id, use]));
  const lose = plan.impact.lose.map((person) => {
    const use = known.get(person.id);
    const { use: said } = person;
    const isUnread = said?.evidence === 'unknown' && said.why.length > 20;
    return isUnread && use !== undefined ? { ...person, use } : person;
  });
  return { ...plan, impact: { ...plan.impact, lose } };
}
