import { expect } from 'vitest';
import { APPLE_MAIL } from '../../../src/core/state.ts';
import { guid } from '../../../src/sandbox/ids.ts';
import type { Tenant } from '../../../src/sandbox/tenant.ts';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: withDeletedCopy,
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned, tenant }) => {
    expect(planned.findings.map(({ rule }) => rule)).toContain('app-deleted-copy');
    expect(tenant.deletedItems.size).toBe(1);
  },
};

function withDeletedCopy(): Tenant {
  const tenant = woodgrove({
    people: ['anna', 'ben'],
    groups: { 'SG-iOS-Mail': ['anna'] },
    userConsent: CONSENT.none,
    app: 'absent',
  });
  const id = guid('woodgrove', 'deleted copy');
  tenant.deletedItems.set(id, {
    id,
    appId: APPLE_MAIL,
    displayName: 'iOS Accounts',
    accountEnabled: true,
    appRoleAssignmentRequired: true,
    tags: [],
    notes: null,
    appRoles: [],
    deletedDateTime: '2026-11-10T07:00:00Z',
  });
  return tenant;
}
