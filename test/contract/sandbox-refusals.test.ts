import { beforeEach, describe, expect, test } from 'vitest';
import { APPLE_MAIL, DEFAULT_ROLE, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import { SANDBOX_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { groupId, userId } from '../../src/sandbox/directory.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { type Client, clientOf, GRAPH } from './sandbox-client.ts';

const EVENTUAL = { ConsistencyLevel: 'eventual' };

let sandbox: Sandbox;
let contoso: Tenant;
let call: Client;
let app: string;

beforeEach(async () => {
  sandbox = createSandbox({ tenants: builtInTenants('contoso', 'wingtip') });
  contoso = tenant('contoso');
  call = await clientOf(sandbox, contoso, { checked: false });
  app = appOf(contoso);
});

function tenant(name: string): Tenant {
  const found = sandbox.tenants.get(name);
  if (!found) throw new Error(name);
  return found;
}

function appOf(of: Tenant): string {
  return [...of.servicePrincipals.values()].find((each) => each.appId === APPLE_MAIL)?.id ?? '';
}

function refusal(status: number, code: string, message: string | RegExp) {
  return {
    status,
    body: {
      error: {
        code,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
        innerError: { 'request-id': expect.any(String) },
      },
    },
  };
}

describe('assignments', () => {
  const assign = (principalId: string) =>
    call('POST', `/servicePrincipals/${app}/appRoleAssignedTo`, {
      principalId,
      resourceId: app,
      appRoleId: DEFAULT_ROLE,
    });

  test('a duplicate has two shapes', async () => {
    const user = userId(contoso, 'sales-001');
    expect((await assign(user)).status).toBe(201);
    expect(await assign(user)).toMatchObject(
      refusal(400, 'Request_BadRequest', 'Permission being assigned already exists on the object'),
    );
    expect(await assign(groupId(contoso, 'SG-iOS-Mail-IT'))).toMatchObject(
      refusal(409, 'Request_MultipleObjectsWithSameKeyValue', 'EntitlementGrant entry already exists.'),
    );
    contoso.settings.duplicateAssignment = 'entitlement';
    expect((await assign(user)).status).toBe(409);
  });

  test('an unknown principal, a wrong role, an assignment already gone', async () => {
    expect(await assign('6f1c0c0e-0000-4000-8000-000000000000')).toMatchObject(
      refusal(400, 'Request_BadRequest', 'Not a valid reference update.'),
    );
    const wrong = {
      principalId: userId(contoso, 'sales-001'),
      resourceId: app,
      appRoleId: groupId(contoso, 'x'),
    };
    expect((await call('POST', `/servicePrincipals/${app}/appRoleAssignedTo`, wrong)).status).toBe(400);
    const [id] = contoso.assignments.keys();
    expect((await call('DELETE', `/servicePrincipals/${app}/appRoleAssignedTo/${id}`)).status).toBe(204);
    expect(await call('DELETE', `/servicePrincipals/${app}/appRoleAssignedTo/${id}`)).toMatchObject(
      refusal(400, 'Request_BadRequest', 'EntitlementGrant being updated or deleted is not found.'),
    );
  });

  test('a group where there is no P1', async () => {
    const wingtip = tenant('wingtip');
    const there = await clientOf(sandbox, wingtip);
    const body = {
      principalId: groupId(wingtip, 'SG-iOS-Mail'),
      resourceId: appOf(wingtip),
      appRoleId: DEFAULT_ROLE,
    };
    const answer = await there('POST', `/servicePrincipals/${appOf(wingtip)}/appRoleAssignedTo`, body);
    expect(answer).toMatchObject(refusal(403, 'Authorization_RequestDenied', /plan level/));
    expect(sandbox.log.at(-1)).toMatchObject({ method: 'POST', status: 403, tenant: 'wingtip' });
  });

  test('a filter on principalId is not supported', async () => {
    const answer = await call(
      'GET',
      `/servicePrincipals/${app}/appRoleAssignedTo?$filter=principalId eq '${app}'`,
    );
    expect(answer).toMatchObject(refusal(400, 'Request_UnsupportedQuery', /principalId/));
  });
});

test('service principals: twice, unknown app, too long notes, property that is no property', async () => {
  expect(await call('POST', '/servicePrincipals', { appId: APPLE_MAIL })).toMatchObject(
    refusal(409, 'Request_MultipleObjectsWithSameKeyValue', /already in use/),
  );
  expect(await call('POST', '/servicePrincipals', { appId: groupId(contoso, 'x') })).toMatchObject(
    refusal(400, 'Request_BadRequest', /does not reference a valid application object/),
  );
  const patch = (body: unknown) => call('PATCH', `/servicePrincipals/${app}`, body);
  expect((await patch({ notes: 'x'.repeat(1024) })).status).toBe(204);
  expect((await patch({ notes: 'x'.repeat(1025) })).status).toBe(400);
  expect((await patch({ appRoleAssignmentRequired: null })).status).toBe(400);
  expect((await patch({ asignmentRequired: true })).status).toBe(400);
  expect(await call('PATCH', `/servicePrincipals/${userId(contoso, 'x')}`, { notes: null })).toMatchObject(
    refusal(404, 'Request_ResourceNotFound', /does not exist/),
  );
});

test('grants: twice, what cannot change, too long, gone, nobody there', async () => {
  const exchange = await call('GET', `/servicePrincipals(appId='${EXCHANGE_ONLINE}')?$select=id`);
  const grant = {
    clientId: app,
    consentType: 'AllPrincipals',
    resourceId: exchange.body.id,
    scope: 'EAS.AccessAsUser.All',
  };
  expect(await call('POST', '/oauth2PermissionGrants', grant)).toMatchObject(
    refusal(409, 'Request_MultipleObjectsWithSameKeyValue', 'Permission entry already exists.'),
  );
  const own = { ...grant, consentType: 'Principal', principalId: userId(contoso, 'sales-001') };
  const created = await call('POST', '/oauth2PermissionGrants', own);
  expect(created.status).toBe(201);
  const path = `/oauth2PermissionGrants/${created.body.id}`;
  expect(await call('PATCH', path, { principalId: userId(contoso, 'sales-002') })).toMatchObject(
    refusal(400, 'Request_BadRequest', 'Property cannot be updated: principalId'),
  );
  expect((await call('PATCH', path, { scope: 'x'.repeat(3_850) })).status).toBe(204);
  expect((await call('PATCH', path, { scope: 'x'.repeat(3_851) })).status).toBe(400);
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('DELETE', path)).status).toBe(404);
  expect(
    await call('POST', '/oauth2PermissionGrants', { ...own, principalId: userId(contoso, 'nobody') }),
  ).toMatchObject(refusal(400, 'Request_BadRequest', 'Not a valid reference update.'));
});

test('a discarded write of the consent setting answers 204 and changes nothing', async () => {
  const wingtip = tenant('wingtip');
  const there = await clientOf(sandbox, wingtip);
  const before = structuredClone(wingtip.policies);
  const body = { defaultUserRolePermissions: { permissionGrantPoliciesAssigned: [] } };
  expect((await there('PATCH', '/policies/authorizationPolicy', body)).status).toBe(204);
  expect(wingtip.policies).toEqual(before);
});

test('built-in consent policies cannot be edited, and unknown ones not be assigned', async () => {
  const path = '/policies/permissionGrantPolicies/microsoft-user-default-low';
  expect((await call('PATCH', path, { displayName: 'mine' })).status).toBe(400);
  expect((await call('POST', `${path}/includes`, { permissionType: 'delegated' })).status).toBe(400);
  const list = ['ManagePermissionGrantsForSelf.nobody-knows'];
  expect(
    (
      await call('PATCH', '/policies/authorizationPolicy', {
        defaultUserRolePermissions: { permissionGrantPoliciesAssigned: list },
      })
    ).status,
  ).toBe(400);
});

test('queries: counts and casts need the header, filters take 15 values, pages 999 rows, names must exist', async () => {
  const group = groupId(contoso, 'SG-iOS-Mail-IT');
  const unsupported = { status: 400, body: { error: { code: 'Request_UnsupportedQuery' } } };
  expect(await call('GET', `/groups/${group}/members/$count`)).toMatchObject(unsupported);
  expect(await call('GET', `/groups/${group}/members/graph.user?$count=true`)).toMatchObject(unsupported);
  expect(await call('GET', `/groups/${group}/members/graph.user`, undefined, EVENTUAL)).toMatchObject(
    unsupported,
  );
  expect(await call('GET', `/groups/${group}/members/$count`, undefined, EVENTUAL)).toMatchObject({
    status: 200,
    body: 12,
  });
  const names = (many: number) => Array.from({ length: many }, (_, at) => `'g${at}'`).join(',');
  expect((await call('GET', `/groups?$filter=displayName in (${names(15)})`)).status).toBe(200);
  expect(await call('GET', `/groups?$filter=displayName in (${names(16)})`)).toMatchObject(unsupported);
  expect((await call('GET', '/groups?$top=1000')).status).toBe(400);
  expect((await call('GET', '/groups?$select=displaName')).status).toBe(400);
  expect((await call('GET', "/groups?$filter=displayName eq 'it")).status).toBe(400);
  expect(await call('GET', '/groups?$orderby=displayName')).toMatchObject(unsupported);
  expect((await call('GET', '/groups?$skiptoken=made-up')).status).toBe(400);
});

test('unknown paths and methods', async () => {
  expect((await call('GET', '/nobody/knows')).status).toBe(404);
  expect((await call('GET', '/groups/x/nobody')).status).toBe(400);
  expect((await call('DELETE', '/policies/authorizationPolicy')).status).toBe(405);
});

describe('permissions', () => {
  test('the reading identity cannot write, and everything it needs to read it can', async () => {
    const reader = await clientOf(sandbox, contoso, { clientId: SANDBOX_CLIENT_ID });
    const denied = refusal(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    );
    expect(await reader('PATCH', `/servicePrincipals/${app}`, { notes: 'x' })).toMatchObject(denied);
    expect(
      await reader('POST', `/servicePrincipals/${app}/appRoleAssignedTo`, {
        principalId: app,
        resourceId: app,
        appRoleId: DEFAULT_ROLE,
      }),
    ).toMatchObject(denied);
    expect(await reader('PATCH', '/policies/authorizationPolicy', {})).toMatchObject(denied);
    expect(await reader('POST', '/directoryObjects/getByIds', { ids: [app] })).toMatchObject(denied);
    for (const path of [
      `/servicePrincipals/${app}/appRoleAssignedTo`,
      '/oauth2PermissionGrants',
      '/policies/authorizationPolicy',
      '/policies/permissionGrantPolicies',
      '/groups',
      '/users',
      '/subscribedSkus',
      "/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members",
    ]) {
      expect([path, (await reader('GET', path)).status]).toEqual([path, 200]);
    }
  });

  test('whether an account is enabled takes User.Read.All; without any user permission only the id comes', async () => {
    const path = '/users/admin@contoso.example?$select=id,userPrincipalName,accountEnabled';
    expect((await call('GET', path)).body).toMatchObject({
      userPrincipalName: 'admin@contoso.example',
      accountEnabled: null,
    });
    contoso.clients.get(SANDBOX_CLIENT_ID)?.permissions.push('User.Read.All');
    const reader = await clientOf(sandbox, contoso, { clientId: SANDBOX_CLIENT_ID });
    expect((await reader('GET', path)).body).toMatchObject({ accountEnabled: true });
    contoso.settings.refuse = ['User.ReadBasic.All', 'User.Read.All'];
    const members = await reader(
      'GET',
      `/groups/${groupId(contoso, 'SG-iOS-Mail-IT')}/members?$select=id,userPrincipalName`,
    );
    expect(members.body.value[0]).toEqual({
      '@odata.type': '#microsoft.graph.user',
      id: expect.any(String),
      userPrincipalName: null,
    });
  });

  test('proseware refuses the authorization policy, alone and inside a batch', async () => {
    const tenants = builtInTenants('proseware');
    const [proseware] = tenants;
    if (!proseware) throw new Error('no tenant');
    delete proseware.settings.throttle;
    const there = await clientOf(createSandbox({ tenants }), proseware);
    expect((await there('GET', '/policies/authorizationPolicy')).status).toBe(403);
    const batch = await there('POST', '/$batch', {
      requests: [{ id: 'a', method: 'GET', url: '/policies/authorizationPolicy' }],
    });
    expect(batch.body.responses).toMatchObject([{ id: 'a', status: 403 }]);
  });
});

test('tokens: none, nonsense, expired, for somebody else', async () => {
  let now = new Date('2026-11-24T08:00:00Z');
  const late = createSandbox({ now: () => now, tenants: [contoso] });
  const there = await clientOf(late, contoso);
  expect((await there('GET', '/groups')).status).toBe(200);
  now = new Date('2026-11-24T09:00:00Z');
  expect(await there('GET', '/groups')).toMatchObject(refusal(401, 'InvalidAuthenticationToken', /expired/));
  const bare = async (headers: { readonly [name: string]: string }) =>
    (await late.fetch(`${GRAPH}/v1.0/groups`, { headers })).status;
  expect(await bare({})).toBe(401);
  expect(await bare({ authorization: 'Bearer x.y.z' })).toBe(401);
  const elsewhere = await clientOf(
    {
      fetch: (input, init) =>
        late.fetch(String(input).replace('graph.microsoft.com', 'graph.microsoft.us'), init),
    },
    contoso,
    { checked: false },
  );
  expect(await elsewhere('GET', '/groups')).toMatchObject(
    refusal(401, 'InvalidAuthenticationToken', /audience/),
  );
});
