import { sameJson } from '../core/json.ts';
import type { Audit, AuditTarget } from './audit-entry.ts';
import { guid } from './ids.ts';
import type { Assignment, Grant, ServicePrincipal, TableName, Tenant } from './tenant.ts';

/** Who did something, as the log tells it. */
export type Actor = Audit['by'];

type Told = Pick<Audit, 'activity' | 'category' | 'targets'>;
type Modified = AuditTarget['modified'];

/**
 * Writes down that a row was put in the place of another, as Entra's directory audit log would. Rows that the log says
 * nothing about by themselves leave no entry.
 */
export function noteAudit(
  tenant: Tenant,
  table: TableName,
  before: unknown,
  after: unknown,
  by: Actor,
  now: Date,
): void {
  const told = toldOf(tenant, table, before, after);
  if (told === undefined) return;
  const number = String(tenant.audits.length);
  tenant.audits.push({
    id: `Directory_${guid(tenant.name, 'audit', number)}`,
    at: now.toISOString(),
    correlationId: guid(tenant.name, 'correlation', number),
    by,
    ...told,
  });
}

function toldOf(tenant: Tenant, table: TableName, before: unknown, after: unknown): Told | undefined {
  if (sameJson(plain(before), plain(after))) return undefined;
  switch (table) {
    case 'servicePrincipals':
      return ofApp(before as ServicePrincipal | undefined, after as ServicePrincipal | undefined);
    case 'assignments':
      return ofAssignment(tenant, (after ?? before) as Assignment, after !== undefined);
    case 'grants':
      return ofGrant(tenant, before as Grant | undefined, after as Grant | undefined);
    case 'policies':
      return {
        activity: 'Update authorization policy',
        category: 'AuthorizationPolicy',
        targets: [target('authorizationPolicy', 'Policy', 'Authorization Policy', consentOf(before, after))],
      };
    case 'permissionGrantPolicies': {
      const { id, displayName } = (after ?? before) as { readonly id: string; readonly displayName: string };
      const verb = before === undefined ? 'Add' : after === undefined ? 'Delete' : 'Update';
      return {
        activity: `${verb} permission grant policy`,
        category: 'PermissionGrantPolicy',
        targets: [target(id, 'PermissionGrantPolicy', displayName)],
      };
    }
    default:
      return undefined;
  }
}

function ofApp(before: ServicePrincipal | undefined, after: ServicePrincipal | undefined): Told {
  const app = (after ?? before) as ServicePrincipal;
  const verb = before === undefined ? 'Add' : after === undefined ? 'Remove' : 'Update';
  const pairs = [
    ['AccountEnabled', before?.accountEnabled, after?.accountEnabled],
    ['AppRoleAssignmentRequired', before?.appRoleAssignmentRequired, after?.appRoleAssignmentRequired],
    ['Tag', before?.tags, after?.tags],
    ['DisplayName', before?.displayName, after?.displayName],
  ] as const;
  const moved = pairs.filter(([, was, is]) => !sameJson(plain(was), plain(is)));
  return {
    activity: `${verb} service principal`,
    category: 'ApplicationManagement',
    targets: [
      target(app.id, 'ServicePrincipal', app.displayName, [
        ...moved.map(([name, was, is]) => modified(name, listed(was), listed(is))),
        modified('Included Updated Properties', undefined, moved.map(([name]) => name).join(', ')),
        modified('TargetId.ServicePrincipalNames', undefined, app.appId),
      ]),
    ],
  };
}

function ofAssignment(tenant: Tenant, row: Assignment, added: boolean): Told | undefined {
  const app = tenant.servicePrincipals.get(row.resourceId);
  // What goes with an app that is deleted is not logged one by one.
  if (app === undefined) return undefined;
  const group = row.principalType === 'Group';
  const activity = group
    ? `${added ? 'Add app role assignment to' : 'Remove app role assignment from'} group`
    : `${added ? 'Add app role assignment grant to' : 'Remove app role assignment from'} user`;
  return {
    activity,
    category: group ? 'GroupManagement' : 'UserManagement',
    targets: [
      target(app.id, 'ServicePrincipal', app.displayName),
      target(row.principalId, row.principalType, row.principalDisplayName),
    ],
  };
}

function ofGrant(tenant: Tenant, before: Grant | undefined, after: Grant | undefined): Told | undefined {
  const grant = (after ?? before) as Grant;
  const client = tenant.servicePrincipals.get(grant.clientId);
  const api = tenant.servicePrincipals.get(grant.resourceId);
  if (client === undefined) return undefined;
  const scopes = (each: Grant | undefined) => each?.scope.split(' ').filter(Boolean) ?? [];
  const adds = scopes(after).some((scope) => !scopes(before).includes(scope));
  return {
    activity: `${adds ? 'Add' : 'Remove'} delegated permission grant`,
    category: 'ApplicationManagement',
    targets: [
      target(grant.resourceId, 'ServicePrincipal', api?.displayName ?? null, [
        modified('DelegatedPermissionGrant.Scope', before?.scope, after?.scope),
        modified('DelegatedPermissionGrant.ConsentType', undefined, grant.consentType),
        modified('ServicePrincipal.ObjectID', undefined, client.id),
        modified('ServicePrincipal.AppId', undefined, client.appId),
      ]),
      ...(grant.principalId === null ? [] : [target(grant.principalId, 'User', null)]),
    ],
  };
}

function consentOf(before: unknown, after: unknown): Modified {
  const assigned = (value: unknown) =>
    (value as { readonly defaultUserRolePermissions: { readonly permissionGrantPoliciesAssigned: string[] } })
      .defaultUserRolePermissions.permissionGrantPoliciesAssigned;
  return [modified('PermissionGrantPolicyIdsAssignedToDefaultUserRole', assigned(before), assigned(after))];
}

function target(
  id: string,
  type: string,
  displayName: string | null,
  modifiedProperties: Modified = [],
): AuditTarget {
  return { id, type, displayName, modified: modifiedProperties };
}

/** Values are JSON as text, in the log. */
function modified(displayName: string, was: unknown, is: unknown): Modified[number] {
  const text = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  return { displayName, oldValue: text(was), newValue: text(is) };
}

function listed(value: unknown): unknown {
  return value === undefined || Array.isArray(value) ? value : [value];
}

function plain(value: unknown) {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
