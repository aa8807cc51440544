import type { Json } from '../../core/json.ts';
import { type Answer, badRequest, multipleObjects, notFound } from '../answers.ts';
import { conditionSet, isBuiltIn } from '../consent-policies.ts';
import { guid } from '../ids.ts';
import { one, page, type Shape } from '../page.ts';
import { type GraphRequest, param } from '../request.ts';
import { seen } from '../store.ts';
import type { ConditionSet, PermissionGrantPolicy } from '../tenant.ts';

const CONDITIONS: Shape<ConditionSet> = {
  type: 'permissionGrantConditionSet',
  filterable: [],
  full: (set) => ({ ...set }),
};

const POLICY: Shape<PermissionGrantPolicy> = {
  type: 'permissionGrantPolicy',
  filterable: [],
  full: (policy) => ({
    id: policy.id,
    displayName: policy.displayName,
    description: policy.description,
    // Both come expanded, without being asked for.
    includes: policy.includes.map((set) => ({ ...set })),
    excludes: policy.excludes.map((set) => ({ ...set })),
  }),
};

type Kind = 'includes' | 'excludes';

function find(rows: ReadonlyMap<string, PermissionGrantPolicy>, id: string): PermissionGrantPolicy {
  const wanted = id.toLowerCase();
  for (const policy of rows.values()) if (policy.id.toLowerCase() === wanted) return policy;
  throw notFound(id);
}

function visible(request: GraphRequest): PermissionGrantPolicy {
  return find(seen(request.tenant, 'permissionGrantPolicies', request.now), param(request, 0));
}

function editable(request: GraphRequest): PermissionGrantPolicy {
  const policy = find(request.tenant.permissionGrantPolicies, param(request, 0));
  if (isBuiltIn(policy.id)) throw badRequest('Built-in permission grant policies cannot be changed.');
  return policy;
}

export function listPolicies(request: GraphRequest): Answer {
  const rows = seen(request.tenant, 'permissionGrantPolicies', request.now).values();
  return page(request, rows, (policy) => policy.id, POLICY, 'policies/permissionGrantPolicies');
}

export function getPolicy(request: GraphRequest): Answer {
  return one(request, POLICY, visible(request), 'policies/permissionGrantPolicies');
}

export function createPolicy(request: GraphRequest): Answer {
  const { id, displayName, description, ...rest } = request.body;
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]+$/.test(id) || isBuiltIn(id)) {
    throw badRequest("Invalid value specified for property 'id' of resource 'PermissionGrantPolicy'.");
  }
  if (typeof displayName !== 'string' || typeof description !== 'string' || Object.keys(rest).length > 0) {
    throw badRequest('A permission grant policy is created with id, displayName and description.');
  }
  const known = [...request.tenant.permissionGrantPolicies.keys()].map((each) => each.toLowerCase());
  if (known.includes(id.toLowerCase())) {
    throw multipleObjects('Another object with the same value for property id already exists.');
  }
  const policy: PermissionGrantPolicy = { id, displayName, description, includes: [], excludes: [] };
  request.store.put(request.tenant, 'permissionGrantPolicies', id, policy);
  return one(request, POLICY, policy, 'policies/permissionGrantPolicies', 201);
}

export function updatePolicy(request: GraphRequest): Answer {
  const policy = editable(request);
  const { displayName = policy.displayName, description = policy.description, ...rest } = request.body;
  if (typeof displayName !== 'string' || typeof description !== 'string' || Object.keys(rest).length > 0) {
    throw badRequest('Only displayName and description of a permission grant policy can be updated.');
  }
  request.store.put(request.tenant, 'permissionGrantPolicies', policy.id, {
    ...policy,
    displayName,
    description,
  });
  return { status: 204 };
}

export function deletePolicy(request: GraphRequest): Answer {
  const policy = editable(request);
  const assigned = request.tenant.policies.get('authorizationPolicy')?.defaultUserRolePermissions;
  const suffix = `.${policy.id}`.toLowerCase();
  if (assigned?.permissionGrantPoliciesAssigned.some((each) => each.toLowerCase().endsWith(suffix))) {
    throw badRequest('The permission grant policy is assigned and cannot be deleted.');
  }
  request.store.remove(request.tenant, 'permissionGrantPolicies', policy.id);
  return { status: 204 };
}

export function listConditions(kind: Kind): (request: GraphRequest) => Answer {
  return (request) => {
    const policy = visible(request);
    return page(
      request,
      policy[kind],
      (set) => set.id,
      CONDITIONS,
      `policies/permissionGrantPolicies('${policy.id}')/${kind}`,
    );
  };
}

/** What is left out becomes as inclusive as can be. */
export function createCondition(kind: Kind): (request: GraphRequest) => Answer {
  return (request) => {
    const policy = editable(request);
    const given = conditions(request.body);
    const id = guid(policy.id, kind, String(request.turn), JSON.stringify(given));
    const set = conditionSet(id, given);
    request.store.put(request.tenant, 'permissionGrantPolicies', policy.id, {
      ...policy,
      [kind]: [...policy[kind], set],
    });
    return one(request, CONDITIONS, set, `policies/permissionGrantPolicies('${policy.id}')/${kind}`, 201);
  };
}

export function deleteCondition(kind: Kind): (request: GraphRequest) => Answer {
  return (request) => {
    const policy = editable(request);
    const id = param(request, 1).toLowerCase();
    if (!policy[kind].some((set) => set.id === id)) throw notFound(id);
    const kept = policy[kind].filter((set) => set.id !== id);
    request.store.put(request.tenant, 'permissionGrantPolicies', policy.id, { ...policy, [kind]: kept });
    return { status: 204 };
  };
}

const LISTS = [
  'permissions',
  'clientApplicationIds',
  'clientApplicationTenantIds',
  'clientApplicationPublisherIds',
] as const;

function conditions(body: { readonly [name: string]: Json }): Partial<Omit<ConditionSet, 'id'>> {
  const given: Partial<Omit<ConditionSet, 'id'>> = {};
  for (const [name, value] of Object.entries(body)) {
    const list = LISTS.find((each) => each === name);
    if (list && Array.isArray(value) && value.every((each) => typeof each === 'string'))
      given[list] = [...value];
    else if (name === 'permissionType' && (value === 'delegated' || value === 'application'))
      given.permissionType = value;
    else if (name === 'permissionClassification' && typeof value === 'string')
      given.permissionClassification = value;
    else if (name === 'resourceApplication' && typeof value === 'string') given.resourceApplication = value;
    else if (name === 'clientApplicationsFromVerifiedPublisherOnly' && typeof value === 'boolean')
      given[name] = value;
    else
      throw badRequest(
        `Invalid value specified for property '${name}' of resource 'PermissionGrantConditionSet'.`,
      );
  }
  if (given.permissionType === undefined)
    throw badRequest("A value is required for property 'permissionType'.");
  return given;
}
