import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, MAIL, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben', 'cleo'],
      groups: { 'SG-iOS-Mail': ['anna', 'ben'] },
      userConsent: CONSENT.microsoftManagedMailClients,
      app: { assigned: ['SG-iOS-Mail'], tenantWide: MAIL, consented: ['cleo'] },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect(planned.impact.lose.map(({ name }) => name)).toEqual([
      'anna@woodgrove.example',
      'ben@woodgrove.example',
    ]);
    expect(planned.impact.retain.map(({ name }) => name)).toEqual(['cleo@woodgrove.example']);
    expect(planned.impact.everyoneElse).toEqual({ before: 'has', after: 'may' });
  },
};
