import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONSENT, woodgrove } from '../scenarios/tenant-builder.ts';
import { ROOT } from './iosmail.ts';

/** The file that the pull requests of these tests change. */
export const FILE = 'policies/tenants/woodgrove.yaml';

/** The tenant as it is: open, and nothing of it managed. */
export const OPEN =
  'tenant:\n  name: woodgrove\n  id: dfdff506-4bfc-4582-a40c-e1de13c4eaf0\napplication:\n  enabledForSignIn: true\n';

/** Closes it to one group, without a settle time: five writes. */
export const GATED = `${readFileSync(
  join(ROOT, 'test/scenarios/close-open-tenant-to-one-group/policies/tenants/woodgrove.yaml'),
  'utf8',
).replace('2026-12-31', '2030-12-31')}safety:\n  settle: 0\n`;

export const openTenant = () =>
  woodgrove({
    people: ['anna', 'ben', 'cleo', 'dora'],
    groups: { 'SG-iOS-Mail': ['anna', 'cleo'] },
    userConsent: CONSENT.allApps,
    app: { consented: ['anna', 'ben'] },
  });
