import { APPLE_MAIL, DEFAULT_ROLE, type Desired, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import type { Grant, ServicePrincipal, Tenant } from '../../src/sandbox/tenant.ts';

const MAIL = ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'];
const OURS = 'iosmail-apple-internet-accounts';

/**
 * Everything of a tenant that the policy does not manage, as text: what must be the same to the byte afterwards.
 * An app that is only created by the apply is left out.
 */
export function unmanagedIn(tenant: Tenant, desired: Desired, existedBefore: boolean): string {
  const { application, assignments, consent } = desired;
  const app = [...tenant.servicePrincipals.values()].find(({ appId }) => appId === APPLE_MAIL);
  const managed = (type: string) =>
    (type === 'Group' && assignments.groups !== 'unmanaged') ||
    (type === 'User' && assignments.users !== 'unmanaged');
  const policy = tenant.policies.get('authorizationPolicy');
  const role = policy?.defaultUserRolePermissions;
  return text({
    users: tenant.users,
    groups: tenant.groups,
    apps: [...tenant.servicePrincipals.values()].filter((each) => each !== app),
    app: app !== undefined && existedBefore ? appWithout(app, application) : undefined,
    deletedItems: tenant.deletedItems,
    assignments: [...tenant.assignments.values()].filter(
      (each) =>
        each.resourceId !== app?.id || each.appRoleId !== DEFAULT_ROLE || !managed(each.principalType),
    ),
    grants: [...tenant.grants.values()].flatMap((grant) => grantWithout(tenant, grant, app, consent)),
    classifications: tenant.classifications,
    authorizationPolicy: {
      ...policy,
      defaultUserRolePermissions: {
        ...role,
        // A set without letter case: Graph answers it in changing order and case.
        permissionGrantPoliciesAssigned: role?.permissionGrantPoliciesAssigned
          .map((entry) => entry.toLowerCase())
          .filter(
            (entry) =>
              consent.userConsent === 'unmanaged' || !/^ManagePermissionGrantsForSelf\./i.test(entry),
          )
          .sort(),
      },
    },
    permissionGrantPolicies: [...tenant.permissionGrantPolicies.values()].filter(({ id }) => id !== OURS),
    roles: tenant.roles,
    subscribedSkus: tenant.subscribedSkus,
    clients: tenant.clients,
  });
}

function appWithout(app: ServicePrincipal, managed: Desired['application']): unknown {
  const hides = managed.visibleToUsers !== 'unmanaged';
  return {
    ...app,
    // A set: Graph keeps no order of tags.
    tags: app.tags.filter((tag) => !hides || tag.toLowerCase() !== 'hideapp').sort(),
    accountEnabled: managed.enabledForSignIn === 'unmanaged' ? app.accountEnabled : 'managed',
    appRoleAssignmentRequired:
      managed.assignmentRequired === 'unmanaged' ? app.appRoleAssignmentRequired : 'managed',
  };
}

function grantWithout(
  tenant: Tenant,
  grant: Grant,
  app: ServicePrincipal | undefined,
  consent: Desired['consent'],
): readonly unknown[] {
  if (grant.clientId !== app?.id) return [grant];
  if (grant.consentType === 'Principal') return consent.userGrants === 'revoke' ? [] : [grant];
  const resource = tenant.servicePrincipals.get(grant.resourceId);
  if (resource?.appId !== EXCHANGE_ONLINE || consent.tenantWide === 'unmanaged') return [grant];
  const others = grant.scope.split(' ').filter((scope) => scope !== '' && !MAIL.includes(scope));
  return others.length === 0 ? [] : [{ ...grant, scope: others.sort() }];
}

/** Tables in the order of their keys, so that only contents count. */
function text(value: unknown): string {
  return JSON.stringify(
    value,
    (_, each: unknown) => {
      if (each instanceof Map) return [...each].sort(([a], [b]) => (a < b ? -1 : 1));
      return each instanceof Set ? [...each].sort() : each;
    },
    1,
  );
}
