import { expect } from 'vitest';
import { groupId, userId } from '../../../src/sandbox/directory.ts';
import { tailspin } from '../../../src/sandbox/tenants/tailspin.ts';
import type { Scenario } from '../run.ts';

export const scenario: Scenario = {
  tenant: tailspin,
  policies: 'repository',
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned, tenant }) => {
    const lose = planned.impact.lose.map(({ name }) => name);
    expect(lose.filter((name) => !name.startsWith('guide-00'))).toEqual(['agent-0200@tailspin.example']);
    expect(lose).toHaveLength(7);
    expect(planned.impact.retain.map(({ name }) => name)).toContain('agent-0001@tailspin.example');
    const assigned = new Set([...tenant.assignments.values()].map(({ principalId }) => principalId));
    expect(assigned.has(userId(tenant, 'agent-0999'))).toBe(true);
    expect(assigned.has(groupId(tenant, 'SG-iOS-Mail-Season'))).toBe(true);
  },
};
