import { expect, test } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import { planComment } from '../../src/render/comment.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { openWorld, policiesIn } from './world.ts';

const NAMES = ['adatum', 'contoso', 'fabrikam', 'litware', 'northwind', 'proseware', 'tailspin', 'wingtip'];

test('the comment on a pull request that brings the example policies of every tenant', async () => {
  const world = openWorld(builtInTenants(...NAMES));
  const plan = await world.plan(await policiesIn('policies'));
  const proposed: Plan = {
    ...plan,
    tenants: plan.tenants.map((tenant) =>
      tenant.status === 'failed' ? tenant : { ...tenant, policyBefore: null },
    ),
    proposal: {
      base: 'b'.repeat(40),
      head: 'a'.repeat(40),
      readAt: '2026-11-24T09:00:00.000Z',
      noLongerManaged: [],
      untouched: 0,
      findings: [],
    },
  };
  const { body, cut } = planComment(proposed, {
    version: '0.0.0',
    run: { url: 'https://github.example/contoso/mail/actions/runs/77' },
    artifact: 'iosmail-plan',
    approvals: 1,
  });
  expect(plan.tenants).toHaveLength(NAMES.length);
  expect(cut).toBe(false);
  for (const { tenant } of plan.tenants) expect(body).toContain(`### ${tenant.name}\n`);
  await expect(body).toMatchFileSnapshot('../fixtures/comment/example-policies.md');
});
