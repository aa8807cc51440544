/** The oracle's second half: which writes lead from one tenant to another, and which orders of them are safe. */
import { BOTH, breaks, type Directory, HEIGHT, profile, type Tenant } from './oracle.ts';

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
  // The scopes of the tenant-wide grant are one text, so one write, also where one scope replaces the other.
  const gained = missing(from.tenantWide, to.tenantWide);
  const lost = missing(to.tenantWide, from.tenantWide);
  const name = lost.length === 0 ? 'grant' : gained.length === 0 ? 'revoke' : 'swap';
  group(
    name,
    gained.length + lost.length === 0 ? [] : [(t) => ({ ...t, tenantWide: to.tenantWide })],
    needsApp,
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

/** The directory with everybody in it whom any membership of the groups could bring about. */
export function withEveryConceivablePerson(d: Directory, from: Tenant, to: Tenant): Directory {
  const [before, after] = [from, to].map((t) => new Set([...t.directUsers, ...t.assignedGroups]));
  if (before === undefined || after === undefined) return d;
  const one = (of: Iterable<string>, test: (p: string) => boolean) => [...of].filter(test).slice(0, 1);
  const sides = [
    ...one(before, (p) => after.has(p)),
    ...one(after, (p) => !before.has(p)),
    ...one(before, (p) => !after.has(p)),
  ];
  const imagined = subsets(sides).flatMap((assignedBy) =>
    [undefined, ...from.own.keys()].map(
      (ownLike) => [`imagined ${assignedBy} ${ownLike}`, { assignedBy, ownLike }] as const,
    ),
  );
  return { ...d, people: [...d.people, ...imagined.map(([name]) => name)], imagined: new Map(imagined) };
}

/** Every way to choose some of these. */
export function subsets<T>(all: readonly T[]): T[][] {
  return Array.from({ length: 2 ** all.length }, (_, mask) => all.filter((_, i) => mask & (1 << i)));
}

export const run = (t: Tenant, elements: readonly Element[]) => elements.reduce((acc, e) => e(acc), t);
const all = (groups: readonly OracleGroup[]) => groups.flatMap((g) => g.elements);

/** Is this order of groups safe at every prefix, and with any part of the group in flight done? */
export function orderIsSafe(
  from: Tenant,
  order: readonly OracleGroup[],
  d: Directory,
  rules = BOTH,
): boolean {
  const start = profile(from, d);
  const end = profile(run(from, all(order)), d);
  let at = from;
  for (const g of order) {
    for (const part of subsets(g.elements))
      if (breaks(start, profile(run(at, part), d), end, rules)) return false;
    at = run(at, g.elements);
  }
  return true;
}

/** All permutations of the groups that respect "the app must exist first" and are safe throughout. */
export function safeOrders(
  from: Tenant,
  groups: readonly OracleGroup[],
  d: Directory,
  rules = BOTH,
): OracleGroup[][] {
  const start = profile(from, d);
  const end = profile(run(from, all(groups)), d);
  // What a group does while in flight depends on the set of groups done, not on their order: judged once a set.
  const judged = new Map<string, boolean>();
  const inFlight = (done: readonly OracleGroup[], g: OracleGroup) => {
    const key = `${groups.filter((x) => done.includes(x)).map((x) => x.name)}|${g.name}`;
    const at = run(from, all(groups.filter((x) => done.includes(x))));
    const verdict =
      judged.get(key) ??
      subsets(g.elements).every((part) => !breaks(start, profile(run(at, part), d), end, rules));
    judged.set(key, verdict);
    return verdict;
  };
  const extend = (done: readonly OracleGroup[]): OracleGroup[][] => {
    if (done.length === groups.length) return [[...done]];
    return groups
      .filter((g) => !done.includes(g))
      .filter((g) => g.after.every((name) => done.some((x) => x.name === name)) && inFlight(done, g))
      .flatMap((g) => extend([...done, g]));
  };
  return extend([]);
}

/** How badly an order treats people where the hard rules leave a choice; lower is better, in this order. */
export type OracleCost = { detours: number; brief: number; dips: number };

/** (person, world) pairs by the levels at group ends: moved both ways, briefly in but ending lower, dip below `may`. */
export function costOf(from: Tenant, order: readonly OracleGroup[], d: Directory): OracleCost {
  const moments = [profile(from, d)];
  let at = from;
  for (const g of order) {
    at = run(at, g.elements);
    moments.push(profile(at, d));
  }
  const cost = { detours: 0, brief: 0, dips: 0 };
  moments[0]?.forEach((_, i) => {
    const path = moments.map((m) => HEIGHT[m[i] ?? 'none']);
    const [first, last] = [path[0] ?? 0, path.at(-1) ?? 0];
    const up = path.some((h, k) => k > 0 && h > (path[k - 1] ?? 0));
    const down = path.some((h, k) => k > 0 && h < (path[k - 1] ?? 0));
    if (up && down) cost.detours += 1;
    if (first < 2 && last < 2 && path.includes(2)) cost.brief += 1;
    if (first >= 1 && last >= 1 && path.includes(0)) cost.dips += 1;
  });
  return cost;
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
): boolean {
  const elements = groups.flatMap((g) => g.elements.map((write) => ({ write, g })));
  const start = profile(from, d);
  const end = profile(run(from, all(groups)), d);
  const full = 2 ** elements.length - 1;
  const has = (mask: number, i: number) => (mask & (1 << i)) !== 0;
  const stateAt = (mask: number) => elements.filter((_, i) => has(mask, i)).map((e) => e.write);
  const safe = (mask: number) => !breaks(start, profile(run(from, stateAt(mask)), d), end, rules);
  const seen = new Set([0]);
  const queue = [0];
  for (let mask = queue.pop(); mask !== undefined; mask = queue.pop()) {
    if (mask === full) return true;
    elements.forEach((e, i) => {
      const next = (mask ?? 0) | (1 << i);
      const ready = elements.every((x, k) => !e.g.after.includes(x.g.name) || has(mask ?? 0, k));
      if (ready && !seen.has(next) && safe(next)) {
        seen.add(next);
        queue.push(next);
      }
    });
  }
  return false;
}
