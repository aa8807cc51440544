import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReadRequest } from '../../../src/core/request.ts';
import type { Directory, Scope, Tenant } from './oracle.ts';
import { orderIsSafe, subsets } from './oracle-orders.ts';
import { asGroups, cases, compared, isOrdered, PATIENCE, planned } from './plan-groups.ts';
import { directories, GROUPS, PEOPLE, tenants, wishes } from './random.ts';

/** One thing that could not be read, and everything that it might have said. */
type Unread = {
  refuses: (read: ReadRequest) => boolean;
  completions: (t: Tenant, d: Directory) => readonly (readonly [Tenant, Directory])[];
};

const SCOPES: readonly (readonly Scope[])[] = [[], ['EAS', 'EWS'], ['EAS'], ['EWS']];

const UNREAD: Record<'consent' | 'tenantWide' | 'own' | 'members', Unread> = {
  consent: {
    refuses: ({ path }) => path.startsWith('/policies/authorizationPolicy'),
    completions: (t, d) => [true, false].map((consentLets) => [{ ...t, consentLets }, d]),
  },
  tenantWide: {
    refuses: ({ path }) => path.includes("'AllPrincipals'"),
    completions: (t, d) => SCOPES.map((s) => [{ ...t, tenantWide: new Set(s) }, d]),
  },
  own: {
    refuses: ({ path }) => path.includes("'Principal'"),
    completions: (t, d) =>
      SCOPES.flatMap((ann) =>
        SCOPES.flatMap((bob) =>
          SCOPES.map((cho) => {
            const own = [ann, bob, cho].map((s, i) => [PEOPLE[i] ?? '', new Set(s)] as const);
            return [{ ...t, own: new Map(own) }, d] as const;
          }),
        ),
      ),
  },
  members: {
    refuses: ({ path }) => path.startsWith('/groups/g1/members/graph.user'),
    completions: (t, d) =>
      subsets(PEOPLE).map((g1) => [t, { ...d, members: new Map([...d.members, ['g1', new Set(g1)]]) }]),
  },
};

const changes = fc.record({
  directory: directories,
  before: tenants.filter(({ app }) => app !== 'absent'),
  // What was not read is not managed here: managing it refuses the tenant before any order matters.
  wish: wishes.map((wish) => ({ ...wish, revokeOwn: false })),
  unread: fc.subarray(['consent', 'tenantWide', 'own', 'members'] as const, { minLength: 1, maxLength: 2 }),
});

test(
  'with something unread the order is safe whatever it would have said',
  async () => {
    let ordered = 0;
    await fc.assert(
      fc.asyncProperty(changes, async ({ directory, before, wish, unread }) => {
        const asked = {
          ...wish,
          ...(unread.includes('consent') ? { consentLets: undefined } : {}),
          ...(unread.includes('tenantWide') ? { tenantWide: undefined } : {}),
        };
        const refuses = (read: ReadRequest) => unread.some((what) => UNREAD[what].refuses(read));
        const plan = await planned(before, directory, asked, { refuses });
        if (!isOrdered(plan) || plan.steps.length === 0) return;
        ordered += 1;
        const all = unread.reduce<readonly (readonly [Tenant, Directory])[]>(
          (sofar, what) => sofar.flatMap(([t, d]) => UNREAD[what].completions(t, d)),
          [[before, directory]],
        );
        for (const [tenant, d] of all) {
          const safe = orderIsSafe(tenant, asGroups(plan, d), d);
          if (!safe)
            expect({ tenant, members: d.members, steps: plan.steps.map((s) => s.group) }).toBe('safe');
        }
      }),
      cases(100),
    );
    compared(100);
    expect(ordered).toBeGreaterThan(0);
  },
  PATIENCE,
);

test(
  'what was not read and is managed refuses the tenant, and what was not read is said',
  async () => {
    await fc.assert(
      fc.asyncProperty(changes, async ({ directory, before, wish, unread }) => {
        const refuses = (read: ReadRequest) => unread.some((what) => UNREAD[what].refuses(read));
        const plan = await planned(before, directory, wish, { refuses });
        const managed =
          (unread.includes('consent') && wish.consentLets !== undefined) ||
          (unread.includes('tenantWide') && wish.tenantWide !== undefined);
        const rules = plan.findings.filter(({ rule }) => rule === 'unreadable');
        if (managed) expect(plan.status).toBe('refused');
        if (unread.some((what) => what === 'consent' || what === 'tenantWide')) expect(rules).not.toEqual([]);
        // A group that counts, or grants people gave themselves: with access moving, their people are not "none".
        const moves = plan.steps.some(({ group }) => group !== 'visibility');
        const g1Counts = before.assignedGroups.has('g1') || (wish.groups ?? []).includes('g1');
        if (moves && (unread.includes('own') || (unread.includes('members') && g1Counts)))
          expect(plan.impact.unread).not.toEqual([]);
        expect(GROUPS).toContain('g1');
      }),
      cases(100),
    );
    compared(100);
  },
  PATIENCE,
);
