import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben'],
      groups: { 'SG-iOS-Mail': ['anna'] },
      userConsent: CONSENT.microsoftManagedMailClients,
      app: { consented: ['anna'] },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect(planned.findings.map(({ rule }) => rule)).toContain('user-consent-narrows');
    expect(planned.impact.everyoneElse).toEqual({ before: 'may', after: 'none' });
  },
};
