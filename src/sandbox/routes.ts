import type { Answer } from './answers.ts';
import * as may from './permissions.ts';
import type { GraphRequest } from './request.ts';
import * as assignments from './resources/assignments.ts';
import * as authorization from './resources/authorization-policy.ts';
import * as classifications from './resources/classifications.ts';
import * as conditional from './resources/conditional-access.ts';
import * as directory from './resources/directory.ts';
import * as audits from './resources/directory-audits.ts';
import * as grants from './resources/grants.ts';
import * as groups from './resources/groups.ts';
import * as grantPolicies from './resources/permission-grant-policies.ts';
import * as applications from './resources/service-principals.ts';
import * as signIns from './resources/sign-ins.ts';
import * as users from './resources/users.ts';

export type Route = {
  readonly method: string;
  /** Segments; `*` is a variable. An alternate key is a segment of its own. */
  readonly pattern: readonly string[];
  readonly allowed: may.Allowed;
  readonly handle: (request: GraphRequest) => Answer;
};

function route(method: string, path: string, allowed: may.Allowed, handle: Route['handle']): Route {
  return { method, pattern: path.toLowerCase().split('/').slice(1), allowed, handle };
}

const CLASSIFICATIONS = '/servicePrincipals/*/delegatedPermissionClassifications';
const POLICIES = '/policies/permissionGrantPolicies';

/** Everything the sandbox answers, and who may ask. */
export const ROUTES: readonly Route[] = [
  route('GET', '/servicePrincipals', may.READ_APPLICATIONS, applications.listApplications),
  route('POST', '/servicePrincipals', may.CREATE_APPLICATIONS, applications.createApplication),
  route('GET', '/servicePrincipals/*', may.READ_APPLICATIONS, applications.getApplication),
  route('PATCH', '/servicePrincipals/*', may.WRITE_APPLICATIONS, applications.updateApplication),
  route('DELETE', '/servicePrincipals/*', may.WRITE_APPLICATIONS, applications.deleteApplication),
  route('GET', '/servicePrincipals/*/appRoleAssignedTo', may.READ_APPLICATIONS, assignments.listAssignedTo),
  route(
    'POST',
    '/servicePrincipals/*/appRoleAssignedTo',
    may.CREATE_ASSIGNMENTS,
    assignments.createAssignment,
  ),
  route(
    'GET',
    '/servicePrincipals/*/appRoleAssignedTo/$count',
    may.READ_APPLICATIONS,
    assignments.countAssignedTo,
  ),
  route('GET', '/servicePrincipals/*/appRoleAssignedTo/*', may.READ_APPLICATIONS, assignments.getAssignedTo),
  route(
    'DELETE',
    '/servicePrincipals/*/appRoleAssignedTo/*',
    may.DELETE_ASSIGNMENTS,
    assignments.deleteAssignment,
  ),
  route('GET', '/servicePrincipals/*/oauth2PermissionGrants', may.READ_GRANTS, grants.listGrantsOfClient),
  route('GET', CLASSIFICATIONS, may.READ_APPLICATIONS, classifications.listClassifications),
  route('POST', CLASSIFICATIONS, may.WRITE_GRANT_POLICIES, classifications.createClassification),
  route('DELETE', `${CLASSIFICATIONS}/*`, may.WRITE_GRANT_POLICIES, classifications.deleteClassification),
  route(
    'GET',
    '/directory/deletedItems/microsoft.graph.servicePrincipal',
    may.READ_APPLICATIONS,
    applications.listDeletedApplications,
  ),
  route(
    'GET',
    '/directory/deletedItems/graph.servicePrincipal',
    may.READ_APPLICATIONS,
    applications.listDeletedApplications,
  ),

  route('GET', '/oauth2PermissionGrants', may.READ_GRANTS, grants.listGrants),
  route('POST', '/oauth2PermissionGrants', may.WRITE_GRANTS, grants.createGrant),
  route('GET', '/oauth2PermissionGrants/*', may.READ_GRANTS, grants.getGrant),
  route('PATCH', '/oauth2PermissionGrants/*', may.WRITE_GRANTS, grants.updateGrant),
  route('DELETE', '/oauth2PermissionGrants/*', may.WRITE_GRANTS, grants.deleteGrant),

  route('GET', '/policies/authorizationPolicy', may.READ_AUTHORIZATION, authorization.getAuthorizationPolicy),
  route(
    'PATCH',
    '/policies/authorizationPolicy',
    may.WRITE_AUTHORIZATION,
    authorization.updateAuthorizationPolicy,
  ),
  route('GET', POLICIES, may.READ_GRANT_POLICIES, grantPolicies.listPolicies),
  route('POST', POLICIES, may.WRITE_GRANT_POLICIES, grantPolicies.createPolicy),
  route('GET', `${POLICIES}/*`, may.READ_GRANT_POLICIES, grantPolicies.getPolicy),
  route('PATCH', `${POLICIES}/*`, may.WRITE_GRANT_POLICIES, grantPolicies.updatePolicy),
  route('DELETE', `${POLICIES}/*`, may.WRITE_GRANT_POLICIES, grantPolicies.deletePolicy),
  ...(['includes', 'excludes'] as const).flatMap((kind) => [
    route('GET', `${POLICIES}/*/${kind}`, may.READ_GRANT_POLICIES, grantPolicies.listConditions(kind)),
    route('POST', `${POLICIES}/*/${kind}`, may.WRITE_GRANT_POLICIES, grantPolicies.createCondition(kind)),
    route('DELETE', `${POLICIES}/*/${kind}/*`, may.WRITE_GRANT_POLICIES, grantPolicies.deleteCondition(kind)),
  ]),

  route(
    'GET',
    '/policies/identitySecurityDefaultsEnforcementPolicy',
    may.READ_CONDITIONAL_ACCESS,
    conditional.getSecurityDefaults,
  ),
  route(
    'GET',
    '/identity/conditionalAccess/policies',
    may.READ_CONDITIONAL_ACCESS,
    conditional.listConditionalAccess,
  ),
  route(
    'POST',
    '/identity/conditionalAccess/evaluate',
    may.ASK_WHAT_IF,
    conditional.evaluateConditionalAccess,
  ),

  route('GET', '/groups', may.READ_GROUPS, groups.listGroups),
  route('GET', '/groups/*', may.READ_GROUPS, groups.getGroup),
  route('GET', '/groups/*/members', may.READ_GROUPS, groups.listMembers(false)),
  route('GET', '/groups/*/transitiveMembers', may.READ_GROUPS, groups.listMembers(true)),
  route('GET', '/groups/*/members/$count', may.READ_GROUPS, groups.countMembers('any', false)),
  route('GET', '/groups/*/transitiveMembers/$count', may.READ_GROUPS, groups.countMembers('any', true)),
  ...['graph', 'microsoft.graph'].flatMap((namespace) => [
    route('GET', `/groups/*/members/${namespace}.user`, may.READ_GROUPS, groups.listMembersOf('user', false)),
    route(
      'GET',
      `/groups/*/members/${namespace}.group`,
      may.READ_GROUPS,
      groups.listMembersOf('group', false),
    ),
    route(
      'GET',
      `/groups/*/members/${namespace}.user/$count`,
      may.READ_GROUPS,
      groups.countMembers('user', false),
    ),
    route(
      'GET',
      `/groups/*/members/${namespace}.group/$count`,
      may.READ_GROUPS,
      groups.countMembers('group', false),
    ),
    route(
      'GET',
      `/groups/*/transitiveMembers/${namespace}.user`,
      may.READ_GROUPS,
      groups.listMembersOf('user', true),
    ),
  ]),
  route('GET', '/groups/*/appRoleAssignments', may.READ_PRINCIPAL_ASSIGNMENTS, assignments.listOfGroup),

  route('GET', '/users', may.READ_USERS, users.listUsers),
  route('GET', '/users/*', may.READ_USERS, users.getUser),
  route('GET', '/users/*/memberOf/graph.group', may.READ_GROUPS, groups.listGroupsOfUser),
  route('GET', '/users/*/memberOf/microsoft.graph.group', may.READ_GROUPS, groups.listGroupsOfUser),
  route('GET', '/users/*/transitiveMemberOf', may.READ_GROUPS, groups.listAllGroupsOfUser),
  route('GET', '/users/*/oauth2PermissionGrants', may.READ_GRANTS, grants.listGrantsOfUser),
  route('GET', '/users/*/appRoleAssignments', may.READ_PRINCIPAL_ASSIGNMENTS, assignments.listOfUser),

  route('GET', '/directoryRoles/*/members', may.READ_ROLES, directory.listRoleMembers),
  route('GET', '/subscribedSkus', may.READ_LICENCES, directory.listSkus),
  route('GET', '/auditLogs/directoryAudits', may.READ_LOGS, audits.listDirectoryAudits),
  route('GET', '/auditLogs/signIns', may.READ_LOGS, signIns.listSignIns),
  route('POST', '/directoryObjects/getByIds', may.READ_ANY, directory.getByIds),
];

const BY_SHAPE = new Map<string, Route[]>();
for (const each of ROUTES) {
  const key = `${each.method} ${each.pattern.length}`;
  BY_SHAPE.set(key, [...(BY_SHAPE.get(key) ?? []), each]);
}

/** The segments of a path, decoded; `name(key='value')` makes two. */
export function segmentsOf(path: string): string[] {
  return path
    .split('/')
    .filter(Boolean)
    .flatMap((encoded) => {
      const text = decoded(encoded);
      const keyed = /^([A-Za-z0-9]+)(\([A-Za-z]+='.*'\))$/.exec(text);
      return keyed ? [keyed[1] ?? '', keyed[2] ?? ''] : [text];
    });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The route of a request and its variables. Fixed names win over variables, in the order of the table. */
export function findRoute(
  method: string,
  segments: readonly string[],
): { readonly route: Route; readonly params: string[] } | undefined {
  const lower = segments.map((each) => each.toLowerCase());
  for (const candidate of BY_SHAPE.get(`${method} ${segments.length}`) ?? []) {
    const { pattern } = candidate;
    if (!pattern.every((part, at) => part === '*' || part === lower[at])) continue;
    return { route: candidate, params: segments.filter((_, at) => pattern[at] === '*') };
  }
  return undefined;
}

/** Whether any route has this path's first segment: unknown ones answer differently. */
export function isKnownRoot(segments: readonly string[]): boolean {
  const root = segments[0]?.toLowerCase();
  return ROUTES.some((each) => each.pattern[0] === root);
}
