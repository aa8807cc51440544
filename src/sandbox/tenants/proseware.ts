import { addGroup, addPeople, newTenant } from '../directory.ts';
import { addGatedAppleMail, assign, grant } from '../enterprise-app.ts';
import type { Tenant } from '../tenant.ts';

/** The school district: 24,000 people, dynamic groups, throttling, and a reader that may not see the consent setting. */
export function proseware(): Tenant {
  const tenant = newTenant('proseware', {
    licences: ['M365EDU_A3_FACULTY'],
    userConsent: ['microsoft-user-default-recommended'],
  });
  tenant.settings.refuse = ['/policies/authorizationPolicy', '/identity/conditionalAccess'];
  tenant.settings.throttle = { remaining: 2, retryAfter: 1, where: 'exchange' };
  const app = addGatedAppleMail(tenant);
  const dynamic = (position: string) => ({
    groupTypes: ['DynamicMembership'],
    membershipRule: `user.jobTitle -eq "${position}"`,
  });
  const staff = addGroup(tenant, 'DYN-Staff', addPeople(tenant, 'staff', 1_494, 5), dynamic('Staff'));
  const students = addPeople(tenant, 'student', 22_500, 5);
  addGroup(tenant, 'DYN-Students', students, dynamic('Student'));
  const allowed = addGroup(tenant, 'SG-iOS-Mail-Students', students.slice(0, 19_000));
  assign(tenant, app, staff.id);
  assign(tenant, app, allowed.id);
  grant(tenant, app, 'EAS.AccessAsUser.All EWS.AccessAsUser.All');
  return tenant;
}
