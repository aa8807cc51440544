import { APPLE_MAIL } from '../../src/core/state.ts';
import { HIDE_TAG, LISTED_TAG } from '../../src/sandbox/catalogue.ts';
import { addGroup, addUser, groupId, newTenant, userId } from '../../src/sandbox/directory.ts';
import { addServicePrincipal, assign, grant } from '../../src/sandbox/enterprise-app.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';

/** What the user consent settings may say, in Microsoft's own policy ids. */
export const CONSENT = {
  none: [],
  lowImpact: ['microsoft-user-default-low'],
  microsoftManaged: ['microsoft-user-default-recommended'],
  microsoftManagedMailClients: [
    'microsoft-user-default-recommended',
    'microsoft-user-default-allow-consent-apps',
  ],
  allApps: ['microsoft-user-default-legacy'],
} as const;

/** Both mail scopes, as one grant spells them. */
export const MAIL = 'EAS.AccessAsUser.All EWS.AccessAsUser.All';

/** A small tenant in a few lines. People and groups are told by name; nobody is in a group that does not say so. */
type Sketch = {
  /** `anna` becomes anna@woodgrove.example. */
  readonly people: readonly string[];
  /** The direct members of each group. */
  readonly groups?: { readonly [name: string]: readonly string[] };
  /** Whether groups may be assigned: Microsoft Entra ID P1; default: yes. */
  readonly premium?: boolean;
  readonly userConsent: readonly string[];
  readonly app:
    | 'absent'
    | {
        readonly enabled?: boolean;
        readonly required?: boolean;
        readonly hidden?: boolean;
        /** Users and groups of the app. */
        readonly assigned?: readonly string[];
        /** The scopes everybody was granted. */
        readonly tenantWide?: string;
        /** People who consented for themselves; Entra assigned them as well. */
        readonly consented?: readonly string[];
      };
};

/** The tenant woodgrove, as sketched: every hand-made scenario is about it, so that policies differ in what they mean only. */
export function woodgrove({ people, groups = {}, premium = true, userConsent, app }: Sketch): Tenant {
  const tenant = newTenant('woodgrove', {
    licences: [premium ? 'SPB' : 'O365_BUSINESS_PREMIUM'],
    userConsent,
  });
  for (const name of people) addUser(tenant, name, name);
  for (const [name, members] of Object.entries(groups)) {
    addGroup(
      tenant,
      name,
      members.map((member) => userId(tenant, member)),
    );
  }
  if (app === 'absent') return tenant;
  const { enabled = true, required = false, hidden = false, assigned = [], tenantWide, consented = [] } = app;
  const apple = addServicePrincipal(tenant, APPLE_MAIL, {
    accountEnabled: enabled,
    appRoleAssignmentRequired: required,
    tags: hidden ? [LISTED_TAG, HIDE_TAG] : [LISTED_TAG],
  });
  for (const name of [...assigned, ...consented]) assign(tenant, apple, principalId(tenant, name));
  if (tenantWide !== undefined) grant(tenant, apple, tenantWide);
  for (const name of consented) grant(tenant, apple, ` ${MAIL}`, userId(tenant, name));
  return tenant;
}

/** The object id of a group or a person of the tenant. */
export function principalId(tenant: Tenant, name: string): string {
  const group = groupId(tenant, name);
  return tenant.groups.has(group) ? group : userId(tenant, name);
}
