import { createHash } from 'node:crypto';
import type { TenantPlan } from './plan.ts';

/** Who stands behind a pseudonym: the tenant's id, the user's, and the name. */
export type Behind = { readonly tenant: string; readonly id: string; readonly name: string };

/**
 * What a person is called where names are not shown: the same in every plan of the tenant, another in every other
 * tenant. It needs no secret, for the object id it is made of cannot be guessed, and whoever can look the id up in the
 * directory can read the name there.
 */
export function pseudonym(tenantId: string, userId: string): string {
  const hash = createHash('sha256').update(`iosmail person 1\n${tenantId}\n${userId}`.toLowerCase());
  return `person-${hash.digest('hex').slice(0, 12)}`;
}

const USER = /^(.*) \(user ([^()\s]+)\)$/s;

/** The plan with pseudonyms for the people its steps are about; those the directory named have theirs already. */
export function withPseudonyms(plan: TenantPlan): TenantPlan {
  const steps = plan.steps.map((step) => {
    const named = step.changes.flatMap(({ subject }) => {
      const [, name, id] = USER.exec(subject ?? '') ?? [];
      return name === undefined || id === undefined ? [] : [{ subject, name, id }];
    });
    if (named.length === 0) return step;
    const called = new Map(named.map(({ subject, id }) => [subject, pseudonym(plan.tenant.id, id)]));
    const changes = step.changes.map((change) => {
      const user = named.find(({ subject }) => subject === change.subject);
      return user === undefined
        ? change
        : { ...change, subject: `${called.get(user.subject)} (user ${user.id})` };
    });
    const what = named.reduce(
      (text, { name, subject }) => text.replaceAll(name, () => called.get(subject) ?? ''),
      step.request.what,
    );
    return { ...step, request: { ...step.request, what }, changes };
  });
  return { ...plan, steps };
}
