import { APPLE_MAIL, DEFAULT_ROLE, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import { APPLE_BUSINESS_MANAGER } from '../../src/sandbox/catalogue.ts';
import { GLOBAL_ADMINISTRATOR, userId } from '../../src/sandbox/directory.ts';
import { type Place, POLICIES } from './route-place.ts';

/** A request of a route that must be answered well. */
export type Asked = {
  readonly path: string;
  readonly body?: { readonly [name: string]: unknown };
  /** An advanced query: it is refused without `ConsistencyLevel: eventual`. */
  readonly eventual?: true;
};

type Ask = (place: Place) => Asked;

const get =
  (path: (place: Place) => string): Ask =>
  (place) => ({ path: path(place) });
const advanced =
  (path: (place: Place) => string): Ask =>
  (place) => ({ path: path(place), eventual: true });
const CONDITION = { permissionType: 'delegated', resourceApplication: EXCHANGE_ONLINE };

/** Members of a group, by the namespace that a cast is spelled with. */
function members(namespace: string): { readonly [route: string]: Ask } {
  return {
    [`GET /groups/*/members/${namespace}.user`]: advanced(
      ({ group }) => `/groups/${group}/members/${namespace}.user?$count=true`,
    ),
    [`GET /groups/*/members/${namespace}.group`]: advanced(
      ({ group }) => `/groups/${group}/members/${namespace}.group?$count=true`,
    ),
    [`GET /groups/*/members/${namespace}.user/$count`]: advanced(
      ({ group }) => `/groups/${group}/members/${namespace}.user/$count`,
    ),
    [`GET /groups/*/members/${namespace}.group/$count`]: advanced(
      ({ group }) => `/groups/${group}/members/${namespace}.group/$count`,
    ),
    [`GET /groups/*/transitiveMembers/${namespace}.user`]: advanced(
      ({ group }) => `/groups/${group}/transitiveMembers/${namespace}.user?$count=true`,
    ),
    [`GET /users/*/memberOf/${namespace}.group`]: advanced(
      ({ user }) => `/users/${user}/memberOf/${namespace}.group?$count=true`,
    ),
  };
}

/** The conditions of a consent policy, of either kind. */
function conditions(kind: 'includes' | 'excludes'): { readonly [route: string]: Ask } {
  const one = (place: Place) => (kind === 'includes' ? place.include : place.exclude);
  return {
    [`GET ${POLICIES}/*/${kind}`]: get(() => `${POLICIES}/mine/${kind}`),
    [`POST ${POLICIES}/*/${kind}`]: () => ({ path: `${POLICIES}/mine/${kind}`, body: CONDITION }),
    [`DELETE ${POLICIES}/*/${kind}/*`]: get((place) => `${POLICIES}/mine/${kind}/${one(place)}`),
  };
}

/** One good request of every route of the sandbox. A new route is added here by hand. */
export const REQUESTS: { readonly [route: string]: Ask } = {
  'GET /servicePrincipals': get(() => '/servicePrincipals'),
  'POST /servicePrincipals': () => ({
    path: '/servicePrincipals',
    body: {
      appId: APPLE_BUSINESS_MANAGER,
      accountEnabled: true,
      appRoleAssignmentRequired: true,
      tags: ['HideApp'],
    },
  }),
  'GET /servicePrincipals/*': get(() => `/servicePrincipals(appId='${APPLE_MAIL}')`),
  'PATCH /servicePrincipals/*': ({ app }) => ({
    path: `/servicePrincipals/${app}`,
    body: { appRoleAssignmentRequired: false, tags: [], notes: null },
  }),
  'DELETE /servicePrincipals/*': get(({ app }) => `/servicePrincipals/${app}`),
  'GET /servicePrincipals/*/appRoleAssignedTo': get(
    ({ app }) => `/servicePrincipals/${app}/appRoleAssignedTo`,
  ),
  'POST /servicePrincipals/*/appRoleAssignedTo': ({ app, tenant }) => ({
    path: `/servicePrincipals/${app}/appRoleAssignedTo`,
    body: { principalId: userId(tenant, 'sales-002'), resourceId: app, appRoleId: DEFAULT_ROLE },
  }),
  'GET /servicePrincipals/*/appRoleAssignedTo/$count': advanced(
    ({ app }) => `/servicePrincipals/${app}/appRoleAssignedTo/$count`,
  ),
  'GET /servicePrincipals/*/appRoleAssignedTo/*': get(
    ({ app, assignment }) => `/servicePrincipals/${app}/appRoleAssignedTo/${assignment}`,
  ),
  'DELETE /servicePrincipals/*/appRoleAssignedTo/*': get(
    ({ app, assignment }) => `/servicePrincipals/${app}/appRoleAssignedTo/${assignment}`,
  ),
  'GET /servicePrincipals/*/oauth2PermissionGrants': get(
    ({ app }) => `/servicePrincipals/${app}/oauth2PermissionGrants`,
  ),
  'GET /servicePrincipals/*/delegatedPermissionClassifications': get(
    ({ exchange }) => `/servicePrincipals/${exchange}/delegatedPermissionClassifications`,
  ),
  'POST /servicePrincipals/*/delegatedPermissionClassifications': ({ graph }) => ({
    path: `/servicePrincipals/${graph}/delegatedPermissionClassifications`,
    body: {
      permissionId: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
      permissionName: 'User.Read',
      classification: 'low',
    },
  }),
  'DELETE /servicePrincipals/*/delegatedPermissionClassifications/*': get(
    ({ exchange, classification }) =>
      `/servicePrincipals/${exchange}/delegatedPermissionClassifications/${classification}`,
  ),
  'GET /directory/deletedItems/microsoft.graph.servicePrincipal': get(
    () => '/directory/deletedItems/microsoft.graph.servicePrincipal',
  ),
  'GET /directory/deletedItems/graph.servicePrincipal': get(
    () => '/directory/deletedItems/graph.servicePrincipal',
  ),
  'GET /oauth2PermissionGrants': get(() => '/oauth2PermissionGrants'),
  'POST /oauth2PermissionGrants': ({ app, exchange, tenant }) => ({
    path: '/oauth2PermissionGrants',
    body: {
      clientId: app,
      consentType: 'Principal',
      principalId: userId(tenant, 'sales-002'),
      resourceId: exchange,
      scope: 'EAS.AccessAsUser.All',
    },
  }),
  'GET /oauth2PermissionGrants/*': get(({ grant }) => `/oauth2PermissionGrants/${grant}`),
  'PATCH /oauth2PermissionGrants/*': ({ grant }) => ({
    path: `/oauth2PermissionGrants/${grant}`,
    body: { scope: 'EWS.AccessAsUser.All' },
  }),
  'DELETE /oauth2PermissionGrants/*': get(({ grant }) => `/oauth2PermissionGrants/${grant}`),
  'GET /policies/authorizationPolicy': get(() => '/policies/authorizationPolicy'),
  'PATCH /policies/authorizationPolicy': () => ({
    path: '/policies/authorizationPolicy',
    body: {
      defaultUserRolePermissions: { permissionGrantPoliciesAssigned: ['ManagePermissionGrantsForSelf.mine'] },
    },
  }),
  [`GET ${POLICIES}`]: get(() => POLICIES),
  [`POST ${POLICIES}`]: () => ({
    path: POLICIES,
    body: { id: 'other', displayName: 'Other', description: 'Other' },
  }),
  [`GET ${POLICIES}/*`]: get(() => `${POLICIES}/mine`),
  [`PATCH ${POLICIES}/*`]: () => ({ path: `${POLICIES}/mine`, body: { displayName: 'Yours' } }),
  [`DELETE ${POLICIES}/*`]: get(() => `${POLICIES}/mine`),
  ...conditions('includes'),
  ...conditions('excludes'),
  'GET /policies/identitySecurityDefaultsEnforcementPolicy': get(
    () => '/policies/identitySecurityDefaultsEnforcementPolicy',
  ),
  'GET /identity/conditionalAccess/policies': get(() => '/identity/conditionalAccess/policies'),
  'POST /identity/conditionalAccess/evaluate': ({ user }) => ({
    path: '/identity/conditionalAccess/evaluate',
    body: {
      signInIdentity: { '@odata.type': '#microsoft.graph.userSignIn', userId: user },
      signInContext: {
        '@odata.type': '#microsoft.graph.applicationContext',
        includeApplications: [EXCHANGE_ONLINE],
      },
      signInConditions: { devicePlatform: 'iOS', clientAppType: 'mobileAppsAndDesktopClients' },
      appliedPoliciesOnly: true,
    },
  }),
  'GET /groups': get(() => '/groups'),
  'GET /groups/*': get(({ group }) => `/groups/${group}`),
  'GET /groups/*/members': get(({ group }) => `/groups/${group}/members`),
  'GET /groups/*/transitiveMembers': get(({ group }) => `/groups/${group}/transitiveMembers`),
  'GET /groups/*/members/$count': advanced(({ group }) => `/groups/${group}/members/$count`),
  'GET /groups/*/transitiveMembers/$count': advanced(
    ({ group }) => `/groups/${group}/transitiveMembers/$count`,
  ),
  ...members('graph'),
  ...members('microsoft.graph'),
  'GET /groups/*/appRoleAssignments': get(({ group }) => `/groups/${group}/appRoleAssignments`),
  'GET /users': get(() => '/users'),
  'GET /users/*': get(({ user }) => `/users/${user}`),
  'GET /users/*/transitiveMemberOf': get(({ user }) => `/users/${user}/transitiveMemberOf`),
  'GET /users/*/oauth2PermissionGrants': get(({ user }) => `/users/${user}/oauth2PermissionGrants`),
  'GET /users/*/appRoleAssignments': get(({ user }) => `/users/${user}/appRoleAssignments`),
  'GET /directoryRoles/*/members': get(
    () => `/directoryRoles(roleTemplateId='${GLOBAL_ADMINISTRATOR}')/members`,
  ),
  'GET /subscribedSkus': get(() => '/subscribedSkus'),
  'GET /auditLogs/directoryAudits': get(() => '/auditLogs/directoryAudits'),
  'GET /auditLogs/signIns': get(() => '/auditLogs/signIns'),
  'POST /directoryObjects/getByIds': ({ app, group, user }) => ({
    path: '/directoryObjects/getByIds',
    body: { ids: [app, group, user] },
  }),
};
