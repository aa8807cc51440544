import { describe, expect, test } from 'vitest';
import {
  BOTH,
  directory,
  findings,
  gated,
  only,
  open,
  type Parts,
  people,
  severityOf,
  upn,
} from './guard-world.ts';
import type { Tenant } from './oracle.ts';
import type { Manners } from './tenant-double.ts';

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
    [
      'having to consent again, where everybody may: nobody can count whom it hits',
      open({ consentLets: true }),
      { consent: { tenantWide: [] } },
      'closes-open-tenant',
      'error',
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

  test('a Global Administrator who passes unassigned hides no tenant that is left without anybody', async () => {
    const before = gated({ assignedGroups: new Set(['g1']) });
    const parts: Parts = { assignments: { groups: [], unlisted: 'remove' } };
    const said = await findings(before, d, parts, [], { administrators: ids.slice(0, 1) });
    expect(severityOf(said, 'empties-access')).toBe('error');
  });

  test('a disabled account hides no tenant that is left without anybody', async () => {
    const before = gated({ directUsers: new Set(ids) });
    const said = async (disabled: readonly string[]) =>
      severityOf(
        await findings(before, d, { assignments: only(ids.slice(1)) }, [], { disabled }),
        'empties-access',
      );
    expect(await said(ids.slice(1))).toBe('error');
    expect(await said(ids.slice(0, 1))).toBeUndefined();
    // Nobody had access, so nothing ends.
    expect(await said(ids)).toBeUndefined();
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
      'a Global Administrator loses the only assignment, and roles end by the hour',
      gated({ assignedGroups: new Set(['g1']) }),
      drop,
      { administrators: ['ann'] },
      'error',
    ],
    [
      'a Global Administrator keeps another assignment',
      gated({ assignedGroups: new Set(['g1', 'g2']) }),
      dropG1,
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
      'one who loses the only assignment, unless an administrator, which could not be read',
      gated({ assignedGroups: new Set(['g1']) }),
      drop,
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

  test.each<[string, Manners, Tenant, Parts, string]>([
    [
      'kept by the role alone',
      { administrators: ['ann'] },
      gated({ assignedGroups: new Set(['g1']) }),
      drop,
      'would keep access only by the role Global Administrator, which may end any hour.',
    ],
    [
      'the role helps nobody',
      { administrators: ['ann'] },
      gated({ assignedGroups: new Set(['g1']) }),
      { application: { enabledForSignIn: false } },
      'would lose access.',
    ],
    [
      'whether the role helps was not read',
      refuses('/directoryRoles'),
      gated({ assignedGroups: new Set(['g1']) }),
      drop,
      'would lose access, unless as a Global Administrator, and those could not be read (no).',
    ],
    [
      'only the role lets her in, if she has it',
      refuses('/directoryRoles'),
      gated(),
      { application: { enabledForSignIn: false } },
      'keeps access cannot be told: the Global Administrators could not be read (no).',
    ],
  ])('says so: %s', async (_, manners, tenant, parts, said) => {
    const list = await findings(tenant, d, { ...parts, safety: ann }, [], manners);
    expect(list.find(({ rule }) => rule === 'protected-person')?.message).toContain(said);
  });

  test('one who keeps access at the end must not be without it on the way either', async () => {
    const mine = open({ tenantWide: new Set(), own: new Map([['ann', new Set(BOTH)]]) });
    const asked = (safety: Parts['safety']): Parts => ({
      application: { assignmentRequired: true },
      consent: { tenantWide: ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'] },
      assignments: { groups: [{ name: 'SG-g1', as: 'group' }], unlisted: 'remove' },
      safety: { transition: 'containment', ...safety },
    });
    const said = await findings(mine, d, asked(ann));
    expect(said.find(({ rule }) => rule === 'protected-person')?.message).toBe(
      'The protected person ann@contoso.example would be without access for a while.',
    );
    expect(severityOf(await findings(mine, d, asked({})), 'protected-person')).toBeUndefined();
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
      exceptions: [
        { rule: 'protected-person', upn: upn('ann'), reason: 'CHG-2 retires', until: '2026-12-01' },
      ],
    });
    const finding = list.find(({ rule }) => rule === 'protected-person');
    expect([finding?.severity, finding?.waived?.reason]).toEqual(['warning', 'CHG-2 retires']);
  });

  test('an exception lets go the person it names, whatever the case, and nobody else', async () => {
    const bob = upn('bob').toUpperCase();
    const judged = async (...named: readonly (string | undefined)[]) => {
      const list = await findings(gated({ assignedGroups: new Set(['g2']) }), d, {
        ...drop,
        safety: { protected: [upn('ann'), bob], maxRemovals: 1000 },
        exceptions: named.map((who) => ({
          rule: 'protected-person',
          ...(who === undefined ? {} : { upn: who }),
          reason: 'CHG-3',
          until: '2026-12-01',
        })),
      });
      const about = (who: string) =>
        list.find(
          ({ rule, message }) => rule === 'protected-person' && message.toLowerCase().includes(upn(who)),
        );
      return ['ann', 'bob'].map((who) => [about(who)?.severity, about(who)?.waivable?.person]);
    };
    const waived = ['warning', undefined];
    expect(await judged()).toEqual([
      ['error', upn('ann')],
      ['error', upn('bob')],
    ]);
    expect(await judged(undefined)).toEqual(await judged());
    expect(await judged(upn('ann'))).toEqual([waived, ['error', upn('bob')]]);
    expect(await judged(upn('bob'))).toEqual([['error', upn('ann')], waived]);
    expect(await judged(upn('bob'), upn('ann'))).toEqual([waived, waived]);
  });

  test('an exception lets one go who keeps access by the role alone', async () => {
    const list = await findings(
      gated({ assignedGroups: new Set(['g1']) }),
      d,
      {
        ...drop,
        safety: ann,
        exceptions: [{ rule: 'protected-person', upn: upn('ann'), reason: 'CHG-4', until: '2026-12-01' }],
      },
      [],
      { administrators: ['ann'] },
    );
    expect(severityOf(list, 'protected-person')).toBe('warning');
  });

  test('nothing about people is read or said where no access changes', async () => {
    const list = await findings(gated(), d, {
      application: { visibleToUsers: false },
      safety: { protected: ['x@y.example'] },
    });
    expect(list).toEqual([]);
  });
});
