import { describe, expect, test } from 'vitest';
import { after, levelOf, type Who, type World, worlds } from '../../../src/core/access.ts';
import type { Gates } from '../../../src/core/assessment.ts';
import { known, unknown } from '../../../src/core/request.ts';

const EAS = 'EAS.AccessAsUser.All';
const EWS = 'EWS.AccessAsUser.All';

const OPEN: Gates = {
  exists: true,
  enabled: true,
  required: false,
  tenantWide: known(new Set()),
  userConsent: known(false),
  assignees: new Map(),
  own: known(new Map()),
};
const world = (parts: Partial<World> = {}): World => ({
  ...(worlds(OPEN)[0] as World),
  needed: [EAS, EWS],
  ownCountsWhenRequired: true,
  ...parts,
});
const assigned = (...ids: string[]) =>
  new Map(
    ids.map((id) => [
      id,
      { id, type: id.startsWith('g') ? ('Group' as const) : ('User' as const), name: id },
    ]),
  );
const own = (...scopes: string[]) => known(new Map([['ann', new Set(scopes)]]));
const ann: Who = { principals: ['ann', 'g1'], own: { person: 'ann' } };
const both = known(new Set([EAS, EWS]));

describe('a level, gate by gate', () => {
  test.each<[string, Partial<Gates>, Partial<World>, 'none' | 'may' | 'has']>([
    ['nothing granted', {}, {}, 'none'],
    ['consent lets', { userConsent: known(true) }, {}, 'may'],
    ['granted tenant-wide', { tenantWide: both }, {}, 'has'],
    ['granted, disabled', { tenantWide: both, enabled: false }, {}, 'none'],
    ['consent lets, disabled', { userConsent: known(true), enabled: false }, {}, 'none'],
    ['granted, required, unassigned', { tenantWide: both, required: true }, {}, 'none'],
    [
      'granted, required, assigned directly',
      { tenantWide: both, required: true, assignees: assigned('ann') },
      {},
      'has',
    ],
    [
      'granted, required, by a group',
      { tenantWide: both, required: true, assignees: assigned('g1') },
      {},
      'has',
    ],
    [
      'granted, required, another group',
      { tenantWide: both, required: true, assignees: assigned('g2') },
      {},
      'none',
    ],
    [
      'assigned, not granted, consent lets',
      { userConsent: known(true), required: true, assignees: assigned('g1') },
      {},
      'none',
    ],
    ['own grant, open', { own: own(EAS, EWS) }, {}, 'has'],
    ['own grant, open, the other world', { own: own(EAS, EWS) }, { ownCountsWhenRequired: false }, 'has'],
    [
      'own grant, required and assigned',
      { own: own(EAS, EWS), required: true, assignees: assigned('ann') },
      {},
      'has',
    ],
    [
      'own grant, required and assigned, where it does not count',
      { own: own(EAS, EWS), required: true, assignees: assigned('ann') },
      { ownCountsWhenRequired: false },
      'none',
    ],
    ['half an own grant', { own: own(EAS) }, {}, 'none'],
    ['half an own grant, consent lets', { own: own(EAS), userConsent: known(true) }, {}, 'may'],
    ['half an own grant, the half that is needed', { own: own(EAS) }, { needed: [EAS] }, 'has'],
    ['half an own grant, the other half needed', { own: own(EAS) }, { needed: [EWS] }, 'none'],
    [
      'own and tenant-wide halves make a whole',
      { own: own(EAS), tenantWide: known(new Set([EWS])) },
      {},
      'has',
    ],
    ['absent, consent off', { exists: false }, {}, 'none'],
    ['absent, consent lets', { exists: false, userConsent: known(true) }, {}, 'may'],
    [
      'absent and "disabled" is not shut',
      { exists: false, enabled: false, userConsent: known(true) },
      {},
      'may',
    ],
    ['absent, granted by a leftover', { exists: false, tenantWide: both }, {}, 'none'],
  ])('%s', (_, gates, parts, level) => {
    expect(levelOf({ ...OPEN, ...gates }, ann, world(parts))).toBe(level);
  });

  test('a Global Administrator passes assignment unassigned, and nothing else', () => {
    const admin: Who = { principals: ['zoe'], own: { scopes: new Set() }, administrator: true };
    const gated = { ...OPEN, required: true };
    expect(levelOf({ ...gated, tenantWide: both }, admin, world())).toBe('has');
    expect(levelOf(gated, admin, world())).toBe('none');
    expect(levelOf({ ...gated, tenantWide: both, enabled: false }, admin, world())).toBe('none');
  });
});

describe('worlds', () => {
  test('both readings of own grants, times which scopes are needed', () => {
    expect(worlds(OPEN)).toHaveLength(6);
  });

  test('an unread grant may hold nothing, either scope, or both', () => {
    const unread = { ...OPEN, tenantWide: unknown<ReadonlySet<string>>('refused') };
    const levels = worlds(unread).map((each) => levelOf(unread, ann, each));
    expect(new Set(levels)).toEqual(new Set(['none', 'has']));
  });

  test('an unread consent setting may say either', () => {
    const unread = { ...OPEN, userConsent: unknown<boolean>('refused') };
    expect(new Set(worlds(unread).map((each) => levelOf(unread, ann, each)))).toEqual(
      new Set(['none', 'may']),
    );
  });

  test('two unread consent settings are two unknowns: one may say yes where the other says no', () => {
    const before = { ...OPEN, userConsent: unknown<boolean>('policy a is unclear') };
    const then = after(before, [{ gate: 'userConsent', to: unknown('policy b is unclear') }]);
    const moves = worlds(before, then).map((each) =>
      [levelOf(before, ann, each), levelOf(then, ann, each)].join(),
    );
    expect(new Set(moves)).toEqual(new Set(['none,none', 'none,may', 'may,none', 'may,may']));
  });
});

test('effects change their gate, in order, and leave the gates they came from alone', () => {
  const before = { ...OPEN, assignees: assigned('g1'), own: own(EAS) };
  const then = after(before, [
    { gate: 'enabled', to: false },
    { gate: 'required', to: true },
    { gate: 'tenantWide', to: [EAS] },
    { gate: 'assignee', assignee: { id: 'g2', type: 'Group', name: 'g2' }, to: true },
    { gate: 'assignee', assignee: { id: 'g1', type: 'Group', name: 'g1' }, to: false },
    { gate: 'ownGrant', person: 'ann', to: [] },
  ]);
  expect([then.enabled, then.required, [...then.assignees.keys()]]).toEqual([false, true, ['g2']]);
  expect(then.tenantWide).toEqual(known(new Set([EAS])));
  expect(then.own).toEqual(known(new Map([['ann', new Set()]])));
  expect([...before.assignees.keys()]).toEqual(['g1']);
  expect(before.own).toEqual(own(EAS));
});
