import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { APPLE_MAIL } from '../../src/core/state.ts';
import { GLOBAL_ADMINISTRATOR, userId } from '../../src/sandbox/directory.ts';
import { grantId, guidBytes } from '../../src/sandbox/ids.ts';
import { hasPremium } from '../../src/sandbox/licences.ts';
import { mayConsent, selfConsent } from '../../src/sandbox/self-consent.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { ADATUM_NOTES, ADATUM_TAGS } from '../../src/sandbox/tenants/adatum.ts';
import { CONTOSO_GROUPS, CONTOSO_GUEST } from '../../src/sandbox/tenants/contoso.ts';
import { FABRIKAM_GROUPS } from '../../src/sandbox/tenants/fabrikam.ts';
import { LITWARE_EXCEPTIONS, LITWARE_VIPS } from '../../src/sandbox/tenants/litware.ts';
import { NORTHWIND_IPHONES } from '../../src/sandbox/tenants/northwind.ts';
import { TAILSPIN_POLICY } from '../../src/sandbox/tenants/tailspin.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';

const all = new Map(builtInTenants().map((tenant) => [tenant.name, tenant]));

function built(name: string): Tenant {
  const [tenant] = builtInTenants(name);
  if (!tenant) throw new Error(name);
  return tenant;
}

const apple = (tenant: Tenant) =>
  [...tenant.servicePrincipals.values()].find((app) => app.appId === APPLE_MAIL);

test.each([
  ['contoso', 240, true, false],
  ['fabrikam', 6_800, true, false],
  ['northwind', 18, false, true],
  ['adatum', 950, true, false],
  ['wingtip', 75, false, true],
  ['tailspin', 1_300, true, true],
  ['litware', 2_400, true, false],
  ['proseware', 24_000, true, false],
])('%s has %d people; P1: %s; people may consent: %s', (name, size, premium, consent) => {
  const tenant = built(name);
  expect([tenant.users.size, hasPremium(tenant.subscribedSkus), mayConsent(tenant)]).toEqual([
    size,
    premium,
    consent,
  ]);
});

describe('what every tenant has', () => {
  test.each([...all.values()].map((tenant) => [tenant.name, tenant] as const))('%s', (_, tenant) => {
    const upns = new Set([...tenant.users.values()].map((user) => user.userPrincipalName));
    expect(upns.size).toBe(tenant.users.size);
    for (const name of ['admin', 'breakglass', 'sync', "o'connor", 'geschaeftsfuehrung', 'postfach']) {
      expect(upns).toContain(`${name}@${tenant.domain}`);
    }
    expect(tenant.roles.get(GLOBAL_ADMINISTRATOR)?.members.size).toBe(2);
    const names = [...tenant.groups.values()].map((group) => group.displayName);
    expect(names.filter((name) => name === 'SG-Projekt-Alpha')).toHaveLength(2);
    expect(names.filter((name) => name.length === 64)).toHaveLength(1);
    const postfach = tenant.users.get(userId(tenant, 'postfach'));
    expect(postfach?.mail).not.toBe(postfach?.userPrincipalName);
    for (const id of [tenant.id, ...tenant.users.keys(), ...tenant.groups.keys()]) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    for (const [id, each] of tenant.assignments) {
      const bytes = Buffer.from(id, 'base64url');
      expect([bytes.length, bytes.subarray(0, 16).equals(guidBytes(each.principalId))]).toEqual([32, true]);
    }
    for (const [id, each] of tenant.grants)
      expect(id).toBe(grantId(each.clientId, each.resourceId, each.principalId));
  });
});

test('the table of docs/sandbox.md names every tenant, its size and every group with its size', () => {
  const text = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
  for (const tenant of all.values()) {
    const rows = text.split('\n').filter((line) => line.startsWith(`| ${tenant.name} |`));
    expect(rows.join('\n')).toContain(`| \`${tenant.id}\` | ${tenant.users.size.toLocaleString('en')} |`);
    for (const group of tenant.groups.values()) {
      if (/Projekt-Alpha|Geräte/.test(group.displayName)) continue;
      const short = group.displayName.replace(/^SG-Mobile-(South|East|West)$/, '-$1');
      expect(rows.join('\n')).toContain(`\`${short}\``);
      if (group.members.size > 60) expect(rows.join('\n')).toContain(group.members.size.toLocaleString('en'));
    }
  }
});

/** Object ids of what is assigned to the Apple app, and names of groups and people by id. */
function assigned(tenant: Tenant): Set<string> {
  const names = [...tenant.assignments.values()].map(
    ({ principalId }) =>
      tenant.groups.get(principalId)?.displayName ??
      tenant.users.get(principalId)?.userPrincipalName ??
      'ghost',
  );
  return new Set(names);
}

test('each tenant shows its mess', () => {
  const contoso = built('contoso');
  expect(assigned(contoso)).toEqual(new Set(CONTOSO_GROUPS));
  expect([...contoso.users.values()].filter((user) => user.userType === 'Guest')).toMatchObject([
    { userPrincipalName: CONTOSO_GUEST },
  ]);
  const fabrikam = built('fabrikam');
  const names = [...fabrikam.groups.values()].map((group) => group.displayName);
  expect(names).toEqual(expect.arrayContaining([...FABRIKAM_GROUPS]));
  const own = [...fabrikam.grants.values()].filter((each) => each.consentType === 'Principal');
  const owners = own.map((each) => fabrikam.users.get(each.principalId ?? '')?.accountEnabled);
  const many = (state: boolean | undefined) => owners.filter((each) => each === state).length;
  expect([own.length, many(true), many(false), many(undefined)]).toEqual([1_900, 1_725, 140, 35]);
  const northwind = built('northwind');
  expect(apple(northwind)).toBeUndefined();
  const [group] = [...northwind.groups.values()].filter((each) => each.displayName === 'SG-iOS-Mail');
  const phones = [...(group?.members ?? [])].map((id) => northwind.users.get(id)?.userPrincipalName);
  expect(phones).toEqual(NORTHWIND_IPHONES);
  expect(apple(built('adatum'))).toMatchObject({
    accountEnabled: false,
    tags: ADATUM_TAGS,
    notes: ADATUM_NOTES,
  });
  expect(assigned(built('wingtip')).size).toBe(22);
  const tailspin = built('tailspin');
  expect([...tailspin.permissionGrantPolicies.keys()]).toContain(TAILSPIN_POLICY);
  expect([...tailspin.deletedItems.values()]).toMatchObject([{ appId: APPLE_MAIL }]);
  expect([...assigned(tailspin)].filter((name) => name.includes('#EXT#'))).toHaveLength(6);
  expect(assigned(tailspin)).toContain('ghost');
  const litware = assigned(built('litware'));
  for (const upn of [...LITWARE_VIPS, ...LITWARE_EXCEPTIONS]) expect(litware).toContain(upn);
});

test('two builds are equal and share nothing', () => {
  const [first, second] = [built('tailspin'), built('tailspin')];
  expect(first).toEqual(second);
  first.groups.clear();
  for (const user of first.users.values()) user.accountEnabled = false;
  expect(second).toEqual(built('tailspin'));
});

describe('self-consent', () => {
  const now = new Date('2026-11-24T08:00:00Z');

  test('leaves a service principal, a grant for each API and an assignment; again, nothing new', () => {
    const tenant = built('northwind');
    const user = userId(tenant, 'sales-001');
    expect(selfConsent(tenant, user, now)).toEqual({ consented: true });
    const app = apple(tenant);
    expect(app).toMatchObject({ accountEnabled: true, appRoleAssignmentRequired: false });
    expect(
      [...tenant.grants.values()].map(({ clientId, consentType, principalId, scope }) => ({
        clientId,
        consentType,
        principalId,
        scope,
      })),
    ).toEqual([
      {
        clientId: app?.id,
        consentType: 'Principal',
        principalId: user,
        scope: ' EAS.AccessAsUser.All EWS.AccessAsUser.All',
      },
      { clientId: app?.id, consentType: 'Principal', principalId: user, scope: ' User.Read' },
    ]);
    expect([...tenant.assignments.values()]).toMatchObject([
      { principalId: user, principalType: 'User', resourceId: app?.id },
    ]);
    const before = structuredClone(tenant);
    selfConsent(tenant, user, new Date('2026-11-25T08:00:00Z'));
    expect(tenant).toEqual(before);
  });

  test.each([
    ['contoso', 90094],
    ['adatum', 7000112],
    ['fabrikam', 90094],
    ['tailspin', 90094],
  ])('in %s it ends with AADSTS%d and leaves nothing', (name, code) => {
    const tenant = built(name);
    const before = structuredClone(tenant);
    expect(selfConsent(tenant, userId(tenant, 'admin'), now)).toEqual({ consented: false, code });
    expect(tenant).toEqual(before);
  });

  test('the custom policy of tailspin lets people consent once the app is open', () => {
    const tenant = built('tailspin');
    const app = apple(tenant);
    if (app) app.appRoleAssignmentRequired = false;
    expect(selfConsent(tenant, userId(tenant, 'agent-0002'), now)).toEqual({ consented: true });
  });

  test('unticking "popular mail clients" closes wingtip', () => {
    const tenant = built('wingtip');
    const permissions = tenant.policies.get('authorizationPolicy')?.defaultUserRolePermissions;
    const list = permissions?.permissionGrantPoliciesAssigned ?? [];
    if (permissions)
      permissions.permissionGrantPoliciesAssigned = list.filter((each) => !each.includes('allow-consent'));
    expect(mayConsent(tenant)).toBe(false);
  });
});
