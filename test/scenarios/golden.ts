import type { Person, Plan } from '../../src/core/plan.ts';

/** As many people of a list as a reader looks at. */
const SHOWN = 12;

/** A plan with long lists of people cut off, so that its golden file stays readable; their number is in the last one. */
export function shortened(plan: Plan): Plan {
  const cut = (people: readonly Person[]): readonly Person[] =>
    people.length <= SHOWN
      ? people
      : [
          ...people.slice(0, SHOWN),
          { id: '', name: `… and ${people.length - SHOWN} more, left out of this file`, via: [] },
        ];
  return {
    ...plan,
    tenants: plan.tenants.map((tenant) =>
      tenant.status === 'failed'
        ? tenant
        : {
            ...tenant,
            impact: {
              ...tenant.impact,
              gain: cut(tenant.impact.gain),
              lose: cut(tenant.impact.lose),
              retain: cut(tenant.impact.retain),
              unknown: cut(tenant.impact.unknown),
            },
          },
    ),
  };
}
