import { createHash } from 'node:crypto';
import { byText, canonical, type Json } from './json.ts';
import { type Person, PLAN_FORMAT, type TenantPlan } from './plan.ts';
import { APPLE_MAIL } from './state.ts';

/** The parts of a plan that a review is about. */
export type Reviewed = Pick<TenantPlan, 'policy' | 'steps' | 'impact' | 'order'>;

/**
 * The digest of what a review is about: format version, tenant, cloud, app, effective policy, the ordered requests
 * with their waits, the prior value of every setting they touch, who loses access, and what the order was proven for.
 * Times, evidence, display names, people who gain or keep access and whatever is unmanaged or stays as it is are left
 * out, so that they may move without voiding the review.
 * @returns `sha256:` and 64 hex digits.
 */
export function digestOf({ policy, steps, impact, order }: Reviewed): string {
  const ids = (people: readonly Person[]) => people.map(({ id }) => id).sort(byText);
  const reviewed = {
    formatVersion: PLAN_FORMAT,
    tenant: policy.tenant.id,
    cloud: policy.tenant.cloud,
    appId: APPLE_MAIL,
    policy: policy as Json,
    steps: steps.map(({ group, settle, request, changes }) => ({
      group,
      settle: settle ?? null,
      method: request.method,
      path: request.path,
      body: request.body ?? null,
      changes: changes.map(({ setting, before, after }) => ({ setting, before, after })),
    })),
    lose: ids(impact.lose),
    unknown: ids(impact.unknown),
    order: order === undefined ? null : { holdsFor: order.holdsFor, detours: order.gaveWay.length > 0 },
  };
  return `sha256:${createHash('sha256').update(canonical(reviewed)).digest('hex')}`;
}
