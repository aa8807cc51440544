import { expect } from 'vitest';
import { EXCHANGE_ONLINE } from '../../../src/core/state.ts';
import { EAS_SCOPE, EWS_SCOPE, MICROSOFT_GRAPH } from '../../../src/sandbox/catalogue.ts';
import { conditionSet } from '../../../src/sandbox/consent-policies.ts';
import { guid } from '../../../src/sandbox/ids.ts';
import type { Tenant } from '../../../src/sandbox/tenant.ts';
import type { Scenario } from '../run.ts';
import { CONSENT, woodgrove } from '../tenant-builder.ts';

export const scenario: Scenario = {
  tenant: withCustomPolicy,
  plan: 'changes',
  outcome: 'applied',
  check: ({ planned }) => {
    expect(planned.impact.everyoneElse).toEqual({ before: 'none', after: 'may' });
  },
};

function withCustomPolicy(): Tenant {
  const tenant = woodgrove({ people: ['anna'], userConsent: CONSENT.none, app: {} });
  tenant.permissionGrantPolicies.set('mail-for-all', {
    id: 'mail-for-all',
    displayName: 'Mail for all',
    description: 'Any app may ask for mail and sign-in.',
    includes: [
      conditionSet(guid('woodgrove', 'mail-for-all'), {
        resourceApplication: EXCHANGE_ONLINE,
        permissions: [EAS_SCOPE, EWS_SCOPE],
      }),
      conditionSet(guid('woodgrove', 'sign-in-for-all'), { resourceApplication: MICROSOFT_GRAPH }),
    ],
    excludes: [],
  });
  return tenant;
}
