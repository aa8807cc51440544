import type { Json } from '../../core/json.ts';
import { type Answer, badRequest, notFound } from '../answers.ts';
import { one, type Shape } from '../page.ts';
import type { GraphRequest } from '../request.ts';
import { seen } from '../store.ts';
import type { AuthorizationPolicy, Tenant } from '../tenant.ts';

const PREFIX = /^managePermissionGrantsFor(Self|OwnedResource)\.([A-Za-z0-9_-]+)$/i;

/**
 * The list in the spelling of this answer: tenants were seen to spell the prefix with a small or a capital letter,
 * in no stable order. A reader that compares text instead of a set without case finds changes that are none.
 */
function spelt(list: readonly string[], turn: number): string[] {
  const at = list.length === 0 ? 0 : turn % list.length;
  const first = turn % 2 === 0 ? 'M' : 'm';
  return [...list.slice(at), ...list.slice(0, at)].map((entry) => first + entry.slice(1));
}

function shape(turn: number): Shape<AuthorizationPolicy> {
  return {
    type: 'authorizationPolicy',
    filterable: [],
    full: (policy) => ({
      id: 'authorizationPolicy',
      allowInvitesFrom: policy.allowInvitesFrom,
      allowedToSignUpEmailBasedSubscriptions: true,
      allowedToUseSSPR: true,
      allowEmailVerifiedUsersToJoinOrganization: false,
      allowUserConsentForRiskyApps: policy.allowUserConsentForRiskyApps,
      blockMsolPowerShell: false,
      displayName: 'Authorization Policy',
      description: 'Used to manage authorization related settings across the company.',
      guestUserRoleId: '10dae51f-b6af-4016-8d66-8c2a99b929b3',
      defaultUserRolePermissions: {
        ...policy.defaultUserRolePermissions,
        permissionGrantPoliciesAssigned: spelt(
          policy.defaultUserRolePermissions.permissionGrantPoliciesAssigned,
          turn,
        ),
      },
    }),
  };
}

function current(rows: ReadonlyMap<string, AuthorizationPolicy>): AuthorizationPolicy {
  const policy = rows.get('authorizationPolicy');
  if (!policy) throw notFound('authorizationPolicy');
  return policy;
}

export function getAuthorizationPolicy(request: GraphRequest): Answer {
  const policy = current(seen(request.tenant, 'policies', request.now));
  return one(request, shape(request.turn), policy, 'policies/authorizationPolicy');
}

/** The list that is sent replaces the whole list; members that are left out stay. */
export function updateAuthorizationPolicy(request: GraphRequest): Answer {
  const { tenant, store, body } = request;
  const policy = current(tenant.policies);
  const next = structuredClone(policy);
  for (const [name, value] of Object.entries(body)) {
    if (name === 'defaultUserRolePermissions' && isObject(value)) permit(tenant, next, value);
    else if (name === 'allowUserConsentForRiskyApps' && (typeof value === 'boolean' || value === null)) {
      next.allowUserConsentForRiskyApps = value;
    } else if (name === 'allowInvitesFrom' && typeof value === 'string') next.allowInvitesFrom = value;
    else
      throw badRequest(`Invalid value specified for property '${name}' of resource 'AuthorizationPolicy'.`);
  }
  if (tenant.settings.discardConsentWrites !== true)
    store.put(tenant, 'policies', 'authorizationPolicy', next);
  return { status: 204 };
}

type Flag = Exclude<
  keyof AuthorizationPolicy['defaultUserRolePermissions'],
  'permissionGrantPoliciesAssigned'
>;

function permit(tenant: Tenant, next: AuthorizationPolicy, given: { readonly [name: string]: Json }): void {
  const permissions = next.defaultUserRolePermissions;
  for (const [name, value] of Object.entries(given)) {
    if (name === 'permissionGrantPoliciesAssigned' && Array.isArray(value)) {
      permissions.permissionGrantPoliciesAssigned = value.map((entry) => assigned(tenant, entry));
    } else if (name in permissions && typeof value === 'boolean') permissions[name as Flag] = value;
    else
      throw badRequest(
        `Invalid value specified for property '${name}' of resource 'DefaultUserRolePermissions'.`,
      );
  }
}

function assigned(tenant: Tenant, entry: Json): string {
  const match = typeof entry === 'string' ? PREFIX.exec(entry) : null;
  const id = match?.[2]?.toLowerCase();
  const known = [...tenant.permissionGrantPolicies.keys()].some((each) => each.toLowerCase() === id);
  if (!known || typeof entry !== 'string') {
    throw badRequest(`Permission grant policy '${String(entry)}' does not exist.`);
  }
  return entry;
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
