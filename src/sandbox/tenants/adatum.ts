import { APPLE_MAIL } from '../../core/state.ts';
import { LISTED_TAG } from '../catalogue.ts';
import { addGroup, addPeople, fillUp, newTenant } from '../directory.ts';
import { addServicePrincipal, assign, grant } from '../enterprise-app.ts';
import type { Tenant } from '../tenant.ts';

export const ADATUM_TAGS = [LISTED_TAG, 'Kst-4711', 'Owner:Mueller'] as const;
export const ADATUM_NOTES = 'Freigabe 2019-04-02, siehe Änderungsantrag 118. Rückfragen an die IT-Leitung.';

/** The old hand: 950 people, hybrid, an app from before its renaming, switched off, with tags and notes that matter to others. */
export function adatum(): Tenant {
  const tenant = newTenant('adatum', { licences: ['SPE_E3'], userConsent: [] });
  const app = addServicePrincipal(tenant, APPLE_MAIL, {
    displayName: 'iOS Accounts',
    accountEnabled: false,
    appRoleAssignmentRequired: null,
    tags: [...ADATUM_TAGS],
    notes: ADATUM_NOTES,
  });
  const synced = { onPremisesSyncEnabled: true };
  const werk1 = addGroup(tenant, 'SG-Mobil-Werk1', addPeople(tenant, 'werk1', 210), synced);
  addGroup(tenant, 'SG-Mobil-Werk2', addPeople(tenant, 'werk2', 140), synced);
  addGroup(tenant, 'SG-Mobil-Verwaltung', addPeople(tenant, 'verwaltung', 85), synced);
  for (const user of tenant.users.values()) user.onPremisesSyncEnabled = true;
  fillUp(tenant, 950);
  assign(tenant, app, werk1.id);
  grant(tenant, app, 'EAS.AccessAsUser.All');
  return tenant;
}
