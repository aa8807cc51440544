import { expect } from 'vitest';
import { type Scenario, writtenIn } from '../run.ts';
import { CONSENT, MAIL, principalId, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben', 'cleo'],
      groups: { 'SG-iOS-Mail': ['anna', 'cleo'] },
      premium: false,
      userConsent: CONSENT.none,
      app: { required: true, assigned: ['anna', 'ben'], tenantWide: MAIL },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned, tenant, wire }) => {
    expect(planned.impact.lose.map(({ name }) => name)).toEqual(['ben@woodgrove.example']);
    expect(JSON.stringify(writtenIn(wire.apply))).not.toContain(principalId(tenant, 'SG-iOS-Mail'));
  },
};
