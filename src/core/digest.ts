import { createHash } from 'node:crypto';
import { canonical, type Json } from './json.ts';
import { PLAN_FORMAT, type Step } from './plan.ts';
import { APPLE_MAIL, type Desired } from './state.ts';

/**
 * The digest of what a review is about: format version, tenant, cloud, app, effective policy, the ordered requests
 * and the prior value of every setting they touch. Times, evidence, display names, people and whatever is unmanaged or stays
 * as it is are left out, so that they may move without voiding the review.
 * @returns `sha256:` and 64 hex digits.
 */
export function digestOf(policy: Desired, steps: readonly Step[]): string {
  const reviewed = {
    formatVersion: PLAN_FORMAT,
    tenant: policy.tenant.id,
    cloud: policy.tenant.cloud,
    appId: APPLE_MAIL,
    policy: policy as Json,
    steps: steps.map(({ group, request, changes }) => ({
      group,
      method: request.method,
      path: request.path,
      body: request.body ?? null,
      changes: changes.map(({ setting, before, after }) => ({ setting, before, after })),
    })),
  };
  return `sha256:${createHash('sha256').update(canonical(reviewed)).digest('hex')}`;
}
