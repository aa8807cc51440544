import { APPLE_MAIL, DEFAULT_ROLE, EXCHANGE_ONLINE } from '../core/state.ts';
import { catalogueApp, HIDE_TAG, LISTED_TAG, MICROSOFT_GRAPH } from './catalogue.ts';
import { assignmentId, classificationId, grantId, guid } from './ids.ts';
import type { Assignment, Grant, ServicePrincipal, Tenant } from './tenant.ts';

/** When the fixtures' older objects came about. */
const LONG_AGO = '2025-03-03T08:15:00Z';

export function addServicePrincipal(
  tenant: Tenant,
  appId: string,
  given: Partial<Omit<ServicePrincipal, 'id' | 'appId'>> = {},
): ServicePrincipal {
  const app: ServicePrincipal = {
    id: guid(tenant.name, 'servicePrincipal', appId),
    appId,
    displayName: catalogueApp(appId)?.displayName ?? appId,
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    tags: [LISTED_TAG],
    notes: null,
    appRoles: [],
    deletedDateTime: null,
    ...given,
  };
  tenant.servicePrincipals.set(app.id, app);
  return app;
}

/** The Apple app as a careful administrator leaves it: on, assignment required, hidden from My Apps. */
export function addGatedAppleMail(tenant: Tenant): ServicePrincipal {
  return addServicePrincipal(tenant, APPLE_MAIL, {
    appRoleAssignmentRequired: true,
    tags: [LISTED_TAG, HIDE_TAG],
  });
}

/** Assigns a user or group, or the ghost of one, to an app with the default role. */
export function assign(
  tenant: Tenant,
  app: ServicePrincipal,
  principalId: string,
  ghost?: { readonly principalType: 'User' | 'Group'; readonly principalDisplayName: string },
  createdDateTime = LONG_AGO,
): Assignment {
  const group = tenant.groups.get(principalId);
  const assignment: Assignment = {
    id: assignmentId(principalId, app.id, DEFAULT_ROLE, createdDateTime),
    appRoleId: DEFAULT_ROLE,
    createdDateTime,
    principalId,
    principalType: ghost?.principalType ?? (group ? 'Group' : 'User'),
    principalDisplayName:
      ghost?.principalDisplayName ?? (group ?? tenant.users.get(principalId))?.displayName ?? null,
    resourceId: app.id,
  };
  tenant.assignments.set(assignment.id, assignment);
  return assignment;
}

/** Grants delegated scopes on one of the two Microsoft resources: to everybody, or to one person. */
export function grant(
  tenant: Tenant,
  client: ServicePrincipal,
  scope: string,
  principalId: string | null = null,
  resourceAppId: string = EXCHANGE_ONLINE,
): Grant {
  const resourceId = guid(tenant.name, 'servicePrincipal', resourceAppId);
  const given: Grant = {
    id: grantId(client.id, resourceId, principalId),
    clientId: client.id,
    consentType: principalId === null ? 'AllPrincipals' : 'Principal',
    principalId,
    resourceId,
    scope,
  };
  tenant.grants.set(given.id, given);
  return given;
}

/** Classifies scopes of Microsoft Graph as low impact. */
export function classifyLow(tenant: Tenant, names: readonly string[]): void {
  const resourceId = guid(tenant.name, 'servicePrincipal', MICROSOFT_GRAPH);
  for (const scope of catalogueApp(MICROSOFT_GRAPH)?.scopes ?? []) {
    if (!names.includes(scope.value)) continue;
    const id = classificationId(scope.id);
    tenant.classifications.set(id, {
      id,
      resourceId,
      permissionId: scope.id,
      permissionName: scope.value,
      classification: 'low',
    });
  }
}
