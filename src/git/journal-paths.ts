/** An id in the path of a request: a GUID, or the 32 or 48 bytes Graph makes ids of assignments and grants from. */
const ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w-]{43}|[\w-]{64})$/i;
/** Stands where an id should be and something else is. */
const NO_ID = '{id}';

/** Every write there is; `*` stands for an id. */
const WRITES: ReadonlySet<string> = new Set([
  'POST /servicePrincipals',
  'PATCH /servicePrincipals/*',
  'POST /servicePrincipals/*/appRoleAssignedTo',
  'DELETE /servicePrincipals/*/appRoleAssignedTo/*',
  'POST /oauth2PermissionGrants',
  'PATCH /oauth2PermissionGrants/*',
  'DELETE /oauth2PermissionGrants/*',
  'PATCH /policies/authorizationPolicy',
  'POST /policies/permissionGrantPolicies',
  'POST /policies/permissionGrantPolicies/iosmail-apple-internet-accounts/includes',
]);
const COLLECTIONS: ReadonlySet<string> = new Set([
  'servicePrincipals',
  'appRoleAssignedTo',
  'oauth2PermissionGrants',
]);

/** A request as it may stand in Git. */
export type SentRequest = { readonly method: string; readonly path: string };

/**
 * The method and path of a request we sent: known words and ids, `{id}` for what should be an id and is none.
 * Nothing for every other request: a path that we do not send may hold anything.
 */
export function sentRequest(method: unknown, path: unknown): SentRequest | undefined {
  if (typeof method !== 'string' || typeof path !== 'string') return undefined;
  const parts = path.split('/');
  const isId = (at: number) => COLLECTIONS.has(parts[at - 1] ?? '');
  const shape = parts.map((part, at) => (isId(at) ? '*' : part)).join('/');
  if (!WRITES.has(`${method} ${shape}`)) return undefined;
  return { method, path: parts.map((part, at) => (isId(at) && !ID.test(part) ? NO_ID : part)).join('/') };
}
