import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben'],
      groups: { 'SG-iOS-Mail': ['anna'] },
      userConsent: CONSENT.none,
      app: { assigned: ['SG-iOS-Mail'] },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect(planned.findings.map(({ rule }) => rule)).toContain('user-consent-widens');
    expect(planned.impact.everyoneElse).toEqual({ before: 'none', after: 'may' });
  },
};
