import { APPLE_MAIL } from '../../src/core/state.ts';
import { LISTED_TAG } from '../../src/sandbox/catalogue.ts';
import { addServicePrincipal, assign } from '../../src/sandbox/enterprise-app.ts';
import type {
  AuthorizationPolicy,
  Grant,
  Group,
  ServicePrincipal,
  Tenant,
} from '../../src/sandbox/tenant.ts';
import { appleApp } from './levels.ts';
import { principalId } from './tenant-builder.ts';

// What somebody does in the Entra admin centre while a plan waits for its review.

function app(tenant: Tenant): ServicePrincipal {
  const found = appleApp(tenant);
  if (found === undefined) throw new Error(`${tenant.name} has no Apple app`);
  return found;
}

export function setApp(tenant: Tenant, given: Partial<Omit<ServicePrincipal, 'id' | 'appId'>>): void {
  Object.assign(app(tenant), given);
}

export function addTag(tenant: Tenant, tag: string): void {
  app(tenant).tags.push(tag);
}

export function assignTo(tenant: Tenant, name: string): void {
  assign(tenant, app(tenant), principalId(tenant, name));
}

export function unassign(tenant: Tenant, name: string): void {
  for (const [id, each] of tenant.assignments)
    if (each.principalId === principalId(tenant, name)) tenant.assignments.delete(id);
}

export function deleteApp(tenant: Tenant): void {
  const { id } = app(tenant);
  tenant.servicePrincipals.delete(id);
  for (const [key, each] of tenant.assignments) if (each.resourceId === id) tenant.assignments.delete(key);
  for (const [key, each] of tenant.grants) if (each.clientId === id) tenant.grants.delete(key);
}

/** Deletes the app and adds it again, with the same settings: another object, without assignments and grants. */
export function recreateApp(tenant: Tenant): void {
  const again = { ...app(tenant), id: 'c0ffee00-5f0f-4a57-9d39-0c5f6f6d3a11' };
  deleteApp(tenant);
  tenant.servicePrincipals.set(again.id, again);
}

export function createApp(tenant: Tenant, required: boolean): void {
  addServicePrincipal(tenant, APPLE_MAIL, {
    appRoleAssignmentRequired: required,
    tags: [LISTED_TAG, 'HideApp'],
  });
}

/** The tenant-wide grant of the app. */
export function tenantWide(tenant: Tenant): Grant {
  const found = [...tenant.grants.values()].find(
    (each) => each.clientId === app(tenant).id && each.consentType === 'AllPrincipals',
  );
  if (found === undefined) throw new Error(`${tenant.name} has no tenant-wide grant`);
  return found;
}

export function group(tenant: Tenant, name: string): Group {
  const found = tenant.groups.get(principalId(tenant, name));
  if (found === undefined) throw new Error(`${tenant.name} has no group ${name}`);
  return found;
}

export function join(tenant: Tenant, person: string, to: string): void {
  group(tenant, to).members.add(principalId(tenant, person));
}

/** Sets which apps users may consent to. */
export function setUserConsent(tenant: Tenant, ...policies: readonly string[]): void {
  const policy: AuthorizationPolicy | undefined = tenant.policies.get('authorizationPolicy');
  if (policy === undefined) throw new Error('every tenant has the policy');
  const role = policy.defaultUserRolePermissions;
  role.permissionGrantPoliciesAssigned = [
    ...role.permissionGrantPoliciesAssigned.filter((entry) => !/ForSelf/i.test(entry)),
    ...policies.map((id) => `ManagePermissionGrantsForSelf.${id}`),
  ];
}
