import { type Answer, badRequest, multipleObjects, notFound } from '../answers.ts';
import { grantId } from '../ids.ts';
import { one, page, type Shape } from '../page.ts';
import { type GraphRequest, param } from '../request.ts';
import { seen } from '../store.ts';
import type { Grant } from '../tenant.ts';
import { findApplication } from './service-principals.ts';
import { findUser } from './users.ts';

const MAX_SCOPE = 3_850;

const GRANT: Shape<Grant> = {
  type: 'oAuth2PermissionGrant',
  filterable: ['clientId', 'consentType', 'principalId', 'resourceId'],
  full: (row) => ({
    clientId: row.clientId,
    consentType: row.consentType,
    id: row.id,
    principalId: row.principalId,
    resourceId: row.resourceId,
    scope: row.scope,
  }),
};

function list(request: GraphRequest, wanted?: (grant: Grant) => boolean): Answer {
  const all = seen(request.tenant, 'grants', request.now).values();
  const rows = wanted ? [...all].filter(wanted) : all;
  return page(request, rows, (row) => row.id, GRANT, 'oauth2PermissionGrants');
}

export function listGrants(request: GraphRequest): Answer {
  return list(request);
}

export function listGrantsOfClient(request: GraphRequest): Answer {
  const app = findApplication(request, param(request, 0));
  return list(request, (grant) => grant.clientId === app.id);
}

export function listGrantsOfUser(request: GraphRequest): Answer {
  const user = findUser(request, param(request, 0));
  return list(request, (grant) => grant.principalId === user.id);
}

export function getGrant(request: GraphRequest): Answer {
  const found = seen(request.tenant, 'grants', request.now).get(param(request, 0));
  if (!found) throw notFound(param(request, 0));
  return one(request, GRANT, found, 'oauth2PermissionGrants');
}

/** Scopes as they were sent: names are not checked, and spacing is kept. */
export function createGrant(request: GraphRequest): Answer {
  const { tenant, body, store } = request;
  const { clientId, consentType, resourceId, scope, principalId = null } = body;
  if (typeof clientId !== 'string' || typeof resourceId !== 'string' || typeof scope !== 'string') {
    throw badRequest('clientId, consentType, resourceId and scope are required.');
  }
  if (consentType !== 'AllPrincipals' && consentType !== 'Principal') {
    throw badRequest(
      "Invalid value specified for property 'consentType' of resource 'OAuth2PermissionGrant'.",
    );
  }
  if ((consentType === 'Principal') !== (typeof principalId === 'string')) {
    throw badRequest(
      "Invalid value specified for property 'principalId' of resource 'OAuth2PermissionGrant'.",
    );
  }
  requireScope(scope);
  const client = tenant.servicePrincipals.get(clientId.toLowerCase());
  const resource = tenant.servicePrincipals.get(resourceId.toLowerCase());
  const person = typeof principalId === 'string' ? tenant.users.get(principalId.toLowerCase()) : undefined;
  if (!client || !resource || (consentType === 'Principal' && !person)) {
    throw badRequest('Not a valid reference update.');
  }
  const id = grantId(client.id, resource.id, person?.id ?? null);
  if (tenant.grants.has(id)) throw multipleObjects('Permission entry already exists.');
  const grant: Grant = {
    id,
    clientId: client.id,
    consentType,
    principalId: person?.id ?? null,
    resourceId: resource.id,
    scope,
  };
  store.put(tenant, 'grants', id, grant);
  return one(request, GRANT, grant, 'oauth2PermissionGrants', 201);
}

/** Only `scope` can change; the string replaces the one that was there. */
export function updateGrant(request: GraphRequest): Answer {
  const found = request.tenant.grants.get(param(request, 0));
  if (!found) throw notFound(param(request, 0));
  for (const name of Object.keys(request.body)) {
    if (name !== 'scope' && !name.startsWith('@odata.'))
      throw badRequest(`Property cannot be updated: ${name}`);
  }
  const { scope } = request.body;
  if (typeof scope !== 'string')
    throw badRequest("Invalid value specified for property 'scope' of resource 'OAuth2PermissionGrant'.");
  requireScope(scope);
  request.store.put(request.tenant, 'grants', found.id, { ...found, scope });
  return { status: 204 };
}

export function deleteGrant(request: GraphRequest): Answer {
  const id = param(request, 0);
  if (!request.tenant.grants.has(id)) throw notFound(id);
  request.store.remove(request.tenant, 'grants', id);
  return { status: 204 };
}

function requireScope(scope: string): void {
  if (scope.length > MAX_SCOPE) {
    throw badRequest(`Value for property 'scope' exceeds the maximum length of ${MAX_SCOPE}.`);
  }
}
