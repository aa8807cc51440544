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
  outcome: 'refused',
  again: 'changes',
  check: ({ planned, report, second }) => {
    expect(planned.steps).not.toEqual([]);
    expect(planned.findings.map(({ rule }) => rule)).toContain('tenant-frozen');
    for (const { tenants } of [report, second])
      expect(tenants[0]?.problem?.message).toMatch(
        /^Refused: Frozen since 2026-11-23 by ada@woodgrove\.example/,
      );
  },
};
