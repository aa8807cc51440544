// The directory audit log of the sandbox: who did what, and what of it can be asked for.
import { expect, test } from 'vitest';
import { SANDBOX_APPLY_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { userId } from '../../src/sandbox/directory.ts';
import { administrator, inPortal } from '../../src/sandbox/portal.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { appleApp } from '../scenarios/levels.ts';
import { clientOf } from './sandbox-client.ts';

const LOG = '/auditLogs/directoryAudits';

async function open(name: string) {
  const now = new Date('2026-11-24T09:00:00Z');
  const tenants = builtInTenants(name);
  const [tenant] = tenants;
  if (tenant === undefined) throw new Error('there is one');
  const call = await clientOf(createSandbox({ now: () => now, tenants }), tenant);
  const app = appleApp(tenant);
  const edit = (day: string) =>
    inPortal(tenant, administrator(tenant, 'admin'), new Date(`2026-${day}T08:00:00Z`), () => {
      if (app !== undefined) app.accountEnabled = app.accountEnabled !== true;
    });
  const asked = async (filter: string): Promise<number> => {
    const { status, body } = await call('GET', `${LOG}?$filter=${encodeURIComponent(filter)}`);
    return status === 200 ? body.value.length : status;
  };
  return { tenant, call, app, edit, asked };
}

test('an edit in the portal and a write of an application, newest first, each with who did it', async () => {
  const { call, app, edit } = await open('contoso');
  edit('11-23');
  await call('PATCH', `/servicePrincipals/${app?.id}`, { appRoleAssignmentRequired: false });
  const { body } = await call('GET', LOG);
  expect(body.value).toMatchObject([
    {
      activityDisplayName: 'Update service principal',
      activityDateTime: '2026-11-24T09:00:00.000Z',
      initiatedBy: { user: null, app: { appId: SANDBOX_APPLY_CLIENT_ID, displayName: 'iosmail apply' } },
      targetResources: [{ id: app?.id, type: 'ServicePrincipal' }],
    },
    { initiatedBy: { app: null, user: { userPrincipalName: 'admin@contoso.example' } } },
  ]);
  expect(body.value[0].targetResources[0].modifiedProperties[0]).toEqual({
    displayName: 'AppRoleAssignmentRequired',
    oldValue: '[true]',
    newValue: '[false]',
  });
  expect(new Set(body.value.map(({ correlationId }: { correlationId: string }) => correlationId)).size).toBe(
    2,
  );
});

test('a write that changes nothing, and one that is refused, leave no entry', async () => {
  const { tenant, call, app } = await open('contoso');
  await call('PATCH', `/servicePrincipals/${app?.id}`, { accountEnabled: true });
  await call('DELETE', '/oauth2PermissionGrants/nothing');
  expect(tenant.audits).toEqual([]);
});

test('the documented filters', async () => {
  const { tenant, app, edit, asked } = await open('contoso');
  edit('11-20');
  edit('11-23');
  const [first] = tenant.audits;
  expect(await asked('activityDateTime ge 2026-11-22T00:00:00Z')).toBe(1);
  expect(await asked('activityDateTime le 2026-11-22T00:00:00Z')).toBe(1);
  expect(await asked("activityDisplayName eq 'Update service principal'")).toBe(2);
  expect(await asked("startswith(activityDisplayName,'Update')")).toBe(2);
  expect(await asked("activityDisplayName eq 'Add service principal'")).toBe(0);
  expect(await asked(`targetResources/any(t:t/id eq '${app?.id}')`)).toBe(2);
  expect(await asked("targetResources/any(t:t/id eq 'x')")).toBe(0);
  expect(await asked(`initiatedBy/user/id eq '${userId(tenant, 'admin')}'`)).toBe(2);
  expect(await asked(`initiatedBy/app/appId eq '${SANDBOX_APPLY_CLIENT_ID}'`)).toBe(0);
  expect(await asked(`correlationId eq '${first?.correlationId}'`)).toBe(1);
  expect(await asked("loggedByService eq 'Core Directory' and category eq 'ApplicationManagement'")).toBe(2);
  expect(await asked("result eq 'success'")).toBe(400);
  expect(await asked("targetResources/any(t:t/id in ('x'))")).toBe(400);
});

test('30 days with Entra ID P1, seven without; entries younger than the lag are not shown', async () => {
  for (const [name, shown] of [
    ['contoso', 2],
    ['wingtip', 1],
  ] as const) {
    const { tenant, call, edit } = await open(name);
    for (const day of ['10-01', '11-10', '11-23']) edit(day);
    expect((await call('GET', LOG)).body.value).toHaveLength(shown);
    tenant.settings.auditLagSeconds = 2 * 24 * 3600;
    expect((await call('GET', LOG)).body.value).toHaveLength(shown - 1);
  }
});
