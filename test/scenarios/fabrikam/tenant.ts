import { expect } from 'vitest';
import { fabrikam } from '../../../src/sandbox/tenants/fabrikam.ts';
import type { Scenario } from '../run.ts';

export const scenario: Scenario = {
  tenant: fabrikam,
  policies: 'repository',
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned, tenant }) => {
    const said = [
      ...planned.leftAlone.map(({ now }) => now),
      ...planned.findings.map(({ message }) => message),
    ];
    expect(said.join('\n')).toContain('and 255 more');
    expect(said.join('\n')).toContain('1900 people have a grant of their own');
    expect(tenant.assignments.size).toBe(2 + 260 + 2);
    expect(planned.impact.unread).toEqual([]);
  },
};
