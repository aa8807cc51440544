/**
 * An independent reading of the access model: who can sign in, in which tenant, and which orders of
 * changes are safe. Written from the design's prose and deliberately naive (sets, loops, every
 * permutation), sharing no code and no types with src/, so that a mistake there is not repeated here.
 */

export type Scope = 'EAS' | 'EWS';

/** What one tenant looks like. The directory (members, nested) never changes during a plan. */
export type Tenant = {
  app: { enabled: boolean; required: boolean } | 'absent';
  tenantWide: ReadonlySet<Scope>;
  consentLets: boolean;
  directUsers: ReadonlySet<string>;
  assignedGroups: ReadonlySet<string>;
  own: ReadonlyMap<string, ReadonlySet<Scope>>;
};

/** Direct members and nested groups. Nesting is here to be ignored: it gives nothing. */
export type Directory = {
  people: readonly string[];
  members: ReadonlyMap<string, ReadonlySet<string>>;
  nested: ReadonlyMap<string, ReadonlySet<string>>;
};

/** What nobody has proven about Entra: which of the readings is true. */
export type World = { ownCountsWhenRequired: boolean; needed: readonly Scope[] };

export const WORLDS: readonly World[] = [true, false].flatMap((ownCountsWhenRequired) =>
  [['EAS', 'EWS'] as const, ['EAS'] as const, ['EWS'] as const].map((needed) => ({
    ownCountsWhenRequired,
    needed,
  })),
);

export type OracleLevel = 'none' | 'may' | 'has';
const height: Record<OracleLevel, number> = { none: 0, may: 1, has: 2 };

/** Somebody nobody has heard of: in no group, assigned nowhere, never consented. */
export const STRANGER = 'stranger';

/** One person's level in one tenant, in one world. */
export function oracleLevel(t: Tenant, d: Directory, who: string, world: World): OracleLevel {
  if (t.app === 'absent') return t.consentLets ? 'may' : 'none';
  const { enabled, required } = t.app;
  if (!enabled) return 'none';
  let assigned = t.directUsers.has(who);
  for (const g of t.assignedGroups) if (d.members.get(g)?.has(who)) assigned = true;
  if (required && !assigned) return 'none';
  const usable = new Set(t.tenantWide);
  if (!required || world.ownCountsWhenRequired) for (const s of t.own.get(who) ?? []) usable.add(s);
  if (world.needed.every((s) => usable.has(s))) return 'has';
  return !required && t.consentLets ? 'may' : 'none';
}

/** One elementary write: what it does to the tenant. */
export type Element = (t: Tenant) => Tenant;
/** Writes of one gate in one direction. */
export type OracleGroup = { name: string; elements: readonly Element[]; after: readonly string[] };

const withApp =
  (part: Partial<{ enabled: boolean; required: boolean }>): Element =>
  (t) => ({
    ...t,
    app: t.app === 'absent' ? 'absent' : { ...t.app, ...part },
  });
const plus = <T>(set: ReadonlySet<T>, x: T) => new Set([...set, x]);
const minus = <T>(set: ReadonlySet<T>, x: T) => new Set([...set].filter((y) => y !== x));
const missing = <T>(from: ReadonlySet<T>, to: ReadonlySet<T>) => [...to].filter((x) => !from.has(x));

/** The groups of elementary writes that turn one tenant into the other; empty groups are left out. */
export function difference(from: Tenant, to: Tenant): OracleGroup[] {
  if (to.app === 'absent' && from.app !== 'absent') throw new Error('nothing ever deletes the app');
  const creating = from.app === 'absent' && to.app !== 'absent';
  const needsApp = creating ? ['create'] : [];
  const groups: OracleGroup[] = [];
  const group = (name: string, elements: Element[], after: string[] = []) => {
    if (elements.length > 0) groups.push({ name, elements, after });
  };
  if (creating) group('create', [(t) => ({ ...t, app: to.app })]);
  if (from.app !== 'absent' && to.app !== 'absent') {
    const target = to.app;
    if (from.app.enabled !== target.enabled)
      group(target.enabled ? 'enable' : 'disable', [withApp({ enabled: target.enabled })]);
    if (from.app.required !== target.required)
      group(target.required ? 'require' : 'un-require', [withApp({ required: target.required })]);
  }
  const adds = [
    ...missing(from.directUsers, to.directUsers).map(
      (u): Element =>
        (t) => ({ ...t, directUsers: plus(t.directUsers, u) }),
    ),
    ...missing(from.assignedGroups, to.assignedGroups).map(
      (g): Element =>
        (t) => ({ ...t, assignedGroups: plus(t.assignedGroups, g) }),
    ),
  ];
  const removes = [
    ...missing(to.directUsers, from.directUsers).map(
      (u): Element =>
        (t) => ({ ...t, directUsers: minus(t.directUsers, u) }),
    ),
    ...missing(to.assignedGroups, from.assignedGroups).map(
      (g): Element =>
        (t) => ({ ...t, assignedGroups: minus(t.assignedGroups, g) }),
    ),
  ];
  group('add', adds, needsApp);
  group('remove', removes);
  const scopeMove = (s: Scope, on: boolean): Element => {
    return (t) => ({ ...t, tenantWide: on ? plus(t.tenantWide, s) : minus(t.tenantWide, s) });
  };
  group(
    'grant',
    missing(from.tenantWide, to.tenantWide).map((s) => scopeMove(s, true)),
    needsApp,
  );
  group(
    'revoke',
    missing(to.tenantWide, from.tenantWide).map((s) => scopeMove(s, false)),
  );
  if (from.consentLets !== to.consentLets)
    group(to.consentLets ? 'widen' : 'narrow', [(t) => ({ ...t, consentLets: to.consentLets })]);
  const revoked = [...from.own.keys()].filter((u) => !to.own.has(u));
  group(
    'revoke-own',
    revoked.map(
      (u): Element =>
        (t) => ({ ...t, own: new Map([...t.own].filter(([who]) => who !== u)) }),
    ),
  );
  return groups;
}

/** Every way to choose some of these. */
export function subsets<T>(all: readonly T[]): T[][] {
  return all.reduce<T[][]>((acc, x) => [...acc, ...acc.map((some) => [...some, x])], [[]]);
}

/** Every person's levels in every world, strangers included, in a fixed order. */
export function profile(t: Tenant, d: Directory): OracleLevel[] {
  return WORLDS.flatMap((w) => [...d.people, STRANGER].map((who) => oracleLevel(t, d, who, w)));
}

export type Rules = { continuity: boolean; containment: boolean };
const BOTH: Rules = { continuity: true, containment: true };

/** Does this moment break a hard rule for anybody, given where everybody starts and ends? */
export function breaks(
  start: readonly OracleLevel[],
  now: readonly OracleLevel[],
  end: readonly OracleLevel[],
  rules: Rules = BOTH,
): boolean {
  return now.some((level, i) => {
    if (rules.continuity && start[i] === 'has' && end[i] === 'has' && level !== 'has') return true;
    return rules.containment && start[i] === 'none' && end[i] === 'none' && level !== 'none';
  });
}

const run = (t: Tenant, elements: readonly Element[]) => elements.reduce((acc, e) => e(acc), t);

/** Is this order of groups safe at every prefix, and with any part of the group in flight done? */
export function orderIsSafe(from: Tenant, order: readonly OracleGroup[], d: Directory, rules = BOTH) {
  const start = profile(from, d);
  const end = profile(
    run(
      from,
      order.flatMap((g) => g.elements),
    ),
    d,
  );
  let at = from;
  for (const g of order) {
    for (const part of subsets(g.elements))
      if (breaks(start, profile(run(at, part), d), end, rules)) return false;
    at = run(at, g.elements);
  }
  return !breaks(start, profile(at, d), end, rules);
}

/** All orders that respect "the app must exist first". */
export function permutations(groups: readonly OracleGroup[]): OracleGroup[][] {
  if (groups.length === 0) return [[]];
  return groups.flatMap((g) => {
    const rest = groups.filter((x) => x !== g);
    if (rest.some((x) => g.after.includes(x.name))) return [];
    return permutations(rest).map((tail) => [g, ...tail]);
  });
}

/** How badly an order treats people where the hard rules leave a choice; lower is better, in this order. */
export type Cost = { detours: number; brief: number; dips: number };

/** Counts (person, world) pairs, at group ends: both directions, briefly in, dip below `may`. */
export function costOf(from: Tenant, order: readonly OracleGroup[], d: Directory): Cost {
  const moments = [profile(from, d)];
  let at = from;
  for (const g of order) {
    at = run(at, g.elements);
    moments.push(profile(at, d));
  }
  const cost = { detours: 0, brief: 0, dips: 0 };
  moments[0]?.forEach((_, i) => {
    const path = moments.map((m) => height[m[i] ?? 'none']);
    const [first, last] = [path[0] ?? 0, path.at(-1) ?? 0];
    const up = path.some((h, k) => k > 0 && h > (path[k - 1] ?? 0));
    const down = path.some((h, k) => k > 0 && h < (path[k - 1] ?? 0));
    if (up && down) cost.detours += 1;
    if (first < 2 && last < 2 && path.includes(2)) cost.brief += 1;
    if (first >= 1 && last >= 1 && path.includes(0)) cost.dips += 1;
  });
  return cost;
}

/** The safe orders among all permutations; stops at the first when only existence matters. */
export function safeOrders(from: Tenant, to: Tenant, d: Directory, rules = BOTH): OracleGroup[][] {
  return permutations(difference(from, to)).filter((order) => orderIsSafe(from, order, d, rules));
}

/**
 * Is there any safe way at all, interleaving single writes of different groups freely? Reachability over
 * sets of single writes: the same answer as trying every permutation of them, in less time.
 */
export function anySafeInterleaving(
  from: Tenant,
  groups: readonly OracleGroup[],
  d: Directory,
  rules = BOTH,
) {
  const elements = groups.flatMap((g) => g.elements.map((run1) => ({ run1, g })));
  const start = profile(from, d);
  const end = profile(
    run(
      from,
      elements.map((e) => e.run1),
    ),
    d,
  );
  const full = 2 ** elements.length - 1;
  const done = (mask: number) => elements.filter((_, i) => mask & (2 ** i));
  const safe = (mask: number) =>
    !breaks(
      start,
      profile(
        run(
          from,
          done(mask).map((e) => e.run1),
        ),
        d,
      ),
      end,
      rules,
    );
  if (!safe(0) || !safe(full)) return false;
  const seen = new Set([0]);
  const queue = [0];
  for (let mask = queue.pop(); mask !== undefined; mask = queue.pop()) {
    if (mask === full) return true;
    for (const [i, e] of elements.entries()) {
      const next = mask | (2 ** i);
      const ready = elements.every((x, k) => !e.g.after.includes(x.g.name) || (mask & (2 ** k)) !== 0);
      if (next !== mask && ready && !seen.has(next) && safe(next)) {
        seen.add(next);
        queue.push(next);
      }
    }
  }
  return false;
}
