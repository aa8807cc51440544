import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben'],
      groups: { 'SG-iOS-Mail': ['anna'] },
      userConsent: CONSENT.none,
      app: 'absent',
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect([...new Set(planned.steps.map(({ group }) => group))]).toEqual([
      'create',
      'add-assignees',
      'grant',
    ]);
  },
};
