import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, MAIL, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben'],
      groups: { 'SG-iOS-Mail': ['anna', 'ben'] },
      userConsent: CONSENT.none,
      app: { required: true, assigned: ['anna'], tenantWide: MAIL },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect(planned.impact.lose).toEqual([]);
    expect(planned.steps.map(({ group }) => group)).toEqual(['add-assignees', 'remove-assignees']);
  },
};
