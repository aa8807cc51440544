import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Answer } from '../../../src/core/request.ts';
import type { Desired, GroupEntry } from '../../../src/core/state.ts';
import { assignments } from '../../../src/levers/assignments.ts';
import { policy } from '../core/tenant-double.ts';
import { add, ann, assigned, group, remove, run, SALES, sales, user } from './assignments-world.ts';
import { ABSENT, APP, ASSIGNED, app, converse, found, REFUSED, requests, rules } from './converse.ts';

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
