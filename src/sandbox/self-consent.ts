import { APPLE_MAIL, DEFAULT_ROLE, EXCHANGE_ONLINE } from '../core/state.ts';
import { catalogueApp, LISTED_TAG, MICROSOFT_GRAPH } from './catalogue.ts';
import { assignmentId, grantId } from './ids.ts';
import { newApplication } from './resources/service-principals.ts';
import type { ConditionSet, ServicePrincipal, Tenant } from './tenant.ts';

/** What came of it: the traces are there, or the AADSTS number the person sees. */
export type ConsentOutcome =
  | { readonly consented: true }
  | { readonly consented: false; readonly code: number };

/** What the phone asks for: both mail scopes of Exchange, and the profile on Microsoft Graph. */
const ASKED = [
  { resource: EXCHANGE_ONLINE, scopes: ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'] },
  { resource: MICROSOFT_GRAPH, scopes: ['User.Read'] },
] as const;

/**
 * A person adds the account on an iPhone and consents for himself, behind the tool's back. That leaves three traces:
 * the service principal where it was missing, one grant of his own for each API, and a direct assignment.
 * It fails with 7000112 where the app is off, and with 90094 where assignment is required without a tenant-wide grant or
 * the tenant's setting does not let him consent. Writes at once, past any lag.
 */
export function selfConsent(tenant: Tenant, userId: string, now: Date = new Date()): ConsentOutcome {
  const existing = [...tenant.servicePrincipals.values()].find((app) => app.appId === APPLE_MAIL);
  if (existing?.accountEnabled === false) return { consented: false, code: 7000112 };
  if (existing?.appRoleAssignmentRequired === true || !mayConsent(tenant))
    return { consented: false, code: 90094 };
  const app = existing ?? created(tenant);
  for (const { resource, scopes } of ASKED) {
    const api = [...tenant.servicePrincipals.values()].find((each) => each.appId === resource);
    if (!api) continue;
    const id = grantId(app.id, api.id, userId);
    const had = tenant.grants.get(id)?.scope.split(' ').filter(Boolean) ?? [];
    const scope = ` ${[...new Set([...had, ...scopes])].join(' ')}`;
    tenant.grants.set(id, {
      id,
      clientId: app.id,
      consentType: 'Principal',
      principalId: userId,
      resourceId: api.id,
      scope,
    });
  }
  assign(tenant, app, userId, now);
  return { consented: true };
}

function created(tenant: Tenant): ServicePrincipal {
  const name = catalogueApp(APPLE_MAIL)?.displayName ?? APPLE_MAIL;
  const app = { ...newApplication(tenant, APPLE_MAIL, name), tags: [LISTED_TAG] };
  tenant.servicePrincipals.set(app.id, app);
  return app;
}

function assign(tenant: Tenant, app: ServicePrincipal, userId: string, now: Date): void {
  for (const each of tenant.assignments.values()) {
    if (each.principalId === userId && each.resourceId === app.id) return;
  }
  const createdDateTime = now.toISOString();
  const id = assignmentId(userId, app.id, DEFAULT_ROLE, createdDateTime);
  tenant.assignments.set(id, {
    id,
    appRoleId: DEFAULT_ROLE,
    createdDateTime,
    principalId: userId,
    principalType: 'User',
    principalDisplayName: tenant.users.get(userId)?.displayName ?? null,
    resourceId: app.id,
  });
}

/**
 * Whether the tenant's setting lets an ordinary user consent to the Apple app: every scope it asks for must be allowed
 * by at least one assigned policy. An exclude bars only within its own policy.
 */
export function mayConsent(tenant: Tenant): boolean {
  const assigned =
    tenant.policies.get('authorizationPolicy')?.defaultUserRolePermissions.permissionGrantPoliciesAssigned;
  const ids = (assigned ?? [])
    .map((entry) => /^managePermissionGrantsForSelf\.(.+)$/i.exec(entry)?.[1]?.toLowerCase())
    .filter((id) => id !== undefined);
  const policies = [...tenant.permissionGrantPolicies.values()].filter((each) =>
    ids.includes(each.id.toLowerCase()),
  );
  return ASKED.every(({ resource, scopes }) =>
    scopes.every((scope) => {
      const scopeId = catalogueApp(resource)?.scopes.find((each) => each.value === scope)?.id ?? '';
      const covers = (set: ConditionSet): boolean => conditionCovers(tenant, set, resource, scopeId);
      return policies.some((policy) => policy.includes.some(covers) && !policy.excludes.some(covers));
    }),
  );
}

/** All conditions of a set must hold. */
function conditionCovers(tenant: Tenant, set: ConditionSet, resource: string, scopeId: string): boolean {
  const listed = (list: readonly string[], value: string): boolean =>
    list.some((each) => each.toLowerCase() === 'all' || each.toLowerCase() === value);
  const classified = [
    'all',
    ...[...tenant.classifications.values()]
      .filter((each) => each.permissionId === scopeId)
      .map((each) => each.classification as string),
  ];
  return (
    set.permissionType !== 'application' &&
    classified.includes(set.permissionClassification) &&
    (set.resourceApplication === 'any' || set.resourceApplication.toLowerCase() === resource) &&
    listed(set.permissions, scopeId) &&
    listed(set.clientApplicationIds, APPLE_MAIL) &&
    listed(set.clientApplicationTenantIds, catalogueApp(APPLE_MAIL)?.ownerTenantId ?? '') &&
    listed(set.clientApplicationPublisherIds, '')
  );
}
