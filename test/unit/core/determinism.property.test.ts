import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, type Json } from '../../../src/core/json.ts';
import { planTenant } from '../../../src/planning/plan-tenant.ts';
import { cases, DAY, PATIENCE } from './plan-groups.ts';
import { asPolicy, directories, PEOPLE, tenants, wishes } from './random.ts';
import { reader } from './tenant-double.ts';

/** Always the same other order for the same salt: no randomness beside fast-check's. */
function shuffled(salt: number): (rows: readonly Json[]) => readonly Json[] {
  return (rows) =>
    rows
      .map((row, i) => [Math.sin(salt * 97 + i * 131), row] as const)
      .sort(([a], [b]) => a - b)
      .map(([, row]) => row);
}

/** An object says the same whatever the order of its keys. */
function rekeyed(value: Json): Json {
  if (Array.isArray(value)) return value.map(rekeyed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, rekeyed(each)]),
  );
}

test(
  'the same tenant, listed in another order, plans to the same bytes',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          directory: directories,
          before: tenants,
          wish: wishes,
          members: fc.boolean(),
          salt: fc.integer({ min: 1, max: 1000 }),
        }),
        async ({ directory, before, wish, members, salt }) => {
          const plain = asPolicy(wish);
          const { groups } = plain.desired.assignments;
          const as = members ? ('members' as const) : ('group' as const);
          const policy = {
            ...plain,
            desired: {
              ...plain.desired,
              assignments: {
                ...plain.desired.assignments,
                groups: groups === 'unmanaged' ? groups : groups.map((entry) => ({ ...entry, as })),
              },
              safety: { ...plain.desired.safety, protected: PEOPLE.map((p) => `${p}@contoso.example`) },
            },
          };
          const bytes = async (lists?: (rows: readonly Json[]) => readonly Json[]) => {
            const manners = lists === undefined ? {} : { lists };
            const plan = await planTenant(reader(before, directory, manners), policy, DAY, new Set());
            return { plan: JSON.stringify(plan), canonical: canonical(plan as Json) };
          };
          const first = await bytes();
          expect(await bytes()).toEqual(first);
          expect(await bytes((rows) => [...rows].reverse())).toEqual(first);
          expect(await bytes(shuffled(salt))).toEqual(first);
          expect(await bytes((rows) => shuffled(salt)(rows.map(rekeyed)))).toEqual(first);
        },
      ),
      cases(200),
    );
  },
  PATIENCE,
);
