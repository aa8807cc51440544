import { expect, test } from 'vitest';
import { asItWas, type Guard } from '../../../src/core/guardrail.ts';
import { DAY, planFor } from '../guardrails/plans.ts';

/** Says which labels it was asked about. */
const telling: Guard = ({ plan: { policy, digest } }) => ({
  findings: [
    {
      rule: digest,
      severity: 'info',
      message: `${policy.tenant.name} ${policy.tenant.labels.tier ?? 'none'}`,
    },
  ],
  approvals: 0,
});

test('a plan is judged by what its tenant was called, and by nothing else of what it was', () => {
  const plan = planFor();
  const { tenant } = plan.policy;
  const was = { ...tenant, name: 'former', labels: { tier: 'regulated' } };
  const said = asItWas(telling, was, tenant)?.({ plan, recentLosses: new Set(), day: DAY });
  expect(said?.findings).toMatchObject([{ rule: plan.digest, message: 'former regulated' }]);
});

test('nothing is asked twice: the same labels in another order, a tenant that is new, no guardrails', () => {
  const { tenant } = planFor().policy;
  const [one, other] = [
    { ...tenant, labels: { a: '1', b: '2' } },
    { ...tenant, labels: { b: '2', a: '1' } },
  ];
  expect(asItWas(telling, one, other)).toBeUndefined();
  expect(asItWas(telling, undefined, tenant)).toBeUndefined();
  expect(asItWas(undefined, one, tenant)).toBeUndefined();
});
