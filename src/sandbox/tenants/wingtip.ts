import { APPLE_MAIL } from '../../core/state.ts';
import { addGroup, addPeople, fillUp, newTenant } from '../directory.ts';
import { addServicePrincipal, assign, grant } from '../enterprise-app.ts';
import type { Tenant } from '../tenant.ts';

/** A new tenant: 75 people, no P1, the app came by user consent, and Microsoft manages the consent setting. */
export function wingtip(): Tenant {
  const tenant = newTenant('wingtip', {
    licences: ['O365_BUSINESS_PREMIUM'],
    userConsent: ['microsoft-user-default-recommended', 'microsoft-user-default-allow-consent-apps'],
  });
  tenant.settings.discardConsentWrites = true;
  const app = addServicePrincipal(tenant, APPLE_MAIL);
  const sales = addPeople(tenant, 'sales', 25);
  const design = addPeople(tenant, 'design', 5);
  addGroup(tenant, 'SG-iOS-Mail', sales);
  for (const id of [...sales.slice(0, 20), ...design.slice(0, 2)]) {
    assign(tenant, app, id);
    grant(tenant, app, ' EAS.AccessAsUser.All EWS.AccessAsUser.All', id);
  }
  fillUp(tenant, 75);
  return tenant;
}
