import { expect } from 'vitest';
import { northwind } from '../../../src/sandbox/tenants/northwind.ts';
import { appleApp } from '../levels.ts';
import { type Scenario, writtenIn } from '../run.ts';

export const scenario: Scenario = {
  tenant: northwind,
  policies: 'repository',
  plan: 'changes',
  outcome: 'applied',
  check: ({ tenant, wire }) => {
    const groups = [...tenant.groups.keys()];
    const sent = JSON.stringify(writtenIn(wire.apply));
    expect(groups.filter((id) => sent.includes(id))).toEqual([]);
    expect(appleApp(tenant)).toMatchObject({ accountEnabled: true, appRoleAssignmentRequired: true });
    expect(tenant.assignments.size).toBe(11);
  },
};
