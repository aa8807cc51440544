import { beforeEach, describe, expect, test } from 'vitest';
import { APPLE_MAIL, DEFAULT_ROLE, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import { groupId, userId } from '../../src/sandbox/directory.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { type Client, clientOf } from './sandbox-client.ts';

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
