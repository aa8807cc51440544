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
  /** People who need not exist: by what would assign them, and whose own grant is like theirs. */
  imagined?: ReadonlyMap<string, { assignedBy: readonly string[]; ownLike: string | undefined }>;
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
export const HEIGHT: Record<OracleLevel, number> = { none: 0, may: 1, has: 2 };

/** Somebody nobody has heard of: in no group, assigned nowhere, never consented. */
export const STRANGER = 'stranger';

/** One person's level in one tenant, in one world. */
export function oracleLevel(t: Tenant, d: Directory, who: string, world: World): OracleLevel {
  if (t.app === 'absent') return t.consentLets ? 'may' : 'none';
  const { enabled, required } = t.app;
  if (!enabled) return 'none';
  const imagined = d.imagined?.get(who);
  let assigned = t.directUsers.has(who);
  for (const g of t.assignedGroups) if (d.members.get(g)?.has(who)) assigned = true;
  for (const p of imagined?.assignedBy ?? [])
    if (t.directUsers.has(p) || t.assignedGroups.has(p)) assigned = true;
  if (required && !assigned) return 'none';
  const usable = new Set(t.tenantWide);
  if (!required || world.ownCountsWhenRequired)
    for (const s of t.own.get(imagined?.ownLike ?? who) ?? []) usable.add(s);
  if (world.needed.every((s) => usable.has(s))) return 'has';
  return !required && t.consentLets ? 'may' : 'none';
}

/** Every person's level in every world, a stranger included, in a fixed order. */
export function profile(t: Tenant, d: Directory): OracleLevel[] {
  return WORLDS.flatMap((w) => [...d.people, STRANGER].map((who) => oracleLevel(t, d, who, w)));
}

export type Rules = { continuity: boolean; containment: boolean };
export const BOTH: Rules = { continuity: true, containment: true };

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
