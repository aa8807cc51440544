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
  plan: 'refused',
  outcome: 'refused',
  check: ({ planned }) => {
    const [finding] = planned.findings.filter(({ rule }) => rule === 'no-safe-order');
    expect(finding?.fix).toContain('Split it');
  },
};
