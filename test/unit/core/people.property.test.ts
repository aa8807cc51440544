import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planTenant } from '../../../src/planning/plan-tenant.ts';
import { type Directory, oracleLevel, STRANGER, type Tenant, WORLDS } from './oracle.ts';
import { subsets } from './oracle-orders.ts';
import { cases, compared, DAY, PATIENCE, planned } from './plan-groups.ts';
import { asPolicy, directories, fulfilled, PEOPLE, tenants, wishes } from './random.ts';
import { reader } from './tenant-double.ts';

const height = { none: 0, may: 1, has: 2 };

/** What happens to somebody, world by world: the sign of the move, or `same` at the height they keep. */
function moves(who: string, d: Directory, before: Tenant, after: Tenant): string[] {
  return WORLDS.map((w) => {
    const [from, to] = [oracleLevel(before, d, who, w), oracleLevel(after, d, who, w)];
    if (from === to) return from === 'has' ? 'retain' : 'none';
    return height[to] > height[from] ? 'gain' : 'lose';
  });
}

const changes = fc.record({ directory: directories, before: tenants, wish: wishes });

test(
  'gain, lose and retain name exactly the people to whom it happens in every world',
  async () => {
    await fc.assert(
      fc.asyncProperty(changes, async ({ directory, before, wish }) => {
        const { impact, steps } = await planned(before, directory, wish);
        if (steps.length === 0) return;
        const after = fulfilled(before, wish);
        const named = new Set(
          PEOPLE.filter((p) =>
            [before, after].some((t) => t.directUsers.has(p) || t.own.has(p) || inGroup(t, directory, p)),
          ),
        );
        const expected = { gain: [], lose: [], retain: [], unknown: [] } as Record<string, string[]>;
        for (const p of named) {
          const each = new Set(moves(p, directory, before, after));
          const [fate] = each;
          const kind = each.size > 1 ? 'unknown' : fate;
          if (kind !== undefined && kind !== 'none') expected[kind]?.push(p);
        }
        const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).sort();
        expect({
          gain: ids(impact.gain),
          lose: ids(impact.lose),
          retain: ids(impact.retain),
          unknown: ids(impact.unknown),
        }).toEqual(expected);
        const strangers = (t: Tenant) => {
          const levels = new Set(WORLDS.map((w) => oracleLevel(t, directory, STRANGER, w)));
          return levels.size > 1 ? 'unknown' : [...levels][0];
        };
        expect(impact.everyoneElse).toEqual({ before: strangers(before), after: strangers(after) });
        expect(impact.unread).toEqual([]);
      }),
      cases(150),
    );
    compared(150);
  },
  PATIENCE,
);

function inGroup(t: Tenant, d: Directory, p: string): boolean {
  return [...t.assignedGroups].some((g) => d.members.get(g)?.has(p));
}

test(
  'a protected person is let go neither knowingly nor because something was not read',
  async () => {
    let [refusedKnowing, refusedUnread] = [0, 0];
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), fc.boolean(), async (change, hideG1, hideOwn) => {
        const { directory, before } = change;
        const wish = hideOwn ? { ...change.wish, revokeOwn: false } : change.wish;
        const plain = asPolicy(wish);
        const safety = { ...plain.desired.safety, protected: ['ann@contoso.example'], maxRemovals: 1000 };
        const manners = {
          refuses: ({ path }: { path: string }) =>
            (hideG1 && path.startsWith('/groups/g1/members/graph.user')) ||
            (hideOwn && path.includes("'Principal'")),
        };
        const policy = { ...plain, desired: { ...plain.desired, safety } };
        const plan = await planTenant(reader(before, directory, manners), policy, DAY, new Set());
        const after = fulfilled(before, wish);
        const directories = hideG1
          ? subsets(PEOPLE).map((g1) => ({
              ...directory,
              members: new Map([...directory.members, ['g1', new Set(g1)]]),
            }))
          : [directory];
        const owns =
          hideOwn && before.app !== 'absent'
            ? subsets(['EAS', 'EWS'] as const).map((own) => new Map([...before.own, ['ann', new Set(own)]]))
            : undefined;
        const mayLose = directories.some((d) =>
          (owns ?? [before.own]).some((own) =>
            moves(
              'ann',
              d,
              { ...before, own },
              { ...after, own: owns === undefined ? after.own : own },
            ).includes('lose'),
          ),
        );
        const refused = plan.findings.some(({ rule }) => rule === 'protected-person');
        expect(refused).toBe(mayLose && plan.steps.length > 0);
        if (refused && (hideG1 || hideOwn)) refusedUnread += 1;
        if (refused && !hideG1 && !hideOwn) refusedKnowing += 1;
      }),
      cases(150),
    );
    compared(150);
    expect(refusedKnowing).toBeGreaterThan(0);
    expect(refusedUnread).toBeGreaterThan(0);
  },
  PATIENCE,
);

test(
  'with something unread nobody is told to gain, lose or retain unless every completion agrees',
  async () => {
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (change, hideG1) => {
        const { directory, before } = change;
        if (before.app === 'absent') return;
        const wish = { ...change.wish, revokeOwn: false };
        const refuses = ({ path }: { path: string }) =>
          hideG1 ? path.startsWith('/groups/g1/members/graph.user') : path.includes("'Principal'");
        const { impact, steps } = await planned(before, directory, wish, { refuses });
        if (steps.length === 0) return;
        const after = fulfilled(before, wish);
        const completions = hideG1
          ? subsets(PEOPLE).map(
              (g1) =>
                [
                  { ...directory, members: new Map([...directory.members, ['g1', new Set<string>(g1)]]) },
                  before.own,
                ] as const,
            )
          : subsets(['EAS', 'EWS'] as const).map(
              (own) => [directory, new Map(PEOPLE.map((p) => [p, new Set(own)]))] as const,
            );
        for (const fate of ['gain', 'lose', 'retain'] as const) {
          for (const { id } of impact[fate]) {
            const told = completions.flatMap(([d, own]) =>
              moves(id, d, { ...before, own }, { ...after, own }),
            );
            expect(new Set(told), `${fate}: ${id}`).toEqual(new Set([fate]));
          }
        }
      }),
      cases(100),
    );
    compared(100);
  },
  PATIENCE,
);
