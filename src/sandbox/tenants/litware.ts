import { mobileOnly } from '../conditional-access.ts';
import { addGroup, addPeople, addSignIn, addUser, fillUp, newTenant } from '../directory.ts';
import { addGatedAppleMail, assign, grant } from '../enterprise-app.ts';
import type { Tenant } from '../tenant.ts';

export const LITWARE_VIPS = ['ceo@litware.example', 'cfo@litware.example'] as const;
/** The people behind the four dated exceptions. */
export const LITWARE_EXCEPTIONS = [1, 2, 3, 4].map((each) => `trial-000${each}@litware.example`);

/** The regulated one: 2,400 people, exceptions with dates, people who must never lose mail. */
export function litware(): Tenant {
  const tenant = newTenant('litware', { licences: ['SPE_E5'], userConsent: [] });
  const app = addGatedAppleMail(tenant);
  const groups = [
    addGroup(tenant, 'SG-iOS-Mail-Pharma', addPeople(tenant, 'pharma', 640, 4)),
    addGroup(tenant, 'SG-iOS-Mail-Lab', addPeople(tenant, 'lab', 220, 4)),
    addGroup(tenant, 'SG-iOS-Mail-QA', addPeople(tenant, 'qa', 90, 4)),
  ];
  for (const group of groups) assign(tenant, app, group.id);
  const vips = [addUser(tenant, 'ceo', 'Vorstand Vorsitz'), addUser(tenant, 'cfo', 'Vorstand Finanzen')];
  for (const vip of vips) assign(tenant, app, vip.id);
  for (const id of addPeople(tenant, 'trial', 4, 4)) assign(tenant, app, id);
  addSignIn(tenant, 'trial-0001', '2026-11-19T06:41:03Z');
  addSignIn(tenant, 'ceo', '2026-11-20T17:12:44Z');
  grant(tenant, app, 'EAS.AccessAsUser.All EWS.AccessAsUser.All');
  fillUp(tenant, 2_400, 'staff', 4);
  // The first is void since 2026-06-30, when approved client apps stopped being enforced; the second is not.
  tenant.conditionalAccess.push(
    mobileOnly('CA201 Approved client app', ['approvedApplication']),
    mobileOnly('CA202 Compliant device', ['compliantDevice'], {
      conditions: {
        users: { includeUsers: ['All'], excludeGroups: [groups[1]?.id ?? ''] },
        applications: ['Office365'],
        clientAppTypes: ['all'],
      },
    }),
  );
  return tenant;
}
