import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/core/finding.ts';
import type { Desired } from '../../../src/core/state.ts';
import { planTenant } from '../../../src/planning/plan-tenant.ts';
import type { Directory, Scope, Tenant } from './oracle.ts';
import { DAY } from './plan-groups.ts';
import { type Manners, policy, reader } from './tenant-double.ts';

const BOTH: readonly Scope[] = ['EAS', 'EWS'];
const people = (count: number) => Array.from({ length: count }, (_, i) => `p${String(i).padStart(3, '0')}`);
const upn = (id: string) => `${id}@contoso.example`;
const directory = (ids: readonly string[], members: Record<string, readonly string[]> = {}): Directory => ({
  people: ids,
  members: new Map(Object.entries(members).map(([g, m]) => [g, new Set(m)])),
  nested: new Map(),
});
const gated = (parts: Partial<Tenant> = {}): Tenant => ({
  app: { enabled: true, required: true },
  tenantWide: new Set(BOTH),
  consentLets: false,
  directUsers: new Set(),
  assignedGroups: new Set(),
  own: new Map(),
  ...parts,
});
const open = (parts: Partial<Tenant> = {}) => gated({ app: { enabled: true, required: false }, ...parts });

type Parts = Parameters<typeof policy>[0];
async function findings(
  tenant: Tenant,
  d: Directory,
  parts: Parts,
  recentLosses: readonly string[] = [],
  manners: Manners = {},
): Promise<readonly Finding[]> {
  return (await planTenant(reader(tenant, d, manners), policy(parts), DAY, new Set(recentLosses))).findings;
}
const severityOf = (list: readonly Finding[], rule: string) =>
  list.find((each) => each.rule === rule)?.severity;
const only = (ids: readonly string[]): Desired['assignments'] => ({
  groups: [],
  users: ids.map((id) => ({ upn: upn(id) })),
  unlisted: 'remove',
});

describe('removal-limit', () => {
  /** `of` people directly assigned, of whom `gone` are no longer listed. */
  const removing = (
    of: number,
    gone: number,
    maxRemovals?: number | string,
    recent: readonly string[] = [],
  ) => {
    const ids = people(of);
    return findings(
      gated({ directUsers: new Set(ids) }),
      directory(ids),
      {
        assignments: only(ids.slice(gone)),
        safety: maxRemovals === undefined ? {} : { maxRemovals },
      },
      recent,
    );
  };

  test.each<[string, number, number, number | string | undefined, 'error' | undefined]>([
    ['default, below: 2 of 5', 5, 2, undefined, undefined],
    ['default, at: 3 of 5', 5, 3, undefined, undefined],
    ['default, above: 4 of 5', 5, 4, undefined, 'error'],
    ['default of a larger set, at its tenth: 5 of 50', 50, 5, undefined, undefined],
    ['default of a larger set, above: 6 of 50', 50, 6, undefined, 'error'],
    ['a tenth is rounded down: 4 of 39', 39, 4, undefined, 'error'],
    ['a number, at', 10, 2, 2, undefined],
    ['a number, above', 10, 3, 2, 'error'],
    ['none allowed', 10, 1, 0, 'error'],
    ['a percentage, at', 20, 5, '25%', undefined],
    ['a percentage, above', 20, 6, '25%', 'error'],
    ['a percentage of a small set allows nobody', 3, 1, '10%', 'error'],
    ['nobody loses, none allowed', 5, 0, 0, undefined],
  ])('%s', async (_, of, gone, maxRemovals, severity) => {
    expect(severityOf(await removing(of, gone, maxRemovals), 'removal-limit')).toBe(severity);
  });

  test('losses of the last seven days count together with those of this plan', async () => {
    // 10 had access a week ago, 2 lost it since; of the 8 left, 1 or 2 more lose it: 3 is the limit.
    expect(severityOf(await removing(8, 1, undefined, ['q1', 'q2']), 'removal-limit')).toBeUndefined();
    const over = await removing(8, 2, undefined, ['q1', 'q2']);
    expect(severityOf(over, 'removal-limit')).toBe('error');
    expect(over.find(({ rule }) => rule === 'removal-limit')?.message).toContain(
      '2 of them in the last seven days',
    );
  });

  test('somebody who lost access, got it back and loses it again counts once', async () => {
    expect(
      severityOf(await removing(8, 3, undefined, ['p000', 'p001', 'p002']), 'removal-limit'),
    ).toBeUndefined();
  });

  test('losses of the past alone refuse nothing that takes nothing away', async () => {
    expect(severityOf(await removing(8, 0, 0, ['q1', 'q2', 'q3', 'q4']), 'removal-limit')).toBeUndefined();
  });

  test('a drop from signing in to consenting again is a loss', async () => {
    const ids = people(4);
    const list = await findings(gated({ directUsers: new Set(ids) }), directory(ids), {
      application: { assignmentRequired: false },
      consent: { tenantWide: [], userConsent: 'allApps' },
    });
    expect(severityOf(list, 'removal-limit')).toBe('error');
  });

  test('a grant that some reading needs counts as lost with it', async () => {
    const ids = people(4);
    const own = new Map(ids.map((id) => [id, new Set(BOTH)]));
    // Their own grants may still count once assignment is required, or may not.
    const list = await findings(
      open({ tenantWide: new Set(), own, directUsers: new Set(ids) }),
      directory(ids),
      {
        application: { assignmentRequired: true },
      },
    );
    expect(severityOf(list, 'removal-limit')).toBe('error');
  });

  test('members that could not be counted are a loss, not none', async () => {
    const d = directory(people(1), { g1: people(1), g2: [] });
    const list = await findings(
      gated({ assignedGroups: new Set(['g1', 'g2']) }),
      d,
      { assignments: { groups: [{ name: 'SG-g2', as: 'group' }], unlisted: 'remove' } },
      [],
      { refuses: ({ path }) => path.startsWith('/groups/g1/members/graph.user') },
    );
    expect(severityOf(list, 'removal-limit')).toBe('error');
    expect(severityOf(list, 'people-unread')).toBe('warning');
  });
});

describe('an exception', () => {
  const ids = people(10);
  const removing = (exceptions: Desired['exceptions']) =>
    findings(gated({ directUsers: new Set(ids) }), directory(ids), {
      assignments: only(ids.slice(5)),
      exceptions,
    });
  const entry = { rule: 'removal-limit', reason: 'CHG-1 merger' };

  test.each<[string, Desired['exceptions'][number], 'error' | 'warning']>([
    ['in force, just enough', { ...entry, limit: 5, until: '2026-12-01' }, 'warning'],
    ['on its last day', { ...entry, limit: 5, until: DAY }, 'warning'],
    ['ended yesterday', { ...entry, limit: 5, until: '2026-11-23' }, 'error'],
    ['a limit too small', { ...entry, limit: 4, until: '2026-12-01' }, 'error'],
    ['no limit', { ...entry, until: '2026-12-01' }, 'error'],
    ['for another rule', { ...entry, rule: 'empties-access', limit: 5, until: '2026-12-01' }, 'error'],
  ])('%s', async (_, exception, severity) => {
    const list = await removing([exception]);
    const finding = list.find(({ rule }) => rule === 'removal-limit');
    expect(finding?.severity).toBe(severity);
    expect(finding?.waived?.reason).toBe(severity === 'warning' ? 'CHG-1 merger' : undefined);
    expect(finding?.waivable).toEqual(severity === 'error' ? { limit: 5 } : undefined);
  });

  test('one that is enough is found behind one that is not', async () => {
    const list = await removing([
      { ...entry, limit: 1, until: '2026-12-01' },
      { ...entry, limit: 5, until: '2026-12-01' },
    ]);
    expect(severityOf(list, 'removal-limit')).toBe('warning');
  });
});

describe('closes-open-tenant and empties-access', () => {
  const ids = people(2);
  const d = directory(ids, { g1: ids });
  const gate: Parts = {
    application: { assignmentRequired: true },
    consent: { tenantWide: ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'] },
    assignments: { groups: [{ name: 'SG-g1', as: 'group' }], unlisted: 'remove' },
  };
  test.each<[string, Tenant, Parts, string, 'error' | undefined]>([
    ['granted to all, gated', open(), gate, 'closes-open-tenant', 'error'],
    [
      'open to consent, gated',
      open({ tenantWide: new Set(), consentLets: true }),
      gate,
      'closes-open-tenant',
      'error',
    ],
    [
      'app absent and consent open, gated',
      open({ app: 'absent', tenantWide: new Set(), consentLets: true }),
      gate,
      'closes-open-tenant',
      'error',
    ],
    [
      'app absent and consent off, gated',
      open({ app: 'absent', tenantWide: new Set() }),
      gate,
      'closes-open-tenant',
      undefined,
    ],
    ['gated already', gated(), gate, 'closes-open-tenant', undefined],
    [
      'consent narrowed on an open app',
      open({ tenantWide: new Set(), consentLets: true }),
      { consent: { userConsent: 'none' } },
      'closes-open-tenant',
      'error',
    ],
    [
      'consent narrowed behind a gate',
      gated({ consentLets: true }),
      { consent: { userConsent: 'none' } },
      'closes-open-tenant',
      undefined,
    ],
    [
      'the last group removed',
      gated({ assignedGroups: new Set(['g1']) }),
      { assignments: { groups: [], unlisted: 'remove' } },
      'empties-access',
      'error',
    ],
    [
      'disabled',
      gated({ assignedGroups: new Set(['g1']) }),
      { application: { enabledForSignIn: false } },
      'empties-access',
      'error',
    ],
    [
      'disabled, where nobody had access',
      gated(),
      { application: { enabledForSignIn: false } },
      'empties-access',
      undefined,
    ],
    [
      'an empty group takes over',
      gated({ directUsers: new Set(ids) }),
      { assignments: { groups: [{ name: 'SG-g0', as: 'group' }], users: [], unlisted: 'remove' } },
      'empties-access',
      'error',
    ],
    [
      'one of two stays',
      gated({ directUsers: new Set(ids) }),
      { assignments: only(ids.slice(1)) },
      'empties-access',
      undefined,
    ],
  ])('%s: %s', async (_, tenant, parts, rule, severity) => {
    const withEmpty = { ...d, members: new Map([...d.members, ['g0', new Set<string>()]]) };
    expect(severityOf(await findings(tenant, withEmpty, parts), rule)).toBe(severity);
  });
});

describe('protected-person', () => {
  const ann = { protected: [upn('ann')], maxRemovals: 1000 };
  const d = directory(['ann', 'bob'], { g1: ['ann'], g2: ['ann', 'bob'] });
  const severity = async (tenant: Tenant, parts: Parts, manners: Manners = {}) =>
    severityOf(await findings(tenant, d, { ...parts, safety: ann }, [], manners), 'protected-person');
  const refuses = (start: string): Manners => ({ refuses: ({ path }) => path.startsWith(start) });
  const drop: Parts = { assignments: { groups: [], unlisted: 'remove' } };
  const dropG1: Parts = { assignments: { groups: [{ name: 'SG-g2', as: 'group' }], unlisted: 'remove' } };

  test.each<[string, Tenant, Parts, Manners, 'error' | undefined]>([
    ['loses the only assignment', gated({ assignedGroups: new Set(['g1']) }), drop, {}, 'error'],
    ['keeps another', gated({ assignedGroups: new Set(['g1', 'g2']) }), dropG1, {}, undefined],
    [
      'never had access',
      gated({ assignedGroups: new Set() }),
      { application: { enabledForSignIn: false } },
      {},
      undefined,
    ],
    [
      'a Global Administrator passes unassigned',
      gated({ assignedGroups: new Set(['g1']) }),
      drop,
      { administrators: ['ann'] },
      undefined,
    ],
    [
      'a Global Administrator is stopped by disabling',
      gated(),
      { application: { enabledForSignIn: false } },
      { administrators: ['ann'] },
      'error',
    ],
    [
      'an unassigned one who may be an administrator loses what they may have',
      gated(),
      { application: { enabledForSignIn: false } },
      refuses('/directoryRoles'),
      'error',
    ],
    [
      'the group that is removed could not be read',
      gated({ assignedGroups: new Set(['g1', 'g2']) }),
      dropG1,
      refuses('/groups/g1/members'),
      undefined,
    ],
    [
      'the group that stays could not be read',
      gated({ assignedGroups: new Set(['g1', 'g2']) }),
      dropG1,
      refuses('/groups/g2/members'),
      'error',
    ],
    [
      'consented for herself, and may be a member of the unread group that is removed',
      gated({ assignedGroups: new Set(['g1']), own: new Map([['ann', new Set(BOTH)]]) }),
      drop,
      refuses('/groups/g1/members'),
      'error',
    ],
    [
      'assigned directly throughout, whatever the unread group holds',
      gated({ directUsers: new Set(['ann']), assignedGroups: new Set(['g1']) }),
      drop,
      refuses('/groups/g1/members'),
      undefined,
    ],
    [
      'own grants unread, and they may be all that lets her in',
      gated({ tenantWide: new Set(), directUsers: new Set(['ann']) }),
      { assignments: { users: [], unlisted: 'remove' } },
      { refuses: ({ path }) => path.includes("'Principal'") },
      'error',
    ],
  ])('%s', async (_, tenant, parts, manners, expected) => {
    expect(await severity(tenant, parts, manners)).toBe(expected);
  });

  test('one who cannot be found refuses, and cannot be waived', async () => {
    const until = '2026-12-01';
    const list = await findings(gated({ assignedGroups: new Set(['g1']) }), d, {
      application: { assignmentRequired: false },
      safety: { protected: ['nobody@contoso.example'] },
      exceptions: [{ rule: 'protected-unresolvable', reason: 'no', until }],
    });
    expect(severityOf(list, 'protected-unresolvable')).toBe('error');
  });

  test('a reviewed exception lets a protected person go, and says so', async () => {
    const list = await findings(gated({ assignedGroups: new Set(['g1', 'g2']) }), d, {
      assignments: { groups: [], users: [{ upn: upn('bob') }], unlisted: 'remove' },
      safety: ann,
      exceptions: [{ rule: 'protected-person', reason: 'CHG-2 retires', until: '2026-12-01' }],
    });
    const finding = list.find(({ rule }) => rule === 'protected-person');
    expect([finding?.severity, finding?.waived?.reason]).toEqual(['warning', 'CHG-2 retires']);
  });

  test('nothing about people is read or said where no access changes', async () => {
    const list = await findings(gated(), d, {
      application: { visibleToUsers: false },
      safety: { protected: ['x@y.example'] },
    });
    expect(list).toEqual([]);
  });
});
