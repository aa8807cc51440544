import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Answer } from '../../../src/core/request.ts';
import type { GroupEntry, UserEntry } from '../../../src/core/state.ts';
import {
  add,
  ann,
  assigned,
  group,
  P1,
  remove,
  run,
  sales,
  TOMORROW,
  YESTERDAY,
} from './assignments-world.ts';
import { DAY, found, REFUSED, requests, rules } from './converse.ts';

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
