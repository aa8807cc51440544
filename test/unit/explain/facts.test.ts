// What stands behind a gate: the fact, the policy line, and who does what.
import { describe, expect, test } from 'vitest';
import type { GateName, GateReport } from '../../../src/explain/explanation.ts';
import { tenantsOf } from '../../../src/explain/tenant-of.ts';
import { mobileOnly } from '../../../src/sandbox/conditional-access.ts';
import { groupId } from '../../../src/sandbox/directory.ts';
import { assign } from '../../../src/sandbox/enterprise-app.ts';
import { licence } from '../../../src/sandbox/licences.ts';
import type { Tenant } from '../../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../../src/sandbox/tenants.ts';
import {
  appOf,
  type DesiredParts,
  desiredOf,
  explained,
  gateOf,
  idOf,
  refuse,
  setGrant,
  upn,
  woodgrove,
} from './woodgrove.ts';

const line = (at: number) => ({ file: 'policies/tenants/woodgrove.yaml', line: at, column: 5 });
const ORIGINS = {
  '/application/enabledForSignIn': line(3),
  '/application/assignmentRequired': line(4),
  '/consent/tenantWide': line(6),
  '/assignments/groups/0': line(9),
  '/assignments/users': line(11),
  '/assignments/users/0': line(12),
};

async function gate(
  name: GateName,
  person: string,
  change: (tenant: Tenant) => void = () => {},
  policy: DesiredParts = {},
): Promise<GateReport> {
  const tenant = woodgrove();
  change(tenant);
  const { explanation } = await explained(tenant, upn(person), { policy, origins: ORIGINS });
  const [iPhone] = explanation.devices;
  if (iPhone === undefined) throw new Error('no device');
  return gateOf(iPhone, name);
}

describe('the account', () => {
  test('found by mail address, the sign-in name is told', async () => {
    const tenant = woodgrove();
    const { explanation } = await explained(tenant, 'vertrieb.zentral@mail.woodgrove.example');
    expect(explanation.person?.upn).toBe('postfach@woodgrove.example');
    expect(explanation.devices[0]?.gates[0]?.facts.join(' ')).toContain(
      'The sign-in name is postfach@woodgrove.example',
    );
  });

  test('the sign-in name of one wins over the mail address of another', async () => {
    const tenant = woodgrove();
    // Both ways round, so that the order of the answer does not decide.
    for (const [name, other] of [
      ['anna', 'otto'],
      ['otto', 'anna'],
    ] as const) {
      const user = tenant.users.get(idOf(name));
      if (user) user.mail = upn(other);
    }
    for (const name of ['anna', 'otto'])
      expect((await explained(tenant, upn(name))).explanation.person?.id).toBe(idOf(name));
  });

  test('names with an apostrophe, a hash and umlauts are asked for as they are', async () => {
    for (const name of ["o'connor", 'gast_partner.example#EXT#', 'geschaeftsfuehrung'])
      expect((await explained(woodgrove(), `${name}@woodgrove.example`)).explanation.person?.upn).toBe(
        `${name}@woodgrove.example`,
      );
  });

  test('a name that would end the filter finds nobody', async () => {
    const { explanation } = await explained(woodgrove(), "x' or accountEnabled eq true or mail eq 'y");
    expect(explanation.person).toBeUndefined();
  });
});

describe('assignment', () => {
  test('the group that assigns is named', async () => {
    expect((await gate('G3', 'anna')).facts).toContain(
      'The person is a direct member of SG-Mail, which is assigned.',
    );
  });

  test('by its name of today, whatever the assignment remembers', async () => {
    const { facts } = await gate('G3', 'anna', (tenant) => {
      const group = tenant.groups.get(groupId(tenant, 'SG-Mail'));
      if (group) group.displayName = 'SG-Mail-New';
    });
    expect(facts.join()).toContain('SG-Mail-New');
  });

  test('nested only: the group is named, and that it counts for nothing', async () => {
    const { facts, codes, fixes } = await gate('G3', 'nina');
    expect(facts).toContain(
      'They are in SG-Mail by a nested group only: that counts for nothing here, only direct members do.',
    );
    expect(codes).toEqual([50105]);
    expect(fixes[0]).toContain('Make the person a direct member of one of: SG-Mail.');
  });

  test('a deleted group is offered to nobody', async () => {
    const { facts, fixes } = await gate('G3', 'otto', (tenant) =>
      assign(tenant, appOf(tenant), groupId(tenant, 'SG-Gone'), {
        principalType: 'Group',
        principalDisplayName: 'SG-Gone',
      }),
    );
    expect([...facts, ...fixes].join()).not.toContain('SG-Gone');
  });

  test('listed in the policy and not applied: the line, and that an apply is due', async () => {
    const { policy, fixes } = await gate('G3', 'otto', undefined, {
      assignments: { users: [{ upn: 'OTTO@woodgrove.example' }] },
    });
    expect(policy).toEqual([{ says: 'it lists the person', at: line(12), applied: false }]);
    expect(fixes.join()).toContain('iosmail plan --tenant woodgrove');
  });

  test('in a listed group that is not assigned yet', async () => {
    const { policy } = await gate('G3', 'anna', (tenant) => tenant.assignments.clear());
    expect(policy).toEqual([
      { says: 'it lists SG-Mail, of which the person is a direct member', at: line(9), applied: false },
    ]);
  });

  test.each([
    [{ until: '2026-11-23', reason: 'x' }, 'it lists the person, but the entry ended on 2026-11-23'],
    [{ from: '2026-12-01' }, 'it lists the person, from 2026-12-01 on only'],
  ])('an entry that does not count: %j', async (dates, says) => {
    const { policy, fixes } = await gate('G3', 'otto', undefined, {
      assignments: { users: [{ upn: upn('otto'), ...dates }] },
    });
    expect(policy).toEqual([{ says, at: line(12), applied: true }]);
    expect(fixes.join()).not.toContain('not applied');
  });

  test('not listed: what the lists hold, with the line', async () => {
    const { policy } = await gate('G3', 'otto');
    expect(policy).toEqual([
      {
        says: 'it lists 1 group and 1 user, this person is none of them and in none of them directly',
        at: line(11),
      },
    ]);
  });

  test('without Entra ID P1 no further group is advised', async () => {
    const without = (tenant: Tenant) => tenant.subscribedSkus.splice(0, 9, licence('O365_BUSINESS_PREMIUM'));
    expect((await gate('G3', 'otto', without)).fixes.join()).toContain('Without Entra ID P1');
    expect((await gate('G3', 'otto')).fixes.join()).not.toContain('Without Entra ID P1');
  });

  test('what the policy will require is told before it cuts anybody off', async () => {
    const { facts, policy } = await gate('G3', 'otto', (tenant) => {
      appOf(tenant).appRoleAssignmentRequired = false;
    });
    expect(facts.join()).toContain('The next apply of the policy requires assignment');
    expect(policy[0]).toEqual({ says: 'assignmentRequired: true', applied: false, at: line(4) });
  });
});

describe('the switch and the grant', () => {
  const off = (tenant: Tenant) => {
    appOf(tenant).accountEnabled = false;
  };
  test('off against the policy, off by the policy, and left alone', async () => {
    const against = await gate('G2', 'anna', off);
    expect([against.codes, against.policy]).toEqual([
      [7000112],
      [{ says: 'enabledForSignIn: true', applied: false, at: line(3) }],
    ]);
    expect(against.fixes.join()).toContain('not applied');
    const by = await gate('G2', 'anna', off, { application: { enabledForSignIn: false } });
    expect(by.policy[0]).toMatchObject({ says: 'enabledForSignIn: false', applied: true });
    expect(by.fixes.join()).toContain('change this line to true');
    const alone = await gate('G2', 'anna', off, { application: { enabledForSignIn: 'unmanaged' } });
    expect(alone.policy).toEqual([{ says: 'it leaves this setting alone' }]);
    expect(alone.fixes.join()).toContain('Entra admin centre › Enterprise apps');
  });

  test('a grant that the policy asks for is applied, not opened to everybody', async () => {
    const due = await gate('G4', 'anna', (tenant) => setGrant(tenant, ''));
    expect(due.policy).toEqual([
      { says: 'consent.tenantWide: EAS.AccessAsUser.All, EWS.AccessAsUser.All', applied: false, at: line(6) },
    ]);
    expect(due.fixes.join()).toContain('not applied');
    const unmanaged = await gate('G4', 'anna', (tenant) => setGrant(tenant, ''), {
      consent: { tenantWide: 'unmanaged' },
    });
    expect(unmanaged.fixes.join()).toContain('Opening user consent is not the way');
  });

  test('what may not be read names the permission', async () => {
    const told = async (name: GateName, ...what: readonly string[]) =>
      (await gate(name, 'otto', (tenant) => refuse(tenant, ...what))).fixes.join();
    expect(await told('account', '/users')).toContain('User.ReadBasic.All');
    expect(await told('G4', 'DelegatedPermissionGrant.Read.All')).toContain(
      'DelegatedPermissionGrant.Read.All',
    );
    expect(await told('G5', '/identity/conditionalAccess')).toContain('Policy.Read.All');
    expect(await told('G6', 'User.Read.All')).toContain('User.Read.All');
  });
});

test('a Conditional Access policy is named, with what it demands', async () => {
  const { facts, codes } = await gate('G5', 'anna', (tenant) =>
    tenant.conditionalAccess.push(
      mobileOnly('CA-App', ['approvedApplication']),
      mobileOnly('CA-Device', ['compliantDevice']),
    ),
  );
  expect(facts).toContain('CA-Device applies: it demands a device that is marked compliant.');
  expect(facts.join()).toContain('CA-App lets iPhone and iPad pass: it demands only an approved client app');
  expect(codes).toEqual([53000, 530002, 530003]);
});

test('a what-if that Graph does not understand is done without', async () => {
  const tenant = woodgrove();
  tenant.conditionalAccess.push(mobileOnly('CA', ['block']));
  const body = { error: { code: 'BadRequest', message: 'no', innerError: {} } };
  const { explanation } = await explained(tenant, upn('anna'), {
    fault: ({ path }) => (path.endsWith('/evaluate') ? { kind: 'answer', status: 400, body } : undefined),
  });
  expect(explanation.devices.map(({ closed }) => closed)).toEqual([['G5'], ['G5']]);
});

test('any other read that Graph does not understand fails, and says nothing about the person', async () => {
  const body = { error: { code: 'BadRequest', message: 'no', innerError: {} } };
  const asking = explained(woodgrove(), upn('anna'), {
    fault: ({ path }) => (path.startsWith('/users?') ? { kind: 'answer', status: 400, body } : undefined),
  });
  await expect(asking).rejects.toThrow('the account');
});

test('a person of a tenant of any size costs two round trips and at most 40 reads', async () => {
  for (const [name, person] of [
    ['litware', 'pharma-0001@litware.example'],
    ['fabrikam', 'hq-0001@fabrikam.example'],
  ] as const) {
    const [tenant] = builtInTenants(name);
    if (tenant === undefined) throw new Error('no tenant');
    const { sandbox } = await explained(tenant, person);
    const batches = sandbox.log.filter(({ path }) => path === '/v1.0/$batch');
    const reads = batches.reduce((sum, { items = [] }) => sum + items.length, 0);
    expect([batches.length, reads <= 40]).toEqual([2, true]);
    const methods = batches.flatMap(({ items = [] }) => items.filter(({ method }) => method !== 'GET'));
    expect(methods.every(({ path }) => path === '/identity/conditionalAccess/evaluate')).toBe(true);
  }
});

describe('the tenant of a name', () => {
  const policies = ['contoso', 'fabrikam', 'litware'].map((name) => ({
    desired: desiredOf({ ...woodgrove(), name }),
    origins: {},
  }));
  const named = (asked: string) => tenantsOf(asked, policies).map(({ desired }) => desired.tenant.name);

  test.each([
    ['anna@contoso.example', ['contoso']],
    ['anna@CONTOSO.onmicrosoft.com', ['contoso']],
    ['gast_x.example#EXT#@fabrikam.example', ['fabrikam']],
    ['anna@elsewhere.example', []],
    ['11111111-2222-3333-4444-555555555555', []],
  ])('%s: %j', (asked, tenants) => {
    expect(named(asked)).toEqual(tenants);
  });

  test('the only tenant there is needs no telling; a domain that a policy names, neither', () => {
    expect(tenantsOf('x', policies.slice(0, 1))).toHaveLength(1);
    expect(named('otto@woodgrove.example')).toEqual(['contoso', 'fabrikam', 'litware']);
  });
});
