import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben', 'cleo', 'dora'],
      groups: { 'SG-iOS-Mail': ['anna', 'cleo'] },
      userConsent: CONSENT.allApps,
      app: { consented: ['anna', 'ben'] },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect([...new Set(planned.steps.map(({ group }) => group))]).toEqual([
      'grant',
      'add-assignees',
      'require-assignment',
      'remove-assignees',
    ]);
  },
};
