import { expect } from 'vitest';
import { mayConsent } from '../../../src/sandbox/self-consent.ts';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben'],
      groups: { 'SG-iOS-Mail': ['anna'] },
      userConsent: CONSENT.allApps,
      app: { assigned: ['SG-iOS-Mail'] },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned, tenant }) => {
    expect(planned.impact.everyoneElse).toEqual({ before: 'may', after: 'may' });
    expect(mayConsent(tenant)).toBe(true);
  },
};
