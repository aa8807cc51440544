import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben', 'cleo', 'dora'],
      groups: { 'SG-iOS-Mail': ['anna', 'ben', 'cleo'] },
      userConsent: CONSENT.none,
      app: { consented: ['anna', 'ben'] },
    }),
  plan: 'changes',
  outcome: 'applied',
  rules: { continuity: true, containment: false },
  check: ({ planned }) => {
    expect(planned.order?.givenUp).toContain('everyone else');
  },
};
