import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, MAIL, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben', 'cleo'],
      groups: { 'SG-Old': ['anna', 'ben'], 'SG-New': ['anna', 'cleo'] },
      userConsent: CONSENT.none,
      app: { required: true, assigned: ['SG-Old'], tenantWide: MAIL },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect([...new Set(planned.steps.map(({ group }) => group))]).toEqual([
      'add-assignees',
      'remove-assignees',
    ]);
  },
};
