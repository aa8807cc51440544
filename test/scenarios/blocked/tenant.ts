import { expect } from 'vitest';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: () =>
    woodgrove({
      people: ['anna', 'ben', 'cleo'],
      groups: { 'SG-Old': ['anna', 'ben'], 'SG-New': ['anna', 'cleo'] },
      userConsent: CONSENT.none,
      app: {
        enabled: false,
        required: true,
        assigned: ['SG-Old'],
        tenantWide: 'EAS.AccessAsUser.All',
      },
    }),
  plan: 'changes',
  outcome: 'refused',
  again: 'changes',
  check: ({ planned, report }) => {
    expect(planned.policy.application.enabledForSignIn).toBe(false);
    expect(planned.steps.map(({ group }) => group)).not.toContain('enable');
    expect(planned.effect).toBe('neutral');
    expect(planned.impact).toMatchObject({
      gain: [],
      lose: [],
      everyoneElse: { before: 'none', after: 'none' },
    });
    expect(planned.findings.map(({ rule }) => rule)).toContain('tenant-blocked');
    expect(report.tenants[0]?.problem?.message).toMatch(/^Refused: Blocked since 2026-11-24/);
  },
};
