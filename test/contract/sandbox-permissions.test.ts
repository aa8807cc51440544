import { beforeEach, describe, expect, test } from 'vitest';
import { APPLE_MAIL, DEFAULT_ROLE } from '../../src/core/state.ts';
import { SANDBOX_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { groupId } from '../../src/sandbox/directory.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { type Client, clientOf, GRAPH } from './sandbox-client.ts';

let contoso: Tenant;
let reader: Client;
let again: () => Promise<Client>;
let call: Client;
let app: string;

beforeEach(async () => {
  const tenants = builtInTenants('contoso');
  const [tenant] = tenants;
  if (!tenant) throw new Error('no tenant');
  contoso = tenant;
  const sandbox = createSandbox({ tenants });
  call = await clientOf(sandbox, contoso, { checked: false });
  app = [...contoso.servicePrincipals.values()].find((each) => each.appId === APPLE_MAIL)?.id ?? '';
  reader = await clientOf(sandbox, contoso, { clientId: SANDBOX_CLIENT_ID, checked: false });
  again = () => clientOf(sandbox, contoso, { clientId: SANDBOX_CLIENT_ID });
});

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

describe('permissions', () => {
  test('the reading identity cannot write, and everything it needs to read it can', async () => {
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
    const now = await again();
    expect((await now('GET', path)).body).toMatchObject({ accountEnabled: true });
    contoso.settings.refuse = ['User.ReadBasic.All', 'User.Read.All'];
    const members = await now(
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
