import { type Answer, badRequest, multipleObjects, notFound } from '../answers.ts';
import { catalogueApp } from '../catalogue.ts';
import { classificationId } from '../ids.ts';
import { one, page, type Shape } from '../page.ts';
import { type GraphRequest, param } from '../request.ts';
import { seen } from '../store.ts';
import type { Classification } from '../tenant.ts';
import { findApplication } from './service-principals.ts';

const CLASSIFICATION: Shape<Classification> = {
  type: 'delegatedPermissionClassification',
  filterable: ['classification'],
  full: ({ id, permissionId, permissionName, classification }) => ({
    id,
    permissionId,
    permissionName,
    classification,
  }),
};

export function listClassifications(request: GraphRequest): Answer {
  const app = findApplication(request, param(request, 0));
  const rows = [...seen(request.tenant, 'classifications', request.now).values()];
  return page(
    request,
    rows.filter((each) => each.resourceId === app.id),
    (each) => each.id,
    CLASSIFICATION,
    `servicePrincipals('${app.id}')/delegatedPermissionClassifications`,
  );
}

export function createClassification(request: GraphRequest): Answer {
  const app = findApplication(request, param(request, 0), true);
  const { permissionId, classification, ...rest } = request.body;
  const scope = catalogueApp(app.appId)?.scopes.find((each) => each.id === permissionId);
  const { permissionName = scope?.value, ...more } = rest;
  if (!scope || permissionName !== scope.value || Object.keys(more).length > 0) {
    throw badRequest('The permission to classify does not exist on the resource.');
  }
  if (classification !== 'low' && classification !== 'medium' && classification !== 'high') {
    throw badRequest("Invalid value specified for property 'classification'.");
  }
  const id = classificationId(scope.id);
  if (request.tenant.classifications.has(id)) throw multipleObjects('The permission is classified already.');
  const row: Classification = {
    id,
    resourceId: app.id,
    permissionId: scope.id,
    permissionName: scope.value,
    classification,
  };
  request.store.put(request.tenant, 'classifications', id, row);
  const context = `servicePrincipals('${app.id}')/delegatedPermissionClassifications`;
  return one(request, CLASSIFICATION, row, context, 201);
}

export function deleteClassification(request: GraphRequest): Answer {
  const app = findApplication(request, param(request, 0), true);
  const id = param(request, 1);
  if (request.tenant.classifications.get(id)?.resourceId !== app.id) throw notFound(id);
  request.store.remove(request.tenant, 'classifications', id);
  return { status: 204 };
}
