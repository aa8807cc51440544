import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/core/digest.ts';
import type { OrderProof, Step, TenantPlan } from '../../../src/core/plan.ts';
import type { Desired, TenantPolicy } from '../../../src/core/state.ts';
import { planTenant } from '../../../src/planning/plan-tenant.ts';
import type { Directory, Scope, Tenant } from './oracle.ts';
import { DAY } from './plan-groups.ts';
import { policy, reader } from './tenant-double.ts';

const BOTH: readonly Scope[] = ['EAS', 'EWS'];
const directory: Directory = {
  people: ['ann', 'bob'],
  members: new Map([
    ['g1', new Set(['ann'])],
    ['g2', new Set(['bob'])],
  ]),
  nested: new Map(),
};
const tenant: Tenant = {
  app: { enabled: true, required: true },
  tenantWide: new Set(BOTH),
  consentLets: false,
  directUsers: new Set(),
  assignedGroups: new Set(['g1']),
  own: new Map(),
};
const swap = policy({
  application: { enabledForSignIn: true, assignmentRequired: false },
  assignments: { groups: [{ name: 'SG-g2', as: 'group' }], unlisted: 'remove' },
});

const planOf = (asked: TenantPolicy = swap, t = tenant, d = directory): Promise<TenantPlan> =>
  planTenant(reader(t, d), asked, DAY, new Set());
const plan = await planOf();
const changed = (desired: Partial<Desired>): string =>
  digestOf({ ...plan, policy: { ...plan.policy, ...desired } });
const restepped = (alter: (step: Step) => Step): string =>
  digestOf({ ...plan, steps: plan.steps.map((step, index) => (index === 0 ? alter(step) : step)) });
const reordered = (alter: (order: OrderProof) => OrderProof): string =>
  digestOf({ ...plan, ...(plan.order === undefined ? {} : { order: alter(plan.order) }) });

test('the digest is a sha256 and the plan carries it', () => {
  expect(plan.steps.length).toBeGreaterThan(1);
  expect(plan.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(plan.digest).toBe(digestOf(plan));
});

describe('what is reviewed voids the review when it moves', () => {
  const { tenant: id, safety } = plan.policy;
  test.each<[string, string]>([
    ['the tenant', changed({ tenant: { ...id, id: '00000000-1111-2222-3333-444444444444' } })],
    ['the cloud', changed({ tenant: { ...id, cloud: 'usgov' } })],
    ['a label in the policy', changed({ tenant: { ...id, labels: { ring: 'pilot' } } })],
    [
      'an unmanaged value now managed',
      changed({ consent: { ...plan.policy.consent, userGrants: 'report' } }),
    ],
    ['a safety value', changed({ safety: { ...safety, settle: 0 } })],
    ['an exception', changed({ exceptions: [{ rule: 'removal-limit', limit: 1, reason: 'x', until: DAY }] })],
    ['the method of a request', restepped((s) => ({ ...s, request: { ...s.request, method: 'DELETE' } }))],
    ['the path of a request', restepped((s) => ({ ...s, request: { ...s.request, path: '/elsewhere' } }))],
    ['the body of a request', restepped((s) => ({ ...s, request: { ...s.request, body: { a: 1 } } }))],
    ['the group of a step', restepped((s) => ({ ...s, group: 'visibility' }))],
    [
      'a prior value',
      restepped((s) => ({ ...s, changes: s.changes.map((c) => ({ ...c, before: 'moved' })) })),
    ],
    [
      'a wanted value',
      restepped((s) => ({ ...s, changes: s.changes.map((c) => ({ ...c, after: 'moved' })) })),
    ],
    ['the order of the steps', digestOf({ ...plan, steps: plan.steps.toReversed() })],
    [
      'an order that holds only for the membership as read',
      reordered((order) => ({ ...order, holdsFor: 'the membership as read' })),
    ],
    ['a detour in the order', reordered((order) => ({ ...order, gaveWay: ['Somebody moves.'] }))],
    ['a wait made shorter', restepped((s) => ({ ...s, settle: 1 }))],
    ['somebody more who loses', digestOf({ ...plan, impact: { ...plan.impact, lose: plan.impact.gain } })],
    [
      'somebody more who is unknown',
      digestOf({ ...plan, impact: { ...plan.impact, unknown: plan.impact.gain } }),
    ],
    ['a step left out', digestOf({ ...plan, steps: plan.steps.slice(1) })],
  ])('%s', (_, digest) => {
    expect(digest).not.toBe(plan.digest);
  });

  test('a setting the plan touches, moved in the tenant', async () => {
    const moved = await planOf(swap, { ...tenant, app: { enabled: false, required: true } });
    expect(moved.digest).not.toBe(plan.digest);
  });
});

describe('what is not reviewed may move', () => {
  test.each<[string, string]>([
    [
      'the words of a request',
      restepped((s) => ({ ...s, request: { ...s.request, what: 'something else' } })),
    ],
    [
      'the permission it names',
      restepped((s) => ({ ...s, request: { ...s.request, permission: 'Other.All' } })),
    ],
    [
      'labels and display names',
      restepped((s) => ({
        ...s,
        changes: s.changes.map((c) => ({ ...c, label: 'x', subject: 'Renamed (group)' })),
      })),
    ],
    [
      'the line of the policy',
      restepped((s) => ({
        ...s,
        changes: s.changes.map((c) => ({ ...c, at: { file: 'a.yaml', line: 9, column: 1 } })),
      })),
    ],
    ['the number of a step and its direction', restepped((s) => ({ ...s, number: 7, direction: 'neutral' }))],
    [
      'the order of keys in the policy',
      digestOf({ ...plan, policy: Object.fromEntries(Object.entries(plan.policy).reverse()) as Desired }),
    ],
  ])('%s', (_, digest) => {
    expect(digest).toBe(plan.digest);
  });

  test('who is in the groups, what is unmanaged, and where the policy was written', async () => {
    const joined = {
      ...directory,
      members: new Map([...directory.members, ['g2', new Set(['ann', 'bob'])]]),
    };
    expect((await planOf(swap, tenant, joined)).digest).toBe(plan.digest);
    const consenting = { ...tenant, consentLets: true, own: new Map([['bob', new Set(BOTH)]]) };
    expect((await planOf(swap, consenting)).digest).toBe(plan.digest);
    const elsewhere = { '/application/assignmentRequired': { file: 'b.yaml', line: 3, column: 5 } };
    expect((await planOf({ ...swap, origins: elsewhere })).digest).toBe(plan.digest);
  });
});
