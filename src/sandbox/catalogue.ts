import { APPLE_MAIL, EXCHANGE_ONLINE } from '../core/state.ts';
import type { PermissionScope } from './tenant.ts';

export const MICROSOFT_GRAPH = '00000003-0000-0000-c000-000000000000';
/** A look-alike that has nothing to do with Apple Mail but for its name. */
export const LOOK_ALIKE = '3c1d8e0a-52f4-4f0e-9b7d-6a1e0f2c9d44';
export const APPLE_BUSINESS_MANAGER = '9b0f2f31-7c0a-4d0e-8d8e-2f6b1a7c5e90';

export const EAS_SCOPE = '266d2589-20b5-4f91-9a03-89247d1be8da';
export const EWS_SCOPE = '3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5';

/** Tag of everything the Entra admin centre lists under "Enterprise applications". */
export const LISTED_TAG = 'WindowsAzureActiveDirectoryIntegratedApp';
export const HIDE_TAG = 'HideApp';

/** An application that a tenant can have a service principal of: what Entra knows about it by its appId. */
export type CatalogueApp = {
  readonly appId: string;
  readonly displayName: string;
  readonly publisherName: string;
  readonly ownerTenantId: string;
  readonly verifiedPublisher: string | null;
  readonly scopes: readonly PermissionScope[];
};

const MICROSOFT_SERVICES = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';
const APPLE = 'e0fad04c-a04c-41ab-b35e-dc523af755a1';

function scope(id: string, value: string, description: string): PermissionScope {
  return {
    id,
    value,
    type: 'User',
    isEnabled: true,
    adminConsentDisplayName: description,
    adminConsentDescription: description,
    userConsentDisplayName: description,
    userConsentDescription: description,
  };
}

const APPS: readonly CatalogueApp[] = [
  {
    appId: APPLE_MAIL,
    displayName: 'Apple Internet Accounts',
    publisherName: 'Apple Inc.',
    ownerTenantId: APPLE,
    verifiedPublisher: 'Apple Inc.',
    scopes: [],
  },
  {
    appId: EXCHANGE_ONLINE,
    displayName: 'Office 365 Exchange Online',
    publisherName: 'Microsoft Services',
    ownerTenantId: MICROSOFT_SERVICES,
    verifiedPublisher: null,
    scopes: [
      scope(EAS_SCOPE, 'EAS.AccessAsUser.All', 'Access mailboxes via Exchange ActiveSync'),
      scope(EWS_SCOPE, 'EWS.AccessAsUser.All', 'Access mailboxes via Exchange Web Services'),
      scope('1f1a2c5e-2d4b-4a7e-9a53-6c0d4b7e8f01', 'IMAP.AccessAsUser.All', 'Access mailboxes via IMAP'),
      scope('2f2a2c5e-2d4b-4a7e-9a53-6c0d4b7e8f02', 'POP.AccessAsUser.All', 'Access mailboxes via POP'),
    ],
  },
  {
    appId: MICROSOFT_GRAPH,
    displayName: 'Microsoft Graph',
    publisherName: 'Microsoft Services',
    ownerTenantId: MICROSOFT_SERVICES,
    verifiedPublisher: null,
    scopes: [
      // The names exist on this resource too, under other ids: a look-up by name alone picks the wrong API.
      scope(
        'ff91d191-45a0-43fd-b837-bd682c4a0b0f',
        'EAS.AccessAsUser.All',
        'Access mailboxes via ActiveSync',
      ),
      scope('9769c687-087d-48ac-9cb3-c37dde652038', 'EWS.AccessAsUser.All', 'Access mailboxes via EWS'),
      scope('e1fe6dd8-ba31-4d61-89e7-88639da4683d', 'User.Read', 'Sign in and read user profile'),
      scope('37f7f235-527c-4136-accd-4a02d197296e', 'openid', 'Sign users in'),
      scope('14dad69e-099b-42c9-810b-d002981feec1', 'profile', "View users' basic profile"),
      scope('64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0', 'email', "View users' email address"),
      scope('7427e0e9-2fba-42fe-b0c0-848c9e6a8182', 'offline_access', 'Maintain access to data'),
    ],
  },
  {
    appId: LOOK_ALIKE,
    displayName: 'Apple Internet Account',
    publisherName: 'Mail Helper Ltd.',
    ownerTenantId: '5e0c9a4e-1c5b-4ef6-8a55-0b8e4d1c7a21',
    verifiedPublisher: null,
    scopes: [],
  },
  {
    appId: APPLE_BUSINESS_MANAGER,
    displayName: 'Apple Business Manager',
    publisherName: 'Apple Inc.',
    ownerTenantId: APPLE,
    verifiedPublisher: 'Apple Inc.',
    scopes: [],
  },
];

/** The application with that appId, if Entra knows one that other tenants may use. */
export function catalogueApp(appId: string): CatalogueApp | undefined {
  return APPS.find((app) => app.appId === appId.toLowerCase());
}
