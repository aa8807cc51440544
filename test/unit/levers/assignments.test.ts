import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Answer } from '../../../src/core/request.ts';
import type { Desired, GroupEntry, UserEntry } from '../../../src/core/state.ts';
import { assignments } from '../../../src/levers/assignments.ts';
import { policy } from '../core/tenant-double.ts';
import {
  ABSENT,
  APP,
  ASSIGNED,
  app,
  converse,
  DAY,
  DEFAULT_ROLE,
  found,
  REFUSED,
  requests,
  rules,
} from './converse.ts';

const YESTERDAY = '2026-11-23';
const TOMORROW = '2026-11-25';
const P1 = found([
  {
    capabilityStatus: 'Enabled',
    servicePlans: [{ servicePlanId: '41781FB2-bc02-4b7c-bd55-b576c07bb09d', provisioningStatus: 'Success' }],
  },
]);
const group = (id: string, displayName: string, parts: { readonly [key: string]: Json } = {}): Json => ({
  id,
  displayName,
  securityEnabled: true,
  ...parts,
});
const user = (id: string, parts: { readonly [key: string]: Json } = {}): Json => ({
  id,
  userPrincipalName: `${id}@contoso.example`,
  accountEnabled: true,
  userType: 'Member',
  ...parts,
});
const assigned = (principalId: string, principalType: string, appRoleId = DEFAULT_ROLE): Json => ({
  id: `as-${principalId}`,
  principalId,
  principalType,
  appRoleId,
  principalDisplayName: `name of ${principalId}`,
});
type World = {
  readonly assigned?: readonly Json[];
  readonly groups?: Answer;
  readonly users?: Answer;
  readonly members?: Answer;
  readonly nested?: Answer;
  readonly skus?: Answer;
  readonly app?: Answer;
};
const SALES = group('g1', 'SG-Sales');

function run(parts: Partial<Desired['assignments']>, world: World, day = DAY) {
  return converse(
    assignments,
    policy({ assignments: parts }),
    [
      [ASSIGNED, found(world.assigned ?? [])],
      [APP, world.app ?? app()],
      ['/groups?', world.groups ?? found([SALES])],
      ['/users?', world.users ?? found([user('ann'), user('bob')])],
      ['/groups/g1/members/graph.user', world.members ?? found([user('bob'), user('ann')])],
      ['/groups/g1/members/graph.group', world.nested ?? found(0)],
      ['/subscribedSkus', world.skus ?? P1],
    ],
    day,
  );
}
const sales: GroupEntry = { name: 'SG-Sales', as: 'group' };
const ann: UserEntry = { upn: 'ann@contoso.example' };
const add = (principalId: string): readonly [string, string, Json] => [
  'POST',
  '/servicePrincipals/sp/appRoleAssignedTo',
  { principalId, resourceId: 'sp', appRoleId: DEFAULT_ROLE },
];
const remove = (principalId: string): readonly [string, string] => [
  'DELETE',
  `/servicePrincipals/sp/appRoleAssignedTo/as-${principalId}`,
];

describe('listed and unlisted', () => {
  const both = [assigned('g1', 'Group'), assigned('ann', 'User')];
  test.each<[string, Partial<Desired['assignments']>, readonly Json[], readonly unknown[]]>([
    ['nothing managed', {}, both, []],
    ['listed and there', { groups: [sales], users: [ann], unlisted: 'remove' }, both, []],
    ['listed and missing', { groups: [sales], users: [ann], unlisted: 'keep' }, [], [add('g1'), add('ann')]],
    ['unlisted, removed', { groups: [], users: [], unlisted: 'remove' }, both, [remove('g1'), remove('ann')]],
    ['unlisted, kept', { groups: [], users: [], unlisted: 'keep' }, both, []],
    [
      'groups unmanaged stay whatever `unlisted` says',
      { users: [], unlisted: 'remove' },
      both,
      [remove('ann')],
    ],
    [
      'users unmanaged stay whatever `unlisted` says',
      { groups: [], unlisted: 'remove' },
      both,
      [remove('g1')],
    ],
    [
      'a custom role is left alone',
      { users: [], unlisted: 'remove' },
      [assigned('ann', 'User', 'role-1')],
      [],
    ],
    [
      'a service principal is left alone',
      { groups: [], users: [], unlisted: 'remove' },
      [assigned('app2', 'ServicePrincipal')],
      [],
    ],
    [
      'listed, but there with another role only',
      { users: [ann], unlisted: 'remove' },
      [assigned('ann', 'User', 'role-1')],
      [add('ann')],
    ],
  ])('%s', (_, parts, there, sent) => {
    expect(requests(run(parts, { assigned: there }).assessment)).toEqual(sent);
  });

  test('whoever keeps another role keeps passing the gate', () => {
    const there = [
      assigned('ann', 'User'),
      { ...(assigned('ann', 'User', 'role-1') as object), id: 'as-other' },
    ];
    const { assessment } = run({ users: [], unlisted: 'remove' }, { assigned: there });
    expect(requests(assessment)).toEqual([remove('ann')]);
    expect(assessment.moves[0]?.effects).toEqual([]);
  });

  test('everybody assigned is a gate, whatever the role or kind', () => {
    const there = [
      assigned('g1', 'Group'),
      assigned('ann', 'User', 'role-1'),
      assigned('app2', 'ServicePrincipal'),
    ];
    expect([...(run({}, { assigned: there }).assessment.gates.assignees?.keys() ?? [])]).toEqual([
      'g1',
      'ann',
      'app2',
    ]);
  });

  test('a deleted principal is reported and never pruned', () => {
    const { assessment } = run(
      { groups: [], users: [], unlisted: 'remove' },
      { assigned: [assigned('g9', 'Group'), assigned('zoe', 'User')] },
    );
    expect(assessment.moves).toEqual([]);
    expect(rules(assessment)).toEqual(['warning deleted-principal', 'warning deleted-principal']);
    expect(assessment.leftAlone.map(({ setting }) => setting)).toEqual(['assignments/deleted']);
  });

  test('whether they still exist, unread, is unknown: nothing is removed and the tenant is refused', () => {
    const { assessment } = run(
      { users: [], unlisted: 'remove' },
      { assigned: [assigned('ann', 'User')], users: REFUSED },
    );
    expect(assessment.moves).toEqual([]);
    expect(rules(assessment)).toEqual(['error unreadable']);
  });

  test('an absent app has nobody, and is filled under the id that creating it will give', () => {
    const { assessment } = converse(
      assignments,
      policy({ assignments: { users: [ann], unlisted: 'remove' } }),
      [
        [ASSIGNED, ABSENT],
        [APP, ABSENT],
        ['/users?', found([user('ann')])],
      ],
    );
    expect(requests(assessment)[0]?.[1]).toBe('/servicePrincipals/{application}/appRoleAssignedTo');
  });

  test('an app with roles of its own gives Default Access no meaning', () => {
    const roles = {
      appRoles: [{ id: 'r', displayName: 'Reader', isEnabled: true, allowedMemberTypes: ['User'] }],
    };
    expect(rules(run({ users: [ann], unlisted: 'keep' }, { app: app(roles) }).assessment)).toEqual([
      'error app-has-roles',
    ]);
    const machines = { appRoles: [{ id: 'r', isEnabled: true, allowedMemberTypes: ['Application'] }] };
    expect(rules(run({ users: [ann], unlisted: 'keep' }, { app: app(machines) }).assessment)).toEqual([]);
  });
});

describe('looking up', () => {
  const one = (entry: GroupEntry, groups: Answer) =>
    run({ groups: [entry], unlisted: 'keep' }, { groups, nested: found(0) }).assessment;
  test.each<[string, GroupEntry, Answer, readonly string[], number]>([
    ['not found', sales, found([]), ['error group-not-found'], 0],
    ['ambiguous', sales, found([SALES, group('g2', 'SG-Sales')]), ['error group-ambiguous'], 0],
    ['refused', sales, REFUSED, ['error unreadable'], 0],
    ['in another letter case', { ...sales, name: 'sg-sales' }, found([SALES]), [], 1],
    [
      'a longer name is another group',
      sales,
      found([group('g2', 'SG-Sales-EU')]),
      ['error group-not-found'],
      0,
    ],
    ['pinned by id', { id: 'g1', as: 'group' }, found([SALES]), [], 1],
    [
      'pinned and renamed',
      { ...sales, id: 'g1' },
      found([group('g1', 'SG-Vente')]),
      ['info group-renamed'],
      1,
    ],
    [
      'pinned and gone, though another has the name',
      { ...sales, id: 'g9' },
      found([SALES]),
      ['error group-not-found'],
      0,
    ],
    [
      'not a security group',
      sales,
      found([group('g1', 'SG-Sales', { securityEnabled: false })]),
      ['error not-a-security-group'],
      1,
    ],
    [
      'not said to be a security group',
      sales,
      found([{ id: 'g1', displayName: 'SG-Sales' }]),
      ['error not-a-security-group'],
      1,
    ],
  ])('a group: %s', (_, entry, groups, expected, moves) => {
    const assessment = one(entry, groups);
    expect(rules(assessment)).toEqual(expected);
    expect(assessment.moves).toHaveLength(moves);
  });

  test('an ambiguous group names the ids to pin, in one order', () => {
    const message = (rows: readonly Json[]) => one(sales, found(rows)).findings[0]?.message;
    expect(message([group('g2', 'SG-Sales'), SALES])).toContain('g1, g2');
    expect(message([SALES, group('g2', 'SG-Sales')])).toBe(message([group('g2', 'SG-Sales'), SALES]));
  });

  test.each<[string, Answer, readonly string[], number]>([
    ['not found', found([]), ['error user-not-found'], 0],
    ['refused', REFUSED, ['error unreadable'], 0],
    ['in another letter case', found([user('ann', { userPrincipalName: 'Ann@Contoso.example' })]), [], 1],
    ['a guest', found([user('ann', { userType: 'Guest' })]), ['warning guest-assigned'], 1],
    ['a disabled account', found([user('ann', { accountEnabled: false })]), ['warning account-disabled'], 1],
    [
      'an account that says neither',
      found([{ id: 'ann', userPrincipalName: ann.upn, accountEnabled: null, userType: null }]),
      [],
      1,
    ],
  ])('a user: %s', (_, users, expected, moves) => {
    const { assessment } = run({ users: [ann], unlisted: 'keep' }, { users });
    expect(rules(assessment)).toEqual(expected);
    expect(assessment.moves).toHaveLength(moves);
  });

  test('sixteen names are two filters, each of at most fifteen; quotes are doubled and encoded', () => {
    const names = Array.from({ length: 16 }, (_, i) => ({ name: `SG-O'Neil & ${i}`, as: 'group' as const }));
    const { reads, asked } = run({ groups: names, unlisted: 'keep' }, { groups: found([]) });
    const filters = asked.filter((path) => path.startsWith('/groups?'));
    expect(filters.map((path) => path.split("','").length)).toEqual([15, 1]);
    expect(filters.join()).toContain("'SG-O''Neil & 3'");
    const raw = reads.filter(({ path }) => path.startsWith('/groups?')).map(({ path }) => path);
    expect(raw.join()).toContain("SG-O''Neil%20%26%203".replaceAll("'", "'"));
    expect(raw.every((path) => !/[ &]/.test(path.split('&$select')[0] ?? ''))).toBe(true);
  });

  test('the same names in another order are the same reads', () => {
    const names = ['b', 'a', 'c'].map((name): GroupEntry => ({ name, as: 'group' }));
    const asked = (groups: readonly GroupEntry[]) =>
      run({ groups, unlisted: 'keep' }, { groups: found([]) }).asked;
    expect(asked(names)).toEqual(asked(names.toReversed()));
  });
});

describe('dates', () => {
  const dated = (entry: Partial<UserEntry>, there: boolean, unlisted: 'keep' | 'remove' = 'keep') =>
    run({ users: [{ ...ann, ...entry }], unlisted }, { assigned: there ? [assigned('ann', 'User')] : [] })
      .assessment;
  test.each<[string, Partial<UserEntry>, boolean, readonly unknown[]]>([
    ['ends today: still in force', { until: DAY, reason: 'x' }, false, [add('ann')]],
    [
      'ended yesterday: removed though `unlisted` keeps',
      { until: YESTERDAY, reason: 'x' },
      true,
      [remove('ann')],
    ],
    ['ended yesterday and not there', { until: YESTERDAY, reason: 'x' }, false, []],
    ['begins today', { from: DAY }, false, [add('ann')]],
    ['begins tomorrow: not yet', { from: TOMORROW }, false, []],
    ['begins tomorrow and is there: `keep` keeps', { from: TOMORROW }, true, []],
  ])('%s', (_, entry, there, sent) => {
    expect(requests(dated(entry, there))).toEqual(sent);
  });

  test('an entry that begins tomorrow is no reason to keep what is removed today', () => {
    expect(requests(dated({ from: TOMORROW }, true, 'remove'))).toEqual([remove('ann')]);
  });

  test('one entry ended, another of the same person in force: nothing is removed', () => {
    const users = [{ ...ann, until: YESTERDAY, reason: 'x' }, ann];
    expect(
      requests(run({ users, unlisted: 'keep' }, { assigned: [assigned('ann', 'User')] }).assessment),
    ).toEqual([]);
  });

  test('an ended entry whose object is gone is said, not refused', () => {
    const { assessment } = run(
      { users: [{ ...ann, until: YESTERDAY, reason: 'x' }], unlisted: 'keep' },
      { users: found([]) },
    );
    expect(rules(assessment)).toEqual(['info user-not-found']);
  });

  test('an ended entry is not refused for what only matters while it is in force', () => {
    const plain = { groups: [{ ...sales, until: YESTERDAY, reason: 'x' }], unlisted: 'keep' as const };
    const there = [assigned('g1', 'Group')];
    const insecure = run(plain, {
      assigned: there,
      groups: found([group('g1', 'SG-Sales', { securityEnabled: false })]),
    }).assessment;
    expect(requests(insecure)).toEqual([remove('g1')]);
    expect(rules(insecure)).toEqual([]);
    const grown = {
      groups: [{ ...sales, as: 'members' as const, limit: 1, until: YESTERDAY, reason: 'x' }],
      unlisted: 'keep' as const,
    };
    const members = run(grown, { assigned: [assigned('ann', 'User')] }).assessment;
    expect(requests(members)).toEqual([remove('ann')]);
    expect(rules(members)).toEqual([]);
  });
});

describe('as: members', () => {
  const members: GroupEntry = { name: 'SG-Sales', as: 'members' };
  test('direct members one by one, in one order, never the group', () => {
    expect(requests(run({ groups: [members], unlisted: 'keep' }, {}).assessment)).toEqual([
      add('ann'),
      add('bob'),
    ]);
  });

  test.each<[string, number, readonly string[]]>([
    ['at the limit', 2, []],
    ['above it', 1, ['error members-over-limit']],
  ])('%s', (_, limit, expected) => {
    expect(rules(run({ groups: [{ ...members, limit }], unlisted: 'keep' }, {}).assessment)).toEqual(
      expected,
    );
  });

  test('unread members refuse', () => {
    const { assessment } = run({ groups: [members], unlisted: 'keep' }, { members: REFUSED });
    expect(rules(assessment)).toEqual(['error unreadable']);
    expect(assessment.moves).toEqual([]);
  });

  test('no licence is asked for: single users need none', () => {
    expect(
      run({ groups: [members], unlisted: 'keep' }, {}).asked.some((path) =>
        path.startsWith('/subscribedSkus'),
      ),
    ).toBe(false);
  });
});

describe('the licence for groups', () => {
  const plan = (servicePlanId: string, provisioningStatus = 'Success', capabilityStatus = 'Enabled') =>
    found([{ capabilityStatus, servicePlans: [{ servicePlanId, provisioningStatus }] }]);
  const p1 = '41781fb2-bc02-4b7c-bd55-b576c07bb09d';
  test.each<[string, Answer, readonly Json[], readonly string[]]>([
    ['P1', P1, [], []],
    ['P2', plan('eec0eb4f-6444-4f95-aba0-50c24d67f998'), [], []],
    ['none', found([]), [], ['error group-needs-p1']],
    ['another plan', plan('11111111-0000-0000-0000-000000000000'), [], ['error group-needs-p1']],
    ['P1 not provisioned', plan(p1, 'Disabled'), [], ['error group-needs-p1']],
    ['P1 suspended', plan(p1, 'Success', 'Suspended'), [], ['error group-needs-p1']],
    [
      'none, though a group is assigned already',
      found([]),
      [assigned('g2', 'Group')],
      ['error group-needs-p1'],
    ],
    ['unread', REFUSED, [], ['error licence-unknown']],
    ['unread, but a group is assigned already', REFUSED, [assigned('g2', 'Group')], []],
  ])('%s', (_, skus, there, expected) => {
    expect(rules(run({ groups: [sales], unlisted: 'keep' }, { skus, assigned: there }).assessment)).toEqual(
      expected,
    );
  });

  test('nothing about licences is read where no group is to be assigned', () => {
    const { asked } = run({ groups: [sales], unlisted: 'remove' }, { assigned: [assigned('g1', 'Group')] });
    expect(asked.some((path) => path.startsWith('/subscribedSkus'))).toBe(false);
  });

  test('nested groups are said, and that they were not read', () => {
    expect(rules(run({ groups: [sales], unlisted: 'keep' }, { nested: found(2) }).assessment)).toEqual([
      'warning nested-members',
    ]);
    expect(rules(run({ groups: [sales], unlisted: 'keep' }, { nested: REFUSED }).assessment)).toEqual([
      'warning nested-unknown',
    ]);
  });
});
