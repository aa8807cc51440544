import { expect } from 'vitest';
import { userId } from '../../../src/sandbox/directory.ts';
import { litware } from '../../../src/sandbox/tenants/litware.ts';
import type { Scenario } from '../run.ts';

export const scenario: Scenario = {
  tenant: litware,
  policies: 'repository',
  plan: 'changes',
  outcome: 'applied',
  check: ({ tenant, planned }) => {
    const upns = planned.impact.lose.map(({ name }) => name);
    expect(upns).toEqual(['trial-0001@litware.example']);
    const assigned = new Set([...tenant.assignments.values()].map(({ principalId }) => principalId));
    expect(assigned.has(userId(tenant, 'trial-0001'))).toBe(false);
    expect(assigned.has(userId(tenant, 'trial-0002'))).toBe(true);
    expect(planned.findings.map(({ rule }) => rule)).toContain('expired-entry');
  },
};
