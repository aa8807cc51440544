import { describe, expect, test } from 'vitest';
import { APPLE_MAIL, DEFAULT_ROLE, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { clientOf } from './sandbox-client.ts';

const EVENTUAL = { ConsistencyLevel: 'eventual' };
const ADMINS = "/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members";

async function open(name: string) {
  const tenants = builtInTenants(name);
  const sandbox = createSandbox({ tenants });
  const [tenant] = tenants;
  if (!tenant) throw new Error('no tenant');
  return { sandbox, tenant, call: await clientOf(sandbox, tenant) };
}

describe.each(['contoso', 'fabrikam', 'northwind', 'adatum', 'wingtip', 'tailspin', 'litware', 'proseware'])(
  'every read of %s fits the description of Graph',
  (name) => {
    test('all paths', async () => {
      const { tenant, call } = await open(name);
      tenant.settings = {};
      const [group] = tenant.groups.keys();
      const [user] = tenant.users.keys();
      const paths = [
        '/servicePrincipals',
        `/servicePrincipals?$filter=appId eq '${APPLE_MAIL}'`,
        `/servicePrincipals(appId='${EXCHANGE_ONLINE}')?$select=id,appId,oauth2PermissionScopes`,
        `/servicePrincipals(appId='${EXCHANGE_ONLINE}')/appRoleAssignedTo?$top=999`,
        '/oauth2PermissionGrants',
        `/users/${user}/oauth2PermissionGrants`,
        '/policies/authorizationPolicy',
        '/policies/permissionGrantPolicies',
        '/policies/permissionGrantPolicies/microsoft-user-default-low/includes',
        '/groups',
        `/groups/${group}`,
        `/groups/${group}/members`,
        `/groups/${group}/transitiveMembers`,
        '/users?$top=999',
        `/users/${user}?$select=id,accountEnabled,userType`,
        ADMINS,
        '/subscribedSkus',
        '/directory/deletedItems/microsoft.graph.servicePrincipal',
      ];
      for (const path of paths) expect([path, (await call('GET', path)).status]).toEqual([path, 200]);
      for (const path of [
        `/groups/${group}/members/graph.user?$count=true`,
        `/groups/${group}/members/graph.group?$count=true`,
        `/groups/${group}/members/graph.group/$count`,
        `/groups/${group}/members/$count`,
        `/users/${user}/memberOf/graph.group?$select=id&$count=true`,
      ]) {
        expect([path, (await call('GET', path, undefined, EVENTUAL)).status]).toEqual([path, 200]);
      }
      const app = [...tenant.servicePrincipals.values()].find((each) => each.appId === APPLE_MAIL);
      const found = await call('GET', `/servicePrincipals(appId='${APPLE_MAIL}')/appRoleAssignedTo`);
      expect(found.status).toBe(app ? 200 : 404);
    });
  },
);

test('fabrikam: 1,902 grants and 262 assignments come in pages, once each, by opaque absolute links', async () => {
  const { tenant, call } = await open('fabrikam');
  const collect = async (first: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let path: string | undefined = first; path; ) {
      const { body } = await call('GET', path);
      ids.push(...body.value.map((row: { id: string }) => row.id));
      path = body['@odata.nextLink'];
      if (path) expect(path).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/.*\$skiptoken=/);
    }
    return ids;
  };
  const app = [...tenant.servicePrincipals.values()].find((each) => each.appId === APPLE_MAIL);
  const grants = await collect(`/oauth2PermissionGrants?$filter=clientId eq '${app?.id}'`);
  expect(new Set(grants)).toEqual(new Set(tenant.grants.keys()));
  expect(grants).toHaveLength(1_902);
  const assigned = await collect(`/servicePrincipals(appId='${APPLE_MAIL}')/appRoleAssignedTo`);
  expect(new Set(assigned)).toEqual(new Set(tenant.assignments.keys()));
  expect(assigned).toHaveLength(262);
  expect(assigned).not.toEqual([...tenant.assignments.keys()]);
  const own = `/oauth2PermissionGrants?$filter=clientId eq '${app?.id}' and consentType eq 'AllPrincipals'`;
  expect(await collect(own)).toHaveLength(2);
});

test('every page size gives every row once, in one order', async () => {
  const { tenant, call } = await open('contoso');
  const wanted = [...tenant.groups.keys()].sort();
  for (let top = 1; top <= wanted.length + 1; top++) {
    const found: string[] = [];
    let pages = 0;
    for (let path: string | undefined = `/groups?$select=id&$top=${top}`; path; pages++) {
      const { body } = await call('GET', path);
      found.push(...body.value.map((row: { id: string }) => row.id));
      path = body['@odata.nextLink'];
    }
    expect([top, pages, found]).toEqual([top, Math.ceil(wanted.length / top), wanted]);
  }
});

test('the consent policy list changes case and order from answer to answer, and stays the same set', async () => {
  const { call } = await open('wingtip');
  const lists: string[][] = [];
  for (let turn = 0; turn < 3; turn++) {
    const { body } = await call('GET', '/policies/authorizationPolicy?$select=id,defaultUserRolePermissions');
    lists.push(body.defaultUserRolePermissions.permissionGrantPoliciesAssigned);
  }
  expect(lists[0]).not.toEqual(lists[1]);
  const asSet = (list: string[] | undefined) => new Set(list?.map((each) => each.toLowerCase()));
  expect(asSet(lists[0])).toEqual(asSet(lists[1]));
});

test('adatum: an old app answers null for assignment required, and a PATCH of tags replaces the list', async () => {
  const { tenant, call } = await open('adatum');
  const path = `/servicePrincipals(appId='${APPLE_MAIL}')?$select=id,displayName,appRoleAssignmentRequired,tags,notes`;
  const before = await call('GET', path);
  expect(before.body).toMatchObject({ displayName: 'iOS Accounts', appRoleAssignmentRequired: null });
  const patched = await call('PATCH', `/servicePrincipals/${before.body.id}`, { tags: ['HideApp'] });
  expect(patched).toMatchObject({ status: 204, body: undefined });
  expect((await call('GET', path)).body).toEqual({
    ...before.body,
    '@odata.context': expect.any(String),
    tags: ['HideApp'],
  });
  expect(tenant.servicePrincipals.get(before.body.id)?.notes).toBe(before.body.notes);
});

test('a missing app is created with its gates, assigned and granted; a soft delete hides it', async () => {
  const { tenant, sandbox, call } = await open('northwind');
  const commits: string[] = [];
  sandbox.onCommit = (_, { method, path }) => commits.push(`${method} ${path.split('/')[1]}`);
  expect((await call('GET', `/servicePrincipals(appId='${APPLE_MAIL}')`)).status).toBe(404);
  const created = await call('POST', '/servicePrincipals', {
    appId: APPLE_MAIL,
    accountEnabled: true,
    appRoleAssignmentRequired: true,
    tags: ['HideApp'],
  });
  expect(created).toMatchObject({
    status: 201,
    body: { appId: APPLE_MAIL, appRoleAssignmentRequired: true, tags: ['HideApp'], notes: null },
  });
  const [user] = tenant.users.keys();
  const assigned = await call('POST', `/servicePrincipals/${created.body.id}/appRoleAssignedTo`, {
    principalId: user,
    resourceId: created.body.id,
    appRoleId: DEFAULT_ROLE,
  });
  expect(assigned).toMatchObject({
    status: 201,
    body: { principalType: 'User', principalId: user, resourceDisplayName: 'Apple Internet Accounts' },
  });
  const exchange = await call('GET', `/servicePrincipals(appId='${EXCHANGE_ONLINE}')`);
  const granted = await call('POST', '/oauth2PermissionGrants', {
    clientId: created.body.id,
    consentType: 'AllPrincipals',
    resourceId: exchange.body.id,
    scope: 'EAS.AccessAsUser.All',
  });
  expect(granted).toMatchObject({ status: 201, body: { principalId: null } });
  expect(
    await call('PATCH', `/oauth2PermissionGrants/${granted.body.id}`, { scope: 'EWS.AccessAsUser.All' }),
  ).toMatchObject({ status: 204 });
  expect(await call('DELETE', `/servicePrincipals/${created.body.id}`)).toMatchObject({ status: 204 });
  expect((await call('GET', `/servicePrincipals(appId='${APPLE_MAIL}')`)).status).toBe(404);
  const deleted = await call(
    'GET',
    `/directory/deletedItems/microsoft.graph.servicePrincipal?$filter=appId eq '${APPLE_MAIL}'`,
  );
  expect(deleted.body.value).toHaveLength(1);
  expect(commits).toEqual([
    'POST servicePrincipals',
    'POST servicePrincipals',
    'POST oauth2PermissionGrants',
    'PATCH oauth2PermissionGrants',
    'DELETE servicePrincipals',
  ]);
});

test('a custom consent policy is written, assigned, refused to go while assigned, and goes', async () => {
  const { call } = await open('contoso');
  const policy = { id: 'native-mail-apple', displayName: 'Apple', description: 'Apple only' };
  expect(await call('POST', '/policies/permissionGrantPolicies', policy)).toMatchObject({
    status: 201,
    body: policy,
  });
  const include = {
    permissionType: 'delegated',
    clientApplicationIds: [APPLE_MAIL],
    resourceApplication: EXCHANGE_ONLINE,
  };
  const added = await call('POST', `/policies/permissionGrantPolicies/${policy.id}/includes`, include);
  expect(added).toMatchObject({
    status: 201,
    body: { ...include, permissions: ['all'], clientApplicationTenantIds: ['all'] },
  });
  const assign = (list: string[]) =>
    call('PATCH', '/policies/authorizationPolicy', {
      defaultUserRolePermissions: { permissionGrantPoliciesAssigned: list },
    });
  expect(await assign(['managePermissionGrantsForSelf.native-mail-apple'])).toMatchObject({ status: 204 });
  expect((await call('DELETE', `/policies/permissionGrantPolicies/${policy.id}`)).status).toBe(400);
  expect(await assign([])).toMatchObject({ status: 204 });
  expect(
    await call('DELETE', `/policies/permissionGrantPolicies/${policy.id}/includes/${added.body.id}`),
  ).toMatchObject({ status: 204 });
  expect(await call('DELETE', `/policies/permissionGrantPolicies/${policy.id}`)).toMatchObject({
    status: 204,
  });
});

test('people are found by name without regard to case, groups too, and names may hold apostrophes', async () => {
  const { call } = await open('contoso');
  const users = await call(
    'GET',
    "/users?$filter=userPrincipalName in ('O''CONNOR@contoso.example','nobody@contoso.example')&$select=id,userPrincipalName",
  );
  expect(users.body.value).toMatchObject([{ userPrincipalName: "o'connor@contoso.example" }]);
  const groups = await call('GET', "/groups?$filter=displayName eq 'sg-projekt-alpha'&$select=id");
  expect(groups.body.value).toHaveLength(2);
  const one = await call('GET', '/users/sales-017@contoso.example');
  expect(one.body.userPrincipalName).toBe('sales-017@contoso.example');
});
