import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, MAIL, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben', 'cleo', 'dora'],
      groups: { 'SG-iOS-Mail': ['anna', 'ben', 'cleo'] },
      userConsent: CONSENT.none,
      app: { tenantWide: MAIL, consented: ['anna', 'ben'] },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect([...new Set(planned.steps.map(({ group }) => group))]).toEqual([
      'add-assignees',
      'require-assignment',
    ]);
  },
};
