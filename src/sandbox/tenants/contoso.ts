import { MICROSOFT_GRAPH } from '../catalogue.ts';
import { addGroup, addGuest, addPeople, fillUp, newTenant } from '../directory.ts';
import { addGatedAppleMail, assign, grant } from '../enterprise-app.ts';
import type { Tenant } from '../tenant.ts';

export const CONTOSO_GROUPS = ['SG-iOS-Mail-IT', 'SG-iOS-Mail-Sales', 'SG-iOS-Mail-Management'] as const;
export const CONTOSO_GUEST = 'partner-001_fabrikam.example#EXT#@contoso.example';

/** The reference: 240 people, P1, everything as a careful administrator wants it. */
export function contoso(): Tenant {
  const tenant = newTenant('contoso', { licences: ['SPB'], userConsent: [] });
  const app = addGatedAppleMail(tenant);
  const it = addPeople(tenant, 'it', 12);
  const sales = addPeople(tenant, 'sales', 59);
  sales.push(addGuest(tenant, 'partner-001', 'fabrikam.example').id);
  const management = addPeople(tenant, 'management', 9);
  const [itGroup, salesGroup, managementGroup] = CONTOSO_GROUPS;
  assign(tenant, app, addGroup(tenant, itGroup, it).id);
  assign(tenant, app, addGroup(tenant, salesGroup, sales).id);
  assign(tenant, app, addGroup(tenant, managementGroup, management).id);
  // Consent screens write a leading blank.
  grant(tenant, app, ' EAS.AccessAsUser.All EWS.AccessAsUser.All');
  grant(tenant, app, 'User.Read', null, MICROSOFT_GRAPH);
  fillUp(tenant, 240);
  return tenant;
}
