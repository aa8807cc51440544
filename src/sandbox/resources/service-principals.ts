import type { Json } from '../../core/json.ts';
import { type Answer, badRequest, GraphError, multipleObjects, notFound } from '../answers.ts';
import { catalogueApp } from '../catalogue.ts';
import { guid } from '../ids.ts';
import { type JsonObject, one, page, type Shape } from '../page.ts';
import { type GraphRequest, param } from '../request.ts';
import { seen } from '../store.ts';
import type { ServicePrincipal, Tenant } from '../tenant.ts';

export const APPLICATION: Shape<ServicePrincipal> = {
  type: 'servicePrincipal',
  filterable: ['id', 'appId', 'displayName'],
  full: (app) => {
    const known = catalogueApp(app.appId);
    return {
      id: app.id,
      deletedDateTime: app.deletedDateTime,
      accountEnabled: app.accountEnabled,
      alternativeNames: [],
      appDisplayName: known?.displayName ?? app.displayName,
      appDescription: null,
      appId: app.appId,
      applicationTemplateId: null,
      appOwnerOrganizationId: known?.ownerTenantId ?? null,
      appRoleAssignmentRequired: app.appRoleAssignmentRequired,
      createdDateTime: '2025-03-03T08:15:00Z',
      description: null,
      disabledByMicrosoftStatus: null,
      displayName: app.displayName,
      homepage: null,
      loginUrl: null,
      logoutUrl: null,
      notes: app.notes,
      notificationEmailAddresses: [],
      preferredSingleSignOnMode: null,
      publisherName: known?.publisherName ?? null,
      replyUrls: [],
      servicePrincipalNames: [app.appId],
      servicePrincipalType: 'Application',
      signInAudience: 'AzureADMultipleOrgs',
      tags: [...app.tags],
      tokenEncryptionKeyId: null,
      addIns: [],
      appRoles: app.appRoles.map((role) => ({ ...role })),
      info: {
        termsOfServiceUrl: null,
        supportUrl: null,
        privacyStatementUrl: null,
        marketingUrl: null,
        logoUrl: null,
      },
      keyCredentials: [],
      oauth2PermissionScopes: (known?.scopes ?? []).map((scope) => ({ ...scope })),
      passwordCredentials: [],
      resourceSpecificApplicationPermissions: [],
      verifiedPublisher: {
        displayName: known?.verifiedPublisher ?? null,
        verifiedPublisherId: null,
        addedDateTime: null,
      },
    };
  },
};

/** The appId of an alternate key segment, if it is one. */
function alternateKey(segment: string): string | undefined {
  return /^\(appId='([^']*)'\)$/i.exec(segment)?.[1]?.toLowerCase();
}

/** The service principal a path segment names, as reads see it, or with `truth` as it is. @throws GraphError 404 */
export function findApplication(request: GraphRequest, segment: string, truth = false): ServicePrincipal {
  const { tenant, now } = request;
  const rows = truth ? tenant.servicePrincipals : seen(tenant, 'servicePrincipals', now);
  const appId = alternateKey(segment);
  const found = appId === undefined ? rows.get(segment.toLowerCase()) : byAppId(rows, appId);
  if (!found) throw notFound(appId ?? segment);
  return found;
}

function byAppId(rows: ReadonlyMap<string, ServicePrincipal>, appId: string): ServicePrincipal | undefined {
  for (const app of rows.values()) if (app.appId === appId) return app;
  return undefined;
}

export function listApplications(request: GraphRequest): Answer {
  const rows = seen(request.tenant, 'servicePrincipals', request.now).values();
  return page(request, rows, (app) => app.id, APPLICATION, 'servicePrincipals');
}

export function getApplication(request: GraphRequest): Answer {
  return one(request, APPLICATION, findApplication(request, param(request, 0)), 'servicePrincipals');
}

export function listDeletedApplications(request: GraphRequest): Answer {
  const rows = seen(request.tenant, 'deletedItems', request.now).values();
  return page(request, rows, (app) => app.id, APPLICATION, 'servicePrincipals');
}

export function createApplication(request: GraphRequest): Answer {
  const { appId, ...given } = request.body;
  if (typeof appId !== 'string')
    throw badRequest("A value is required for property 'appId' of resource 'ServicePrincipal'.");
  return create(request, appId.toLowerCase(), given);
}

function create(request: GraphRequest, appId: string, given: JsonObject): Answer {
  const { tenant, store } = request;
  if (byAppId(tenant.servicePrincipals, appId)) {
    const message = `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`;
    throw multipleObjects(message, [{ code: 'ObjectConflict', message, target: 'servicePrincipalNames' }]);
  }
  const known = catalogueApp(appId);
  if (!known) {
    throw badRequest(
      `The appId '${appId}' of the service principal does not reference a valid application object.`,
    );
  }
  if (
    ![...request.roles].some(
      (role) => role === 'Application.ReadWrite.All' || role === 'Directory.ReadWrite.All',
    )
  ) {
    throw new GraphError(
      403,
      'Authorization_RequestDenied',
      'When using this permission, the backing application of the service principal being created must in the local tenant',
    );
  }
  const fresh = newApplication(tenant, appId, known.displayName);
  const app = { ...fresh, ...changes(given) };
  store.put(tenant, 'servicePrincipals', app.id, app);
  return one(request, APPLICATION, app, 'servicePrincipals', 201);
}

/** A service principal as a plain create leaves it: on, open, without tags. Every one gets an id of its own. */
export function newApplication(tenant: Tenant, appId: string, displayName: string): ServicePrincipal {
  const generation = tenant.deletedItems.size;
  return {
    id: guid(tenant.name, 'servicePrincipal', appId, `created ${generation}`),
    appId,
    displayName,
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    tags: [],
    notes: null,
    appRoles: [],
    deletedDateTime: null,
  };
}

export function updateApplication(request: GraphRequest): Answer {
  const segment = param(request, 0);
  const appId = alternateKey(segment);
  const upsert = request.headers.get('prefer')?.toLowerCase().includes('create-if-missing') === true;
  if (appId !== undefined && upsert && !byAppId(request.tenant.servicePrincipals, appId)) {
    return create(request, appId, request.body);
  }
  const app = findApplication(request, segment, true);
  request.store.put(request.tenant, 'servicePrincipals', app.id, { ...app, ...changes(request.body) });
  return { status: 204 };
}

export function deleteApplication(request: GraphRequest): Answer {
  const { tenant, store, now } = request;
  const app = findApplication(request, param(request, 0), true);
  store.remove(tenant, 'servicePrincipals', app.id);
  store.put(tenant, 'deletedItems', app.id, { ...app, deletedDateTime: now.toISOString() });
  // What hung on it disappears with it; whether a restore brings it back is not known.
  for (const [id, each] of tenant.assignments)
    if (each.resourceId === app.id) store.remove(tenant, 'assignments', id);
  for (const [id, each] of tenant.grants) if (each.clientId === app.id) store.remove(tenant, 'grants', id);
  return { status: 204 };
}

type Changes = Partial<Omit<ServicePrincipal, 'id' | 'appId'>>;

/** The writable properties of a body, checked. `tags` replaces the list that is there. @throws GraphError 400 */
function changes(body: JsonObject | GraphRequest['body']): Changes {
  const changed: Changes = {};
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('@odata.')) continue;
    if (name === 'accountEnabled' && (typeof value === 'boolean' || value === null))
      changed.accountEnabled = value;
    else if (name === 'appRoleAssignmentRequired' && typeof value === 'boolean')
      changed.appRoleAssignmentRequired = value;
    else if (name === 'tags' && isTexts(value)) changed.tags = [...value];
    else if (name === 'displayName' && typeof value === 'string') changed.displayName = value;
    else if (name === 'notes' && (value === null || (typeof value === 'string' && value.length <= 1024)))
      changed.notes = value;
    else throw badRequest(`Invalid value specified for property '${name}' of resource 'ServicePrincipal'.`);
  }
  return changed;
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
