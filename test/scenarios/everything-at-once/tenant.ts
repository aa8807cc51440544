import { expect } from 'vitest';
import type { Tenant } from '../../../src/sandbox/tenant.ts';
import { appleApp } from '../levels.ts';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

/** More people than the removal limit: none of them has mail now, all of them could add it by consenting. */
const OLD = ['emil', 'finn', 'gina', 'hugo', 'ida'];

export const scenario: Scenario = {
  tenant: untidy,
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned, tenant }) => {
    expect(new Set(planned.steps.map(({ group }) => group)).size).toBe(7);
    expect(appleApp(tenant)?.tags).toContain('Owner:Mueller');
    const [grant] = [...tenant.grants.values()];
    expect(grant?.scope).toBe('EAS.AccessAsUser.All EWS.AccessAsUser.All IMAP.AccessAsUser.All');
  },
};

function untidy(): Tenant {
  const tenant = woodgrove({
    people: ['anna', 'ben', 'cleo', 'dora', ...OLD],
    groups: { 'SG-iOS-Mail': ['anna', 'cleo'], 'SG-Board': ['dora'], 'SG-Old': ['cleo', ...OLD] },
    userConsent: CONSENT.microsoftManagedMailClients,
    app: { assigned: ['SG-Old'], tenantWide: 'IMAP.AccessAsUser.All', consented: ['anna', 'ben'] },
  });
  appleApp(tenant)?.tags.push('Owner:Mueller');
  return tenant;
}
