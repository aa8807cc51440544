import { APPLE_MAIL, DEFAULT_ROLE, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import { APPLE_BUSINESS_MANAGER, MICROSOFT_GRAPH } from '../../src/sandbox/catalogue.ts';
import { SANDBOX_APPLY_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { mobileOnly } from '../../src/sandbox/conditional-access.ts';
import { addSignIn, groupId, userId } from '../../src/sandbox/directory.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { type Client, clientOf } from './sandbox-client.ts';

/** A tenant in which every route has something to show, and everything in it that a path may name. */
export type Place = {
  readonly sandbox: Sandbox;
  readonly tenant: Tenant;
  readonly call: Client;
  readonly app: string;
  readonly exchange: string;
  readonly graph: string;
  readonly assignment: string;
  readonly grant: string;
  readonly classification: string;
  readonly include: string;
  readonly exclude: string;
  readonly group: string;
  readonly user: string;
};

export const POLICIES = '/policies/permissionGrantPolicies';

export async function openPlace(): Promise<Place> {
  const tenants = builtInTenants('contoso');
  const [tenant] = tenants;
  if (!tenant) throw new Error('no tenant');
  tenant.clients.get(SANDBOX_APPLY_CLIENT_ID)?.permissions.push('Directory.Read.All');
  tenant.conditionalAccess.push(...['one', 'two', 'three'].map((name) => mobileOnly(name, ['mfa'])));
  const sandbox = createSandbox({ tenants });
  const call = await clientOf(sandbox, tenant);
  const idOf = (appId: string) =>
    [...tenant.servicePrincipals.values()].find((each) => each.appId === appId)?.id ?? '';
  const [app, exchange, graph] = [idOf(APPLE_MAIL), idOf(EXCHANGE_ONLINE), idOf(MICROSOFT_GRAPH)];
  const made = async (path: string, body: object): Promise<string> =>
    (await call('POST', path, body)).body.id;
  const [user, group] = [userId(tenant, 'sales-001'), groupId(tenant, 'SG-iOS-Mail-Sales')];
  for (const name of ['SG-iOS-Mail-IT', 'SG-iOS-Mail-Management'])
    tenant.groups.get(group)?.members.add(groupId(tenant, name));
  const outside = userId(tenant, 'it-001');
  await made(`/servicePrincipals/${app}/appRoleAssignedTo`, {
    principalId: user,
    resourceId: app,
    appRoleId: DEFAULT_ROLE,
  });
  const assignment = await made(`/servicePrincipals/${app}/appRoleAssignedTo`, {
    principalId: outside,
    resourceId: app,
    appRoleId: DEFAULT_ROLE,
  });
  const own = (resourceId: string, scope: string) => ({
    clientId: app,
    consentType: 'Principal',
    principalId: user,
    resourceId,
    scope,
  });
  const grant = await made('/oauth2PermissionGrants', own(exchange, 'EAS.AccessAsUser.All'));
  await made('/oauth2PermissionGrants', own(graph, 'User.Read'));
  const scopes = (await call('GET', `/servicePrincipals/${exchange}?$select=oauth2PermissionScopes`)).body
    .oauth2PermissionScopes;
  const classify = (at: number) =>
    made(`/servicePrincipals/${exchange}/delegatedPermissionClassifications`, {
      permissionId: scopes[at].id,
      permissionName: scopes[at].value,
      classification: 'low',
    });
  const [classification] = [await classify(0), await classify(1)];
  // Whatever the clock says, the log has something of the last days.
  for (const days of [1, 2, 3])
    addSignIn(tenant, 'sales-001', new Date(Date.now() - days * 86_400_000).toISOString());
  await made(POLICIES, { id: 'mine', displayName: 'Mine', description: 'Mine' });
  const condition = {
    permissionType: 'delegated',
    clientApplicationIds: [APPLE_MAIL],
    resourceApplication: EXCHANGE_ONLINE,
  };
  const [include] = [
    await made(`${POLICIES}/mine/includes`, condition),
    await made(`${POLICIES}/mine/includes`, condition),
  ];
  const [exclude] = [
    await made(`${POLICIES}/mine/excludes`, condition),
    await made(`${POLICIES}/mine/excludes`, condition),
  ];
  for (let turn = 0; turn < 2; turn++)
    await call(
      'DELETE',
      `/servicePrincipals/${await made('/servicePrincipals', { appId: APPLE_BUSINESS_MANAGER })}`,
    );
  return {
    sandbox,
    tenant,
    call,
    app,
    exchange,
    graph,
    assignment,
    grant,
    classification,
    include,
    exclude,
    group,
    user,
  };
}
