/**
 * A tenant of the oracle, spoken to as Microsoft Graph: it answers the planner's reads and takes the requests of its
 * steps. So the order is judged by what would be sent, not by what the planner believes its steps do.
 */
import type { Json } from '../../../src/core/json.ts';
import type { Answer, Answers, ReadRequest, WriteRequest } from '../../../src/core/request.ts';
import {
  APPLE_MAIL,
  DEFAULT_ROLE,
  type Desired,
  EXCHANGE_ONLINE,
  type TenantPolicy,
} from '../../../src/core/state.ts';
import type { GraphReader } from '../../../src/graph/reader.ts';
import type { Directory, Scope, Tenant } from './oracle.ts';

export const SCOPE: Record<Scope, 'EAS.AccessAsUser.All' | 'EWS.AccessAsUser.All'> = {
  EAS: 'EAS.AccessAsUser.All',
  EWS: 'EWS.AccessAsUser.All',
};
const APP_ID = 'sp-apple';
const EXCHANGE_ID = 'sp-exchange';
const LEGACY = 'ManagePermissionGrantsForSelf.microsoft-user-default-legacy';
const MAIL_CLIENTS = 'ManagePermissionGrantsForSelf.microsoft-user-default-allow-consent-apps';

/** What a test may ask of the double beside its state. */
export type Manners = {
  /** Reads that are answered 403. */
  readonly refuses?: (read: ReadRequest) => boolean;
  /** Puts the rows of a list in another order. */
  readonly lists?: (rows: readonly Json[]) => readonly Json[];
  /** User ids of the active Global Administrators. */
  readonly administrators?: readonly string[];
  /** User ids of accounts that nobody signs in with; all others show no state. */
  readonly disabled?: readonly string[];
};

const spelled = (scopes: ReadonlySet<Scope>) => [...scopes].map((s) => SCOPE[s]).join(' ');
const scopesIn = (text: unknown): ReadonlySet<Scope> =>
  new Set((['EAS', 'EWS'] as const).filter((s) => String(text).split(' ').includes(SCOPE[s])));

/** The answers of a tenant to these reads. */
export function reader(tenant: Tenant, directory: Directory, manners: Manners = {}): GraphReader {
  const lists = manners.lists ?? ((rows: readonly Json[]) => rows);
  const answer = (read: ReadRequest): Answer => {
    if (manners.refuses?.(read)) return { kind: 'refused', status: 403, code: 'Forbidden', message: 'no' };
    const value = answerTo(read.path, tenant, directory, manners);
    if (value === undefined) return { kind: 'absent' };
    return { kind: 'found', value: Array.isArray(value) ? lists(value) : value };
  };
  return {
    read: (requests): Promise<Answers> =>
      Promise.resolve(new Map(requests.map((read) => [read.path, answer(read)]))),
  };
}

function answerTo(path: string, t: Tenant, d: Directory, manners: Manners): Json | undefined {
  const app = t.app === 'absent' ? undefined : t.app;
  const user = (id: string): Json => ({
    id,
    userPrincipalName: `${id}@contoso.example`,
    userType: 'Member',
    ...(manners.disabled?.includes(id) ? { accountEnabled: false } : {}),
  });
  const group = (id: string): Json => ({ id, displayName: `SG-${id}`, securityEnabled: true });
  const named = (text: string) => [...path.matchAll(/'([^']*)'/g)].some((m) => m[1] === text);
  if (path.startsWith(`/servicePrincipals(appId='${APPLE_MAIL}')/appRoleAssignedTo`))
    return app && [...t.directUsers, ...t.assignedGroups].map((id) => assignment(id, d));
  if (path.startsWith(`/servicePrincipals(appId='${APPLE_MAIL}')`))
    return (
      app && {
        id: APP_ID,
        accountEnabled: app.enabled,
        appRoleAssignmentRequired: app.required,
        tags: [],
        appRoles: [],
      }
    );
  if (path.startsWith(`/servicePrincipals(appId='${EXCHANGE_ONLINE}')`))
    return {
      id: EXCHANGE_ID,
      oauth2PermissionScopes: Object.values(SCOPE).map((value) => ({ value, id: `id-of-${value}` })),
    };
  if (path.startsWith('/directory/deletedItems')) return [];
  if (path.startsWith('/policies/permissionGrantPolicies')) return [];
  if (path.startsWith('/policies/authorizationPolicy'))
    return { defaultUserRolePermissions: { permissionGrantPoliciesAssigned: t.consentLets ? [LEGACY] : [] } };
  if (path.startsWith('/subscribedSkus'))
    return [
      {
        capabilityStatus: 'Enabled',
        servicePlans: [
          { servicePlanId: '41781fb2-bc02-4b7c-bd55-b576c07bb09d', provisioningStatus: 'Success' },
        ],
      },
    ];
  if (path.startsWith('/directoryRoles')) return (manners.administrators ?? []).map(user);
  if (path.startsWith('/groups?')) {
    return [...d.members.keys()].filter((id) => named(id) || named(`SG-${id}`)).map(group);
  }
  if (path.startsWith('/users?')) {
    return d.people.filter((id) => named(id) || named(`${id}%40contoso.example`)).map(user);
  }
  const members = /^\/groups\/([^/]+)\/members\/graph\.(user|group)/.exec(path);
  if (members?.[2] === 'user') return [...(d.members.get(members[1] ?? '') ?? [])].map(user);
  if (members?.[2] === 'group') return d.nested.get(members[1] ?? '')?.size ?? 0;
  if (path.startsWith('/oauth2PermissionGrants')) {
    const everyone = t.tenantWide.size === 0 ? [] : [grant('tenant-wide', t.tenantWide)];
    const own = [...t.own].filter(([, s]) => s.size > 0).map(([who, s]) => grant(`own-${who}`, s, who));
    if (path.includes("'AllPrincipals'")) return everyone;
    return path.includes("'Principal'") ? own : [...everyone, ...own];
  }
  if (path.startsWith('/auditLogs/signIns')) return [];
  throw new Error(`the double does not know GET ${path}`);
}

function assignment(principalId: string, d: Directory): Json {
  const principalType = d.members.has(principalId) ? 'Group' : 'User';
  return { id: `assignment-${principalId}`, principalId, principalType, appRoleId: DEFAULT_ROLE };
}

function grant(id: string, scopes: ReadonlySet<Scope>, principalId?: string): Json {
  const consentType = principalId === undefined ? 'AllPrincipals' : 'Principal';
  return {
    id,
    consentType,
    principalId: principalId ?? null,
    resourceId: EXCHANGE_ID,
    scope: spelled(scopes),
  };
}

/** The tenant after a request; one that Graph would not take at this point throws. */
export function sent(request: WriteRequest, t: Tenant, d: Directory): Tenant {
  const { method, path } = request;
  const body = (request.body ?? {}) as { readonly [key: string]: Json };
  const refuse = (why: string): never => {
    throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${why}`);
  };
  if (method === 'POST' && path === '/servicePrincipals') {
    if (t.app !== 'absent') refuse('already there');
    return {
      ...t,
      app: { enabled: body.accountEnabled === true, required: body.appRoleAssignmentRequired === true },
    };
  }
  if (path === '/policies/authorizationPolicy') {
    const { permissionGrantPoliciesAssigned: list } = body.defaultUserRolePermissions as {
      readonly permissionGrantPoliciesAssigned: readonly string[];
    };
    return { ...t, consentLets: list.includes(LEGACY) || list.includes(MAIL_CLIENTS) };
  }
  if (t.app === 'absent') return refuse('there is no app yet');
  if (method === 'PATCH' && path === `/servicePrincipals/${APP_ID}`) {
    const [only, ...more] = Object.entries(body);
    if (only === undefined || more.length > 0) return refuse('one property at a time');
    const [key, value] = only;
    if (key === 'accountEnabled') return { ...t, app: { ...t.app, enabled: value === true } };
    if (key === 'appRoleAssignmentRequired') return { ...t, app: { ...t.app, required: value === true } };
    return key === 'tags' ? t : refuse('an unknown property');
  }
  if (method === 'POST' && path.endsWith('/appRoleAssignedTo')) {
    const id = String(body.principalId);
    const list = d.members.has(id) ? 'assignedGroups' : 'directUsers';
    return t[list].has(id) ? refuse('assigned already') : { ...t, [list]: new Set([...t[list], id]) };
  }
  const unassigned = /appRoleAssignedTo\/assignment-(.+)$/.exec(path)?.[1];
  if (method === 'DELETE' && unassigned !== undefined) {
    const list = d.members.has(unassigned) ? 'assignedGroups' : 'directUsers';
    if (!t[list].has(unassigned)) return refuse('not assigned');
    return { ...t, [list]: new Set([...t[list]].filter((id) => id !== unassigned)) };
  }
  if (method === 'POST' && path === '/oauth2PermissionGrants')
    return t.tenantWide.size > 0 ? refuse('granted already') : { ...t, tenantWide: scopesIn(body.scope) };
  if (path === '/oauth2PermissionGrants/tenant-wide') {
    if (t.tenantWide.size === 0) return refuse('no such grant');
    return { ...t, tenantWide: method === 'DELETE' ? new Set() : scopesIn(body.scope) };
  }
  const revoked = /^\/oauth2PermissionGrants\/own-(.+)$/.exec(path)?.[1];
  if (method === 'DELETE' && revoked !== undefined)
    return { ...t, own: new Map([...t.own].filter(([who]) => who !== revoked)) };
  return refuse('unknown request');
}

/** A policy that leaves everything alone, with these parts set. */
export function policy(parts: {
  readonly application?: Partial<Desired['application']>;
  readonly consent?: Partial<Desired['consent']>;
  readonly assignments?: Partial<Desired['assignments']>;
  readonly safety?: Partial<Desired['safety']>;
  readonly exceptions?: Desired['exceptions'];
}): TenantPolicy {
  const desired: Desired = {
    tenant: { name: 'contoso', id: '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11', cloud: 'global', labels: {} },
    application: {
      enabledForSignIn: 'unmanaged',
      assignmentRequired: 'unmanaged',
      visibleToUsers: 'unmanaged',
      ...parts.application,
    },
    consent: {
      tenantWide: 'unmanaged',
      userConsent: 'unmanaged',
      userGrants: 'keep',
      ...parts.consent,
    },
    assignments: { groups: 'unmanaged', users: 'unmanaged', ...parts.assignments },
    safety: { protected: [], transition: 'refuse', settle: 60, ...parts.safety },
    exceptions: parts.exceptions ?? [],
  };
  return { desired, origins: {} };
}
