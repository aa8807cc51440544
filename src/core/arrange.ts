import { after, type World, worlds } from './access.ts';
import type { GateGroup, Gates, Move } from './assessment.ts';
import { actualClasses, type Identified, type PersonClass, possibleClasses } from './classes.ts';
import type { Finding } from './finding.ts';
import { type Group, type HardRules, inGateOrder, type Path, pathInOrder, safePath } from './order.ts';
import type { OrderProof } from './plan.ts';
import { assumptionsOf, levelTable, softRulesGivenWay } from './proof.ts';
import type { Reading } from './request.ts';
import { splitAdvice } from './split.ts';
import type { Desired } from './state.ts';

/** The moves in a safe order with its proof, or why there is none. */
export type Arrangement =
  | { readonly moves: readonly Move[]; readonly order?: OrderProof; readonly findings: readonly Finding[] }
  | { readonly moves: undefined; readonly findings: readonly Finding[] };

const BOTH: HardRules = { continuity: true, containment: true };

/**
 * Puts moves in an order that is safe for everybody at every step, in every world that the readings leave open.
 * @param given the only order of the groups that is looked at, each of them once.
 */
export function arrange(
  before: Gates,
  moves: readonly Move[],
  people: Reading<readonly Identified[]>,
  transition: Desired['safety']['transition'],
  given?: readonly GateGroup[],
): Arrangement {
  const groups = groupsOf(moves, given);
  const effects = groups.flatMap((group) => group.effects);
  const gating = groups.filter((group) => group.effects.length > 0);
  const open = worlds(before, after(before, effects));
  const search = (classes: readonly PersonClass[], rules: HardRules) =>
    (given === undefined ? safePath : pathInOrder)(before, gating, classes, open, rules);
  const finish = (path: Path, classes: readonly PersonClass[], extra: Partial<OrderProof>): Arrangement => {
    const quiet = groups.filter((group) => group.effects.length === 0).map(({ group }) => group);
    const names = given ?? [...quiet, ...path.groups];
    const order: OrderProof = {
      holdsFor: 'any membership',
      assumptions: assumptionsOf(before, gating, classes),
      gaveWay: softRulesGivenWay(path),
      ...levelTable(before, path.groups, gating, classes, open),
      ...extra,
    };
    const ordered = names.flatMap((name) => moves.filter(({ group }) => group === name));
    return { moves: ordered, findings: [], ...(path.groups.length === 0 ? {} : { order }) };
  };

  const possible = possibleClasses(before, effects);
  const robust = search(possible, BOTH);
  if (robust !== undefined) return finish(robust, possible, {});
  const actual = actualClasses(before, effects, people);
  const asRead = search(actual, BOTH);
  if (asRead !== undefined) return finish(asRead, actual, { holdsFor: 'the membership as read' });

  const keepsMail = search(actual, { continuity: true, containment: false });
  const keepsOut = search(actual, { continuity: false, containment: true });
  const chosen =
    transition === 'continuity' ? keepsMail : transition === 'containment' ? keepsOut : undefined;
  const broken = {
    containment: breaches(before, keepsMail, gating, actual, open, 'none'),
    continuity: breaches(before, keepsOut, gating, actual, open, 'has'),
  };
  if (chosen !== undefined) {
    const givenUp =
      transition === 'continuity'
        ? `Containment is given up (safety.transition: continuity): ${broken.containment} can sign in for a while.`
        : `Continuity is given up (safety.transition: containment): ${broken.continuity} cannot sign in for a while.`;
    return finish(chosen, actual, { holdsFor: 'the membership as read', givenUp });
  }
  if (given !== undefined) {
    const all: Path = { groups: gating.map(({ group }) => group), cost: { detours: 0, brief: 0, dips: 0 } };
    const along = (level: 'none' | 'has') => breaches(before, all, gating, actual, open, level);
    return { moves: undefined, findings: [notInThisOrder(along('has'), along('none'))] };
  }
  return { moves: undefined, findings: [noSafeOrder(broken, splitAdvice(before, gating, actual, open))] };
}

function groupsOf(moves: readonly Move[], given?: readonly GateGroup[]): readonly Group[] {
  const groups = new Map<GateGroup, Group>();
  for (const { group, effects } of moves) {
    groups.set(group, { group, effects: [...(groups.get(group)?.effects ?? []), ...effects] });
  }
  if (given === undefined) return inGateOrder([...groups.values()]);
  return [...groups.values()].sort((a, b) => given.indexOf(a.group) - given.indexOf(b.group));
}

/** Who breaks a hard rule along a path: at `level` before and after, but not throughout. */
function breaches(
  before: Gates,
  path: Path | undefined,
  groups: readonly Group[],
  classes: readonly PersonClass[],
  open: readonly World[],
  level: 'none' | 'has',
): string {
  if (path === undefined) return 'somebody, in every order,';
  const hit = open.flatMap((world) =>
    levelTable(before, path.groups, groups, classes, [world]).rows.filter(
      ({ levels }) => levels[0] === level && levels.at(-1) === level && levels.some((each) => each !== level),
    ),
  );
  return [...new Set(hit.map(({ who }) => who))].join(' and ');
}

/** @param shut who loses mail on the way, `open` who gets it; both empty where the app does not exist in time. */
function notInThisOrder(shut: string, open: string): Finding {
  const said = [
    ...(shut === '' ? [] : [`${shut} could not sign in for a while`]),
    ...(open === '' ? [] : [`${open} could sign in for a while`]),
  ];
  return {
    rule: 'no-safe-order',
    severity: 'error',
    message: `In this order ${said.join(', and ') || 'something is assigned or granted before the app is there'}.`,
    fix: 'Plan again: the new plan has a safe order, or says why there is none.',
  };
}

function noSafeOrder(
  broken: { readonly containment: string; readonly continuity: string },
  splits: readonly string[],
): Finding {
  return {
    rule: 'no-safe-order',
    severity: 'error',
    message: `No order of these changes is safe for everybody. In the order that keeps everyone's mail, ${broken.containment} could sign in for a while; in the order that keeps outsiders out, ${broken.continuity} could not sign in for a while.`,
    fix: [
      ...splits,
      'Or say which rule may give way in this tenant: `safety.transition: continuity` keeps mail, `containment` keeps outsiders out.',
    ].join(' '),
  };
}
