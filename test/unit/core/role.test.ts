import { describe, expect, test } from 'vitest';
import { planTenant } from '../../../src/planning/plan-tenant.ts';
import { BOTH, directory, gated, type Parts, people, upn } from './guard-world.ts';
import type { Tenant } from './oracle.ts';
import { DAY } from './plan-groups.ts';
import { type Manners, policy, reader } from './tenant-double.ts';

// Active Global Administrators have access without an assignment, as long as the role lasts.

const D = directory(['ann', 'bob'], { g1: ['ann'], g2: ['ann', 'bob'] });
const ROLE: Manners = { administrators: ['ann'] };
const listing = (...groups: readonly string[]): Parts => ({
  assignments: { groups: groups.map((id) => ({ name: `SG-${id}`, as: 'group' })), unlisted: 'remove' },
  safety: { maxRemovals: 1000 },
});

async function told(tenant: Tenant, parts: Parts, manners: Manners = ROLE, d = D) {
  const plan = await planTenant(reader(tenant, d, manners), policy(parts), DAY, new Set());
  const { gain, lose, retain, unknown } = plan.impact;
  const fates = Object.entries({ gain, lose, retain, unknown });
  const mine = fates.flatMap(([fate, list]) =>
    list.flatMap((each) => (each.id === 'ann' ? [{ fate, each }] : [])),
  );
  return { mine, effect: plan.effect, kept: plan.findings.find(({ rule }) => rule === 'kept-by-role') };
}

describe('kept-by-role', () => {
  test('whose only assignment goes keeps access, with a warning that names them', async () => {
    const { mine, kept } = await told(gated({ assignedGroups: new Set(['g1']) }), listing());
    expect(mine.map(({ fate, each: { kind } }) => [fate, kind])).toEqual([
      ['retain', ['Global Administrator']],
    ]);
    expect([kept?.severity, kept?.message]).toEqual([
      'warning',
      `Access would rest on the role Global Administrator alone, and end with it: ${upn('ann')}.`,
    ]);
  });

  test.each<[string, Tenant, Parts, Manners]>([
    ['keeps another assignment', gated({ assignedGroups: new Set(['g1', 'g2']) }), listing('g2'), ROLE],
    ['has not the role', gated({ assignedGroups: new Set(['g1']) }), listing(), { administrators: ['bob'] }],
    [
      'loses access all the same',
      gated({ assignedGroups: new Set(['g1']) }),
      { ...listing(), application: { enabledForSignIn: false } },
      ROLE,
    ],
    [
      'roles could not be read, so the loss is told as one',
      gated({ assignedGroups: new Set(['g1']) }),
      listing(),
      { refuses: ({ path }) => path.startsWith('/directoryRoles') },
    ],
  ])('nothing to warn of: %s', async (_, tenant, parts, manners) => {
    expect((await told(tenant, parts, manners)).kept).toBeUndefined();
  });

  test('of many five are named', async () => {
    const ids = people(8);
    const administrators = { administrators: ids };
    const { kept } = await told(
      gated({ directUsers: new Set(ids) }),
      { assignments: { groups: [], users: [], unlisted: 'remove' } },
      administrators,
      directory(ids),
    );
    expect(kept?.message).toMatch(/: (p\d+@contoso\.example, ){4}p\d+@contoso\.example and 3 more\.$/);
  });

  test('members that could not be read may keep them assigned, and the warning says how sure it is', async () => {
    const refuses: Manners = { ...ROLE, refuses: ({ path }) => path.startsWith('/groups/g2/members') };
    const { kept } = await told(gated({ assignedGroups: new Set(['g1', 'g2']) }), listing('g2'), refuses);
    expect(kept?.message).toContain('alone, as far as could be read, and end with it');
  });
});

describe('a new assignment outlasts the role', () => {
  test('whoever gets one gains, though they have access already, and the reason is the assignment', async () => {
    const { mine, effect, kept } = await told(gated(), listing('g1'));
    expect(mine.map(({ fate, each: { kind, why } }) => [fate, kind, why])).toEqual([
      ['gain', ['Global Administrator'], ['member of SG-g1']],
    ]);
    expect([effect, kept]).toEqual(['widens', undefined]);
  });

  test('one more assignment is no gain, and none helps where nothing is granted', async () => {
    const more = await told(gated({ assignedGroups: new Set(['g1']) }), listing('g1', 'g2'));
    expect(more.mine.map(({ fate }) => fate)).toEqual(['retain']);
    const nothing = await told(gated({ tenantWide: new Set() }), listing('g1'));
    expect(nothing.mine).toEqual([]);
  });

  test('one who gains because the app opens is told the gate that opens', async () => {
    const { mine } = await told(gated({ tenantWide: new Set() }), {
      ...listing(),
      consent: { tenantWide: BOTH.map((scope) => `${scope}.AccessAsUser.All` as const) },
      assignments: { groups: [{ name: 'SG-g1', as: 'group' }], unlisted: 'remove' },
    });
    expect(mine.map(({ fate, each: { why } }) => [fate, why])).toEqual([['gain', ['admin consent granted']]]);
  });
});
