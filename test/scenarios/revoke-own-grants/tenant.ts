import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, MAIL, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben', 'cleo'],
      groups: { 'SG-iOS-Mail': ['anna', 'cleo'] },
      userConsent: CONSENT.none,
      app: { required: true, assigned: ['SG-iOS-Mail'], tenantWide: MAIL, consented: ['anna', 'ben'] },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned, tenant }) => {
    expect(planned.impact.lose).toEqual([]);
    expect([...tenant.grants.values()].map(({ consentType }) => consentType)).toEqual(['AllPrincipals']);
  },
};
