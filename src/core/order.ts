import { after, levelOf, RANK, type World } from './access.ts';
import { type Effect, GATE_GROUPS, type GateGroup, type Gates } from './assessment.ts';
import type { PersonClass } from './classes.ts';

/** Steps of one gate in one direction, as far as their order matters. */
export type Group = { readonly group: GateGroup; readonly effects: readonly Effect[] };

/** The two hard rules; giving one up is `safety.transition`'s choice, never ours. */
export type HardRules = {
  /** Who has access before and after has it throughout. */
  readonly continuity: boolean;
  /** Who has none before and after has none throughout. */
  readonly containment: boolean;
};

/** Soft rules, counted per class and world, in the order in which they are minimised. */
type Cost = {
  /** Level moved more than the difference between before and after demands: somebody moves in both directions. */
  readonly detours: number;
  /** Times that somebody briefly gets access who ends lower. */
  readonly brief: number;
  /** Times that somebody loses *may* for a while. */
  readonly dips: number;
};

export type Path = { readonly groups: readonly GateGroup[]; readonly cost: Cost };

type Ends = { readonly first: number; readonly last: number };
type Node = { readonly mask: number; readonly levels: readonly number[] };

/**
 * Walks the lattice of subsets of the groups from "nothing done" to "all done", and returns the path that keeps
 * the hard rules at every subset for every class in every world, with the least soft cost; ties go to the fixed
 * gate order. Undefined when no path is safe. Cost: 2^groups × classes × worlds level evaluations.
 */
export function safePath(
  before: Gates,
  groups: readonly Group[],
  classes: readonly PersonClass[],
  worlds: readonly World[],
  rules: HardRules,
): Path | undefined {
  const ranked = inGateOrder(groups);
  const full = 2 ** ranked.length - 1;
  const nodes = Array.from({ length: full + 1 }, (_, mask) => nodeAt(mask, before, ranked, classes, worlds));
  const ends = endsOf(nodes[0], nodes[full]);
  const best: (Path | undefined)[] = [];
  best[full] = { groups: [], cost: { detours: 0, brief: 0, dips: 0 } };
  for (let mask = full - 1; mask >= 0; mask--) {
    best[mask] = bestFrom(mask, ranked, nodes, ends, best, rules);
  }
  return best[0];
}

/**
 * The one path through the groups in just this order, if it keeps the hard rules: the same proof as `safePath`, for an
 * order that is given. Undefined when it does not.
 */
export function pathInOrder(
  before: Gates,
  ordered: readonly Group[],
  classes: readonly PersonClass[],
  worlds: readonly World[],
  rules: HardRules,
): Path | undefined {
  const nodes = [0, ...ordered.map((_, index) => 2 ** (index + 1) - 1)].map((mask) =>
    nodeAt(mask, before, ordered, classes, worlds),
  );
  const ends = endsOf(nodes[0], nodes.at(-1));
  let cost: Cost = { detours: 0, brief: 0, dips: 0 };
  for (const [index, { group }] of ordered.entries()) {
    const [from, to] = [nodes[index], nodes[index + 1]];
    if (from === undefined || to === undefined) return undefined;
    if (!isPossible(group, from.mask, ordered) || !isSafe(to, ends, rules)) return undefined;
    cost = sum(stepCost(from, to, ends), cost);
  }
  return { groups: ordered.map(({ group }) => group), cost };
}

/**
 * The fixed gate order, for ties. An app created shut is filled before it is granted; an open one is granted
 * before it is filled, because only the grant lets the people in it through the next gate.
 */
export function inGateOrder<T extends { readonly group: GateGroup }>(groups: readonly T[]): readonly T[] {
  const creates = groups.some(({ group }) => group === 'create');
  const rank = (group: GateGroup) =>
    GATE_GROUPS.indexOf(group === 'grant' && creates ? 'add-assignees' : group);
  return [...groups].sort(
    (a, b) => rank(a.group) - rank(b.group) || (a.group === 'grant' ? 1 : b.group === 'grant' ? -1 : 0),
  );
}

function nodeAt(
  mask: number,
  before: Gates,
  groups: readonly Group[],
  classes: readonly PersonClass[],
  worlds: readonly World[],
): Node {
  const gates = after(
    before,
    groups.filter((_, index) => mask & (1 << index)).flatMap((group) => group.effects),
  );
  return {
    mask,
    levels: classes.flatMap(({ sample }) => worlds.map((world) => RANK[levelOf(gates, sample, world)])),
  };
}

function endsOf(first: Node | undefined, last: Node | undefined): readonly Ends[] {
  return (first?.levels ?? []).map((level, index) => ({ first: level, last: last?.levels[index] ?? level }));
}

function bestFrom(
  mask: number,
  groups: readonly Group[],
  nodes: readonly Node[],
  ends: readonly Ends[],
  best: readonly (Path | undefined)[],
  rules: HardRules,
): Path | undefined {
  let found: Path | undefined;
  const here = nodes[mask];
  groups.forEach(({ group }, index) => {
    const next = nodes[mask | (1 << index)];
    const rest = next === undefined ? undefined : best[next.mask];
    if (here === undefined || next === undefined || next === here || rest === undefined) return;
    if (!isPossible(group, mask, groups)) return;
    if (!isSafe(next, ends, rules)) return;
    const cost = sum(stepCost(here, next, ends), rest.cost);
    // Groups come in gate order, so the first of equal cost is the one the fixed order prefers.
    if (found === undefined || compare(cost, found.cost) < 0)
      found = { groups: [group, ...rest.groups], cost };
  });
  return found;
}

/** Nothing can be assigned or granted to an app that is still to be created; the tenant's own settings can move. */
function isPossible(group: GateGroup, done: number, groups: readonly Group[]): boolean {
  const creation = groups.findIndex((each) => each.group === 'create');
  const needsApp = group !== 'create' && group !== 'widen-user-consent' && group !== 'narrow-user-consent';
  return creation < 0 || !needsApp || (done & (1 << creation)) !== 0;
}

/** Whether the hard rules hold at a state. */
function isSafe(node: Node, ends: readonly Ends[], rules: HardRules): boolean {
  return ends.every(({ first, last }, index) => {
    const level = node.levels[index] ?? 0;
    if (rules.continuity && first === RANK.has && last === RANK.has && level !== RANK.has) return false;
    return !(rules.containment && first === RANK.none && last === RANK.none && level !== RANK.none);
  });
}

function stepCost(from: Node, to: Node, ends: readonly Ends[]): Cost {
  let [detours, brief, dips] = [0, 0, 0];
  ends.forEach(({ first, last }, index) => {
    const [here, there] = [from.levels[index] ?? 0, to.levels[index] ?? 0];
    // A step towards the end costs nothing; a step away from it costs its height, and once more on the way back.
    if (here !== there && Math.sign(there - here) !== Math.sign(last - first))
      detours += Math.abs(there - here);
    if (there === RANK.has && here !== RANK.has && first !== RANK.has && last !== RANK.has) brief += 1;
    if (there === RANK.none && here !== RANK.none && first !== RANK.none && last !== RANK.none) dips += 1;
  });
  return { detours, brief, dips };
}

function sum(a: Cost, b: Cost): Cost {
  return { detours: a.detours + b.detours, brief: a.brief + b.brief, dips: a.dips + b.dips };
}

function compare(a: Cost, b: Cost): number {
  return a.detours - b.detours || a.brief - b.brief || a.dips - b.dips;
}
