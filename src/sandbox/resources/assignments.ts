import { DEFAULT_ROLE } from '../../core/state.ts';
import { type Answer, badRequest, GraphError, multipleObjects, notFound } from '../answers.ts';
import { assignmentId } from '../ids.ts';
import { hasPremium } from '../licences.ts';
import { countOf, one, page, type Shape } from '../page.ts';
import { type GraphRequest, param } from '../request.ts';
import { seen } from '../store.ts';
import type { Assignment, ServicePrincipal, Tenant } from '../tenant.ts';
import { findGroup } from './groups.ts';
import { findApplication } from './service-principals.ts';
import { findUser } from './users.ts';

type Row = Assignment & { readonly resourceDisplayName: string | null };

const ASSIGNMENT: Shape<Row> = {
  type: 'appRoleAssignment',
  // Nothing else is documented; a filter on principalId is not.
  filterable: ['resourceId', 'principalDisplayName'],
  full: (row) => ({
    id: row.id,
    deletedDateTime: null,
    appRoleId: row.appRoleId,
    createdDateTime: row.createdDateTime,
    principalDisplayName: row.principalDisplayName,
    principalId: row.principalId,
    principalType: row.principalType,
    resourceDisplayName: row.resourceDisplayName,
    resourceId: row.resourceId,
  }),
};

function rows(request: GraphRequest, wanted: (assignment: Assignment) => boolean): Row[] {
  const apps = request.tenant.servicePrincipals;
  return [...seen(request.tenant, 'assignments', request.now).values()]
    .filter(wanted)
    .map((each) => ({ ...each, resourceDisplayName: apps.get(each.resourceId)?.displayName ?? null }));
}

export function listAssignedTo(request: GraphRequest): Answer {
  const app = findApplication(request, param(request, 0));
  const found = rows(request, (each) => each.resourceId === app.id);
  return page(
    request,
    found,
    (row) => row.id,
    ASSIGNMENT,
    `servicePrincipals('${app.id}')/appRoleAssignedTo`,
  );
}

export function countAssignedTo(request: GraphRequest): Answer {
  const app = findApplication(request, param(request, 0));
  return countOf(request, rows(request, (each) => each.resourceId === app.id).length);
}

export function getAssignedTo(request: GraphRequest): Answer {
  const app = findApplication(request, param(request, 0));
  const [found] = rows(request, (each) => each.resourceId === app.id && each.id === param(request, 1));
  if (!found) throw notFound(param(request, 1));
  return one(request, ASSIGNMENT, found, `servicePrincipals('${app.id}')/appRoleAssignedTo`);
}

/** Of a user: direct ones and those of his groups. Of a group: its own. */
export function listOfUser(request: GraphRequest): Answer {
  const user = findUser(request, param(request, 0));
  const groups = [...request.tenant.groups.values()].filter((group) => group.members.has(user.id));
  const principals = new Set([user.id, ...groups.map((group) => group.id)]);
  return page(
    request,
    rows(request, (each) => principals.has(each.principalId)),
    (row) => row.id,
    ASSIGNMENT,
    'appRoleAssignments',
  );
}

export function listOfGroup(request: GraphRequest): Answer {
  const group = findGroup(request, param(request, 0));
  return page(
    request,
    rows(request, (each) => each.principalId === group.id),
    (row) => row.id,
    ASSIGNMENT,
    'appRoleAssignments',
  );
}

export function createAssignment(request: GraphRequest): Answer {
  const { tenant, body, store, now } = request;
  const app = findApplication(request, param(request, 0), true);
  const { principalId, resourceId, appRoleId } = body;
  if (typeof principalId !== 'string' || typeof resourceId !== 'string' || typeof appRoleId !== 'string') {
    throw badRequest('principalId, resourceId and appRoleId are required.');
  }
  if (resourceId.toLowerCase() !== app.id) throw badRequest('Not a valid reference update.');
  const role = appRoleId.toLowerCase();
  requireRole(app, role);
  const principal = findPrincipal(tenant, principalId.toLowerCase());
  const same = [...tenant.assignments.values()].some(
    (each) => each.resourceId === app.id && each.principalId === principal.id && each.appRoleId === role,
  );
  if (same) throw duplicate(tenant, principal.type);
  const when = now.toISOString();
  const created: Assignment = {
    id: assignmentId(principal.id, app.id, role, when),
    appRoleId: role,
    createdDateTime: when,
    principalId: principal.id,
    principalType: principal.type,
    principalDisplayName: principal.displayName,
    resourceId: app.id,
  };
  store.put(tenant, 'assignments', created.id, created);
  const row = { ...created, resourceDisplayName: app.displayName };
  return one(request, ASSIGNMENT, row, `servicePrincipals('${app.id}')/appRoleAssignedTo`, 201);
}

function requireRole(app: ServicePrincipal, role: string): void {
  const assignable = app.appRoles.filter((each) => each.allowedMemberTypes.includes('User'));
  const known =
    role === DEFAULT_ROLE ? assignable.length === 0 : app.appRoles.some((each) => each.id === role);
  if (!known) throw badRequest('Permission being assigned was not found on application');
}

type Principal = {
  readonly id: string;
  readonly type: Assignment['principalType'];
  readonly displayName: string;
};

function findPrincipal(tenant: Tenant, id: string): Principal {
  const user = tenant.users.get(id);
  if (user) return { id, type: 'User', displayName: user.displayName };
  const group = tenant.groups.get(id);
  if (group) {
    // What Graph answers without P1 is not documented; the portal refuses. Any 4xx will do.
    if (!hasPremium(tenant.subscribedSkus)) {
      throw new GraphError(
        403,
        'Authorization_RequestDenied',
        'Groups are not available for assignment due to your Active Directory plan level.',
      );
    }
    if (!group.securityEnabled) throw badRequest('The principal of the assignment is not security enabled.');
    return { id, type: 'Group', displayName: group.displayName };
  }
  const app = tenant.servicePrincipals.get(id);
  if (app) return { id, type: 'ServicePrincipal', displayName: app.displayName };
  throw badRequest('Not a valid reference update.');
}

/** Both shapes were seen in the wild, and which one comes is not documented. */
function duplicate(tenant: Tenant, type: Assignment['principalType']): GraphError {
  const shape = tenant.settings.duplicateAssignment ?? (type === 'Group' ? 'entitlement' : 'permission');
  if (shape === 'entitlement') return multipleObjects('EntitlementGrant entry already exists.');
  const message = 'Permission being assigned already exists on the object';
  return badRequest(message, [{ code: 'InvalidUpdate', message, target: 'appRoleAssignment' }]);
}

export function deleteAssignment(request: GraphRequest): Answer {
  const app = findApplication(request, param(request, 0), true);
  const id = param(request, 1);
  const found = request.tenant.assignments.get(id);
  if (found?.resourceId !== app.id)
    throw badRequest('EntitlementGrant being updated or deleted is not found.');
  request.store.remove(request.tenant, 'assignments', id);
  return { status: 204 };
}
