import type { Who } from './access.ts';
import type { Effect, Gates } from './assessment.ts';
import { byText } from './json.ts';
import type { Reading } from './request.ts';
import { MAIL_SCOPES } from './state.ts';

/** People whom every state treats alike, so that one of them stands for all. */
export type PersonClass = {
  /** "people assigned before and after, with a grant of their own". */
  readonly who: string;
  readonly sample: Who;
  /** People known to be in the class; unset for "everyone else" and for classes that only might have members. */
  readonly count?: number;
};

/** Somebody whose principals are known. That administrators pass unassigned is for reports, not for the order. */
export type Identified = {
  readonly id: string;
  readonly principals: readonly string[];
  readonly administrator?: true;
};

type Sides = {
  readonly retained: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
};
type OwnVariant = { readonly key: string; readonly own: Who['own'] };

/**
 * Every class that any membership of the groups could produce: with a path that is safe for these,
 * it does not matter who joins or leaves a group between review and apply.
 */
export function possibleClasses(before: Gates, effects: readonly Effect[]): readonly PersonClass[] {
  const sides = sidesOf(before, effects);
  const picks = subsets([sides.retained, sides.added, sides.removed].map((ids) => ids.slice(0, 1)));
  return picks.flatMap((principals) =>
    ownVariants(before, effects).map((variant) => classOf({ principals, own: variant.own }, sides, variant)),
  );
}

/**
 * The classes of the people there are: those identified, everyone else, and, where some group's members
 * could not be read, every class its membership could produce.
 */
export function actualClasses(
  before: Gates,
  effects: readonly Effect[],
  people: Reading<readonly Identified[]>,
): readonly PersonClass[] {
  if (!people.known || !before.own.known) return possibleClasses(before, effects);
  const sides = sidesOf(before, effects);
  const revoked = new Map(
    effects.flatMap((effect) => (effect.gate === 'ownGrant' ? [[effect.person, effect.to] as const] : [])),
  );
  const classes = new Map<string, PersonClass>();
  const stranger: Who = { principals: [], own: { scopes: new Set() } };
  classes.set('', classOf(stranger, sides, { key: '', own: stranger.own }));
  for (const person of people.value) {
    const variant = ownVariant(person.id, before.own.value.get(person.id), revoked.get(person.id));
    const key = [
      ...Object.values(sides).map((ids) => ids.some((id) => person.principals.includes(id))),
      variant.key,
    ].join();
    const found =
      classes.get(key) ?? classOf({ principals: person.principals, own: variant.own }, sides, variant);
    classes.set(key, { ...found, count: (found.count ?? 0) + 1 });
  }
  return [...classes.values()].sort((a, b) => byText(a.who, b.who));
}

function sidesOf(before: Gates, effects: readonly Effect[]): Sides {
  const moved = effects.flatMap((effect) => (effect.gate === 'assignee' ? [effect] : []));
  const added = moved.filter((effect) => effect.to).map((effect) => effect.assignee.id);
  const removed = moved.filter((effect) => !effect.to).map((effect) => effect.assignee.id);
  const retained = [...before.assignees.keys()].filter((id) => !removed.includes(id));
  return { retained: retained.sort(byText), added: added.sort(byText), removed: removed.sort(byText) };
}

function subsets(parts: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return parts.reduce<readonly (readonly string[])[]>(
    (all, part) => (part.length === 0 ? all : all.flatMap((each) => [each, [...each, ...part]])),
    [[]],
  );
}

function ownVariants(before: Gates, effects: readonly Effect[]): readonly OwnVariant[] {
  const none: OwnVariant = { key: '', own: { scopes: new Set() } };
  const all = [none];
  if (!before.own.known) {
    const guesses = [[...MAIL_SCOPES], ...MAIL_SCOPES.map((scope) => [scope])];
    all.push(...guesses.map((scopes) => ({ key: scopes.join(' '), own: { scopes: new Set(scopes) } })));
  } else {
    const revoked = new Map(
      effects.flatMap((effect) => (effect.gate === 'ownGrant' ? [[effect.person, effect.to] as const] : [])),
    );
    for (const [person, scopes] of [...before.own.value].sort(([a], [b]) => byText(a, b))) {
      all.push(ownVariant(person, scopes, revoked.get(person)));
    }
  }
  return [...new Map(all.toReversed().map((variant) => [variant.key, variant])).values()].toReversed();
}

function ownVariant(person: string, scopes?: ReadonlySet<string>, revokedTo?: readonly string[]): OwnVariant {
  if (scopes === undefined || scopes.size === 0) return { key: '', own: { scopes: new Set() } };
  const left = revokedTo === undefined ? scopes : new Set(revokedTo);
  const spell = (set: ReadonlySet<string>) => [...set].sort(byText).join(' ');
  return { key: `${spell(scopes)}>${spell(left)}`, own: { person } };
}

function classOf(sample: Who, sides: Sides, variant: OwnVariant): PersonClass {
  const has = (ids: readonly string[]) => ids.some((id) => sample.principals.includes(id));
  const words: string[] = [];
  if (has(sides.retained)) words.push('assigned before and after');
  else if (has(sides.added) && has(sides.removed)) words.push('moving from one assignment to another');
  else if (has(sides.added)) words.push('newly assigned');
  else if (has(sides.removed)) words.push('no longer assigned');
  if (variant.key !== '') words.push('consented for themselves');
  return { who: words.length === 0 ? 'everyone else' : `people ${words.join(', ')}`, sample };
}
