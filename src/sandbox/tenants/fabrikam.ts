import { APPLE_MAIL } from '../../core/state.ts';
import { MICROSOFT_GRAPH } from '../catalogue.ts';
import { addGroup, addPeople, fillUp, newTenant, userId } from '../directory.ts';
import { addServicePrincipal, assign, classifyLow, grant } from '../enterprise-app.ts';
import type { Tenant } from '../tenant.ts';

export const FABRIKAM_GROUPS = [
  'SG-iOS-Mail-Pilot',
  'SG-iOS-Mail-HQ',
  'SG-iOS-Mail-Field',
  'SG-Mobile-All',
] as const;

/** The enterprise: 6,800 people, the app open, ten years of habits. */
export function fabrikam(): Tenant {
  const tenant = newTenant('fabrikam', { licences: ['SPE_E5'], userConsent: ['microsoft-user-default-low'] });
  const app = addServicePrincipal(tenant, APPLE_MAIL);
  classifyLow(tenant, ['User.Read', 'openid', 'profile', 'email']);
  const it = addPeople(tenant, 'it', 6, 4);
  const hq = addPeople(tenant, 'hq', 900, 4);
  const field = addPeople(tenant, 'field', 1_200, 4);
  const former = addPeople(tenant, 'former', 140, 4);
  for (const id of former) {
    const user = tenant.users.get(id);
    if (user) user.accountEnabled = false;
  }
  const regions = ['North', 'South', 'East', 'West'].map((region) => {
    const members = addPeople(tenant, region.toLowerCase(), 120, 4);
    return addGroup(tenant, `SG-Mobile-${region}`, members).id;
  });
  const [pilotName, hqName, fieldName, allName] = FABRIKAM_GROUPS;
  const pilot = addGroup(tenant, pilotName, hq.slice(0, 40));
  addGroup(tenant, hqName, hq);
  const rule = 'user.department -eq "Field"';
  addGroup(tenant, fieldName, field, { groupTypes: ['DynamicMembership'], membershipRule: rule });
  const all = addGroup(tenant, allName, [...it.slice(0, 3), ...regions]);
  addGroup(tenant, 'SG-Role-Mobile-Admins', it, { isAssignableToRole: true });
  addGroup(tenant, 'M365-Mobile-Community', hq.slice(100, 150), {
    securityEnabled: false,
    mailEnabled: true,
    groupTypes: ['Unified'],
  });
  fillUp(tenant, 6_800, 'office', 4);

  assign(tenant, app, pilot.id);
  assign(tenant, app, all.id);
  for (const id of field.slice(0, 260)) assign(tenant, app, id);

  grant(tenant, app, 'IMAP.AccessAsUser.All EWS.AccessAsUser.All EAS.AccessAsUser.All');
  grant(tenant, app, 'User.Read openid profile', null, MICROSOFT_GRAPH);
  const active = [...field, ...hq.slice(0, 525)];
  const deleted = Array.from({ length: 35 }, (_, at) => userId(tenant, `deleted-${at}`));
  for (const id of [...active, ...former, ...deleted]) {
    grant(tenant, app, ' EAS.AccessAsUser.All EWS.AccessAsUser.All', id);
  }
  return tenant;
}
