import { APPLE_MAIL, EXCHANGE_ONLINE } from '../../core/state.ts';
import {
  APPLE_BUSINESS_MANAGER,
  EAS_SCOPE,
  EWS_SCOPE,
  LISTED_TAG,
  LOOK_ALIKE,
  MICROSOFT_GRAPH,
} from '../catalogue.ts';
import { mobileOnly } from '../conditional-access.ts';
import { conditionSet } from '../consent-policies.ts';
import {
  addGroup,
  addGuest,
  addPeople,
  addSignIn,
  fillUp,
  groupId,
  newTenant,
  userId,
} from '../directory.ts';
import { addGatedAppleMail, addServicePrincipal, assign, grant } from '../enterprise-app.ts';
import { guid } from '../ids.ts';
import type { Tenant } from '../tenant.ts';

export const TAILSPIN_POLICY = 'native-mail-apple';

/** The busy one: 1,300 people, ghosts, look-alikes, guests, and a help desk that edits in the portal. */
export function tailspin(): Tenant {
  const tenant = newTenant('tailspin', {
    licences: ['ENTERPRISEPACK', 'AAD_PREMIUM'],
    userConsent: [TAILSPIN_POLICY],
  });
  const app = addGatedAppleMail(tenant);
  addOlderCopy(tenant);
  addServicePrincipal(tenant, LOOK_ALIKE);
  addServicePrincipal(tenant, APPLE_BUSINESS_MANAGER);
  addAppleOnlyPolicy(tenant);

  const agents = addPeople(tenant, 'agent', 200, 4);
  const office = addPeople(tenant, 'office', 40, 4);
  const travel = addGroup(tenant, 'SG-iOS-Mail-Travel', agents.slice(0, 180));
  addGroup(tenant, 'SG-iOS-Mail-Office', office);
  for (let each = 1; each <= 6; each++)
    assign(tenant, app, addGuest(tenant, `guide-00${each}`, 'partner.example').id);
  fillUp(tenant, 1_298, 'staff', 4);
  addPeople(tenant, 'helpdesk', 2, 2);

  assign(tenant, app, travel.id);
  assign(tenant, app, userId(tenant, 'agent-0001'));
  assign(tenant, app, userId(tenant, 'agent-0200'), undefined, '2026-11-23T16:42:10Z');
  assign(tenant, app, groupId(tenant, 'SG-iOS-Mail-Season'), {
    principalType: 'Group',
    principalDisplayName: 'SG-iOS-Mail-Season',
  });
  assign(tenant, app, userId(tenant, 'agent-0999'), {
    principalType: 'User',
    principalDisplayName: 'agent-0999',
  });
  grant(tenant, app, 'EAS.AccessAsUser.All EWS.AccessAsUser.All');
  addConditionalAccess(tenant);
  addSignIns(tenant);
  return tenant;
}

/** Block policies of somebody else: one for an office on the iPhone, one that only reports. */
function addConditionalAccess(tenant: Tenant): void {
  const conditions = {
    users: {
      includeGroups: [groupId(tenant, 'SG-iOS-Mail-Office')],
      excludeUsers: [userId(tenant, 'office-0002')],
    },
    applications: [EXCHANGE_ONLINE],
    clientAppTypes: ['mobileAppsAndDesktopClients', 'exchangeActiveSync'],
    platforms: ['iOS'],
  };
  tenant.conditionalAccess.push(
    mobileOnly('CA101 Office: no native mail', ['block'], { conditions }),
    mobileOnly('CA102 Everybody: no native mail (trial)', ['block'], {
      state: 'enabledForReportingButNotEnforced',
    }),
  );
}

/** One came often, one long ago, one was never let in, and the rest was not seen. */
function addSignIns(tenant: Tenant): void {
  addSignIn(tenant, 'agent-0200', '2026-11-03T07:15:00Z');
  addSignIn(tenant, 'agent-0200', '2026-11-22T18:02:31Z');
  addSignIn(tenant, 'agent-0001', '2026-11-21T08:00:00Z');
  addSignIn(tenant, 'guide-001_partner.example#EXT#', '2026-11-10T12:30:00Z');
  addSignIn(tenant, 'guide-002_partner.example#EXT#', '2026-11-23T09:00:00Z', 50105);
  addSignIn(tenant, 'guide-003_partner.example#EXT#', '2026-10-20T09:00:00Z');
}

function addOlderCopy(tenant: Tenant): void {
  const id = guid(tenant.name, 'servicePrincipal', APPLE_MAIL, 'older copy');
  tenant.deletedItems.set(id, {
    id,
    appId: APPLE_MAIL,
    displayName: 'iOS Accounts',
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    tags: [LISTED_TAG],
    notes: null,
    appRoles: [],
    deletedDateTime: '2026-11-05T09:30:00Z',
  });
}

function addAppleOnlyPolicy(tenant: Tenant): void {
  const graphScopes = [
    'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
    '37f7f235-527c-4136-accd-4a02d197296e',
    '14dad69e-099b-42c9-810b-d002981feec1',
    '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0',
    '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
  ];
  tenant.permissionGrantPolicies.set(TAILSPIN_POLICY, {
    id: TAILSPIN_POLICY,
    displayName: 'Native mail: Apple',
    description: 'Users may consent to Apple Mail and nothing else.',
    includes: [
      conditionSet(guid(tenant.name, 'include', 'exchange'), {
        resourceApplication: EXCHANGE_ONLINE,
        permissions: [EAS_SCOPE, EWS_SCOPE],
        clientApplicationIds: [APPLE_MAIL],
      }),
      conditionSet(guid(tenant.name, 'include', 'graph'), {
        resourceApplication: MICROSOFT_GRAPH,
        permissions: graphScopes,
        clientApplicationIds: [APPLE_MAIL],
      }),
    ],
    excludes: [],
  });
}
