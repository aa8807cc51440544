import { after, levelOf, type World } from './access.ts';
import type { GateGroup, Gates } from './assessment.ts';
import type { PersonClass } from './classes.ts';
import type { Group, Path } from './order.ts';
import type { OrderProof } from './plan.ts';

/**
 * Everybody's level now and after each group of a path, for the reader to check. Where worlds differ the cell says
 * "none or has". Classes whose rows are equal share one row.
 */
export function levelTable(
  before: Gates,
  path: readonly GateGroup[],
  groups: readonly Group[],
  classes: readonly PersonClass[],
  worlds: readonly World[],
): Pick<OrderProof, 'columns' | 'rows'> {
  const states = [before];
  for (const name of path) {
    const effects = groups.find(({ group }) => group === name)?.effects ?? [];
    states.push(after(states.at(-1) ?? before, effects));
  }
  const rows = classes.map(({ who, count, sample }) => ({
    who: count === undefined ? who : `${who} (${count})`,
    levels: states.map((gates) => {
      const levels = new Set(worlds.map((world) => levelOf(gates, sample, world)));
      return (['none', 'may', 'has'] as const).filter((level) => levels.has(level)).join(' or ');
    }),
  }));
  const moving = rows.filter(({ levels }) => new Set(levels).size > 1 || levels[0] !== 'none');
  const shown = new Map(
    (moving.length === 0 ? rows.slice(0, 1) : moving).map((row) => [[row.who, ...row.levels].join(), row]),
  );
  return { columns: ['now', ...path], rows: [...shown.values()] };
}

/** What the proof takes for granted where Entra's behaviour is not proven, as far as it matters to these states. */
export function assumptionsOf(
  before: Gates,
  groups: readonly Group[],
  classes: readonly PersonClass[],
): readonly string[] {
  const own = classes.some(({ sample }) => 'person' in sample.own || sample.own.scopes.size > 0);
  const said: string[] = [];
  if (own && (before.required || groups.some(({ group }) => group === 'require-assignment'))) {
    said.push(
      'Whether a grant people gave themselves still counts once assignment is required is not proven: safe either way.',
    );
  }
  if (!before.userConsent.known)
    said.push(`The user consent setting was not read (${before.userConsent.why}): safe whatever it says.`);
  if (!before.tenantWide.known)
    said.push(`The tenant-wide grant was not read (${before.tenantWide.why}): safe whatever it holds.`);
  if (!before.own.known)
    said.push(
      `The grants people gave themselves were not read (${before.own.why}): safe whatever they hold.`,
    );
  return said;
}

/** The soft rules a path could not keep, in words. They never refuse a plan, they are told. */
export function softRulesGivenWay({ cost }: Path): readonly string[] {
  const said: string[] = [];
  if (cost.detours > 0) said.push("Somebody's access moves in both directions on the way.");
  if (cost.brief > 0) said.push('Somebody who ends with less briefly has access.');
  if (cost.dips > 0) said.push('Somebody who may consent before and after briefly may not.');
  return said;
}
