import { describe, expect, test } from 'vitest';
import type { TenantPolicy } from '../../../src/core/state.ts';
import { planTenant } from '../../../src/planning/plan-tenant.ts';
import type { Directory, Scope, Tenant } from './oracle.ts';
import { orderIsSafe } from './oracle-orders.ts';
import { asGroups, DAY, isOrdered } from './plan-groups.ts';
import { asPolicy, type Wish } from './random.ts';
import { reader } from './tenant-double.ts';

const BOTH: readonly Scope[] = ['EAS', 'EWS'];
const d: Directory = {
  people: ['ann', 'bob', 'cho'],
  members: new Map([
    ['g1', new Set(['ann'])],
    ['g2', new Set(['bob'])],
  ]),
  nested: new Map(),
};
const bare: Tenant = {
  app: { enabled: true, required: false },
  tenantWide: new Set(),
  consentLets: false,
  directUsers: new Set(),
  assignedGroups: new Set(),
  own: new Map(),
};
const gated: Tenant = {
  ...bare,
  app: { enabled: true, required: true },
  tenantWide: new Set(BOTH),
  assignedGroups: new Set(['g1']),
};
const leave: Wish = {
  enabled: undefined,
  required: undefined,
  tenantWide: undefined,
  consentLets: undefined,
  revokeOwn: false,
  groups: undefined,
  users: undefined,
  keepUnlisted: false,
};
const annsOwn = new Map([['ann', new Set(BOTH)]]);

const TRANSITIONS: readonly (readonly [string, Tenant, Partial<Wish>, readonly string[]])[] = [
  [
    'closing an open tenant to one group',
    { ...bare, consentLets: true, own: annsOwn },
    { required: true, tenantWide: BOTH, groups: ['g1'] },
    ['grant', 'add-assignees', 'require-assignment'],
  ],
  [
    'closing a tenant that everybody was granted',
    { ...bare, tenantWide: new Set(BOTH) },
    { required: true, groups: ['g1'] },
    ['add-assignees', 'require-assignment'],
  ],
  ['opening a gated tenant', gated, { required: false }, ['stop-requiring-assignment']],
  [
    'opening a gated tenant and dropping its group',
    gated,
    { required: false, groups: [] },
    ['stop-requiring-assignment', 'remove-assignees'],
  ],
  [
    'absent app to gated, consent off',
    { ...bare, app: 'absent' },
    { required: true, tenantWide: BOTH, groups: ['g1'] },
    ['create', 'add-assignees', 'grant'],
  ],
  [
    'absent app to gated, consent open',
    { ...bare, app: 'absent', consentLets: true },
    { required: true, tenantWide: BOTH, groups: ['g1'] },
    ['create', 'add-assignees', 'grant'],
  ],
  [
    'disabled and open to enabled and gated',
    { ...bare, app: { enabled: false, required: false }, tenantWide: new Set(BOTH), consentLets: true },
    { enabled: true, required: true, groups: ['g1'] },
    ['add-assignees', 'require-assignment', 'enable'],
  ],
  ['swapping groups', gated, { groups: ['g2'] }, ['add-assignees', 'remove-assignees']],
  [
    'a direct user replaced by his group',
    { ...gated, assignedGroups: new Set(), directUsers: new Set(['ann']) },
    { groups: ['g1'], users: [] },
    ['add-assignees', 'remove-assignees'],
  ],
  [
    'revoking own grants where everybody is granted instead',
    { ...bare, own: annsOwn, consentLets: true },
    { tenantWide: BOTH, revokeOwn: true },
    ['grant', 'revoke-user-grants'],
  ],
  ['revoking own grants alone', { ...bare, own: annsOwn }, { revokeOwn: true }, ['revoke-user-grants']],
  [
    'from a grant back to consenting',
    gated,
    { required: false, tenantWide: [], consentLets: true },
    ['widen-user-consent', 'revoke-grant', 'stop-requiring-assignment'],
  ],
  ['blocking everybody', gated, { enabled: false, groups: [] }, ['disable', 'remove-assignees']],
];

const plan = (t: Tenant, wish: Partial<Wish>) =>
  planTenant(reader(t, d), asPolicy({ ...leave, ...wish }), DAY, new Set());

describe('the order of a transition', () => {
  test.each(TRANSITIONS)('%s', async (_, before, wish, order) => {
    const planned = await plan(before, wish);
    const groups = asGroups(planned, d);
    expect(groups.map(({ name }) => name)).toEqual(order);
    expect(orderIsSafe(before, groups, d)).toBe(true);
  });

  test('agreeing reads and the settle time come before the first step of each narrowing stretch, and only there', async () => {
    const closing = await plan(
      { ...bare, consentLets: true, own: annsOwn },
      { required: true, tenantWide: BOTH, groups: ['g1'] },
    );
    expect(closing.steps.map(({ group, settle }) => [group, settle])).toEqual([
      ['grant', undefined],
      ['add-assignees', undefined],
      ['require-assignment', 60],
    ]);
    const blocking = await plan(gated, { enabled: false, groups: [] });
    expect(blocking.steps.map(({ settle }) => settle)).toEqual([60, undefined]);
  });

  test('an order that somebody who joins a group would make unsafe says that it holds for the membership as read', async () => {
    const elsewhere = { ...bare, own: new Map([['cho', new Set(BOTH)]]) };
    const { order } = await plan(elsewhere, { required: true, tenantWide: BOTH, groups: ['g1'] });
    expect(order?.holdsFor).toBe('the membership as read');
    const swapped = await plan(gated, { groups: ['g2'] });
    expect(swapped.order?.holdsFor).toBe('any membership');
  });

  test('an app is created shut in the request that creates it', async () => {
    const [create] = (await plan({ ...bare, app: 'absent' }, { enabled: false, required: true })).steps;
    expect(create?.request.body).toMatchObject({ accountEnabled: false, appRoleAssignmentRequired: true });
  });

  test('a grant going back to consenting is a loss, not a change of nothing', async () => {
    const planned = await plan(gated, { required: false, tenantWide: [], consentLets: true });
    expect(planned.impact.lose.map(({ id }) => id)).toEqual(['ann']);
    expect(planned.impact.everyoneElse).toEqual({ before: 'none', after: 'may' });
    expect(planned.effect).toBe('widens and narrows');
  });
});

describe('where no order is safe', () => {
  // Own grants carry the mail and nobody else may consent: granting first lets strangers in, gating first may cut Ann off.
  const before: Tenant = { ...bare, own: annsOwn };
  const wish: Wish = { ...leave, required: true, tenantWide: BOTH, groups: ['g1'] };
  const withTransition = (transition: TenantPolicy['desired']['safety']['transition']): TenantPolicy => {
    const policy = asPolicy(wish);
    const { desired } = policy;
    return { ...policy, desired: { ...desired, safety: { ...desired.safety, transition } } };
  };

  test('the plan is refused, names both sides, and advises splits', async () => {
    const planned = await plan(before, wish);
    expect(isOrdered(planned)).toBe(false);
    expect(planned.status).toBe('refused');
    const finding = planned.findings.find(({ rule }) => rule === 'no-safe-order');
    expect(finding?.message).toContain('everyone else could sign in for a while');
    expect(finding?.message).toMatch(/consented for themselves \(1\) could not sign in for a while/);
    expect(finding?.fix).toContain(
      'Split it so that nobody loses mail: first a pull request with `consent.tenantWide` only',
    );
    expect(finding?.fix).toContain('Split it so that nobody new gets in');
  });

  test.each([
    ['continuity', { continuity: true, containment: false }, 'Containment is given up'],
    ['containment', { continuity: false, containment: true }, 'Continuity is given up'],
  ] as const)(
    'safety.transition: %s keeps that rule, and tells which one is given up',
    async (transition, rules, told) => {
      const planned = await planTenant(reader(before, d), withTransition(transition), DAY, new Set());
      expect(isOrdered(planned)).toBe(true);
      expect(planned.order?.givenUp).toContain(told);
      expect(orderIsSafe(before, asGroups(planned, d), d, rules)).toBe(true);
      expect(orderIsSafe(before, asGroups(planned, d), d)).toBe(false);
    },
  );
});
