import { type Answer, badRequest, notFound } from '../answers.ts';
import { page, project, type Shape } from '../page.ts';
import { type GraphRequest, param } from '../request.ts';
import type { SubscribedSku, User } from '../tenant.ts';
import { GROUP } from './groups.ts';
import { APPLICATION } from './service-principals.ts';
import { userShape } from './users.ts';

const SKU: Shape<SubscribedSku & { readonly tenantId: string; readonly tenantName: string }> = {
  type: 'subscribedSku',
  filterable: [],
  full: (sku) => ({
    accountId: sku.tenantId,
    accountName: sku.tenantName,
    appliesTo: 'User',
    capabilityStatus: sku.capabilityStatus,
    consumedUnits: 0,
    id: `${sku.tenantId}_${sku.skuId}`,
    prepaidUnits: { enabled: sku.units, suspended: 0, warning: 0, lockedOut: 0 },
    servicePlans: sku.servicePlans.map((plan) => ({ ...plan, appliesTo: 'User' })),
    skuId: sku.skuId,
    skuPartNumber: sku.skuPartNumber,
    subscriptionIds: [sku.skuId],
  }),
};

export function listSkus(request: GraphRequest): Answer {
  const { id, name } = request.tenant;
  const rows = request.tenant.subscribedSkus.map((sku) => ({ ...sku, tenantId: id, tenantName: name }));
  return page(request, rows, (sku) => sku.skuId, SKU, 'subscribedSkus');
}

/** Active members of a role. 404 while nobody ever activated the role in the tenant. */
export function listRoleMembers(request: GraphRequest): Answer {
  const segment = param(request, 0);
  const template = /^\(roleTemplateId='([^']*)'\)$/i.exec(segment)?.[1]?.toLowerCase();
  const { roles, users } = request.tenant;
  const role =
    template === undefined
      ? [...roles.values()].find((each) => each.id === segment.toLowerCase())
      : roles.get(template);
  if (!role) throw notFound(template ?? segment);
  const members: User[] = [...role.members].map((id) => users.get(id)).filter((user) => user !== undefined);
  const shape = userShape(request);
  return page(
    request,
    members,
    (user) => user.id,
    () => shape,
    'directoryObjects',
  );
}

const MAX_IDS = 1000;

/** Objects of up to 1,000 ids, of the wanted types; ids that match nothing are left out in silence. */
export function getByIds(request: GraphRequest): Answer {
  const { ids, types } = request.body;
  if (!Array.isArray(ids) || ids.length > MAX_IDS)
    throw badRequest(`'ids' must hold at most ${MAX_IDS} ids.`);
  const wanted = Array.isArray(types) ? types : ['user', 'group', 'servicePrincipal'];
  const { users, groups, servicePrincipals } = request.tenant;
  const value = ids.flatMap((each) => {
    const id = String(each).toLowerCase();
    const user = wanted.includes('user') ? users.get(id) : undefined;
    if (user)
      return [{ '@odata.type': '#microsoft.graph.user', ...project(request, userShape(request), user) }];
    const group = wanted.includes('group') ? groups.get(id) : undefined;
    if (group) return [{ '@odata.type': '#microsoft.graph.group', ...project(request, GROUP, group) }];
    const app = wanted.includes('servicePrincipal') ? servicePrincipals.get(id) : undefined;
    return app
      ? [{ '@odata.type': '#microsoft.graph.servicePrincipal', ...project(request, APPLICATION, app) }]
      : [];
  });
  return { status: 200, body: { '@odata.context': `${request.root}/$metadata#directoryObjects`, value } };
}
