import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben'],
      groups: { 'SG-iOS-Mail': ['anna'] },
      userConsent: CONSENT.allApps,
      app: { enabled: false },
    }),
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect(planned.steps.at(-1)?.group).toBe('enable');
    expect(planned.impact.gain.map(({ name }) => name)).toEqual(['anna@woodgrove.example']);
  },
};
