import { worlds } from './access.ts';
import type { Picture } from './assemble.ts';
import { levelIn } from './impact.ts';
import { type Candidate, candidates, type Directory, selves } from './people.ts';
import type { Impact, LevelOrUnknown, Person } from './plan.ts';

/** Where people stand in a tenant, as it was read: those the reviewed plan names, and those who have access now. */
export type Standing = {
  /** How many stand where. */
  readonly people: { readonly [level in LevelOrUnknown]: number };
  /** Everybody of the tenant who is not among them. */
  readonly everyoneElse: LevelOrUnknown;
  /** Who was to keep access and does not have it. */
  readonly lost: readonly Stands[];
  /** Who has access though the plan neither leaves nor gives it to them. */
  readonly beyond: readonly Stands[];
};

type Stands = Pick<Person, 'id' | 'name'> & { readonly level: LevelOrUnknown };

/**
 * Where people stand now, held against what was reviewed. Whoever cannot be told stands at *unknown*, and is among
 * the lost if they were to keep access.
 * @param reviewed what the plan was to do to people.
 * @param directory what was read about people for this very picture.
 */
export function standingOf({ before, after }: Picture, directory: Directory, reviewed: Impact): Standing {
  const open = worlds(before, after);
  const couldBe = selves(before, after, directory);
  const { administrators } = directory;
  const level = (person: Pick<Candidate, 'id' | 'principals'>, had: boolean): LevelOrUnknown => {
    // Unread roles are not known for whom the review saw in the role; nobody else is made an administrator by a doubt.
    const passes = administrators.known
      ? [administrators.value.has(person.id)]
      : had
        ? [true, false]
        : [false];
    const levels = new Set(
      passes.flatMap((administrator) =>
        couldBe({
          id: person.id,
          principals: person.principals,
          ...(administrator ? { administrator } : {}),
        }).map((who) => levelIn(before, who, open)),
      ),
    );
    const [first] = levels;
    return levels.size === 1 && first !== undefined ? first : 'unknown';
  };
  const { gain, lose, retain, unknown } = reviewed;
  const people = new Map<string, Stands>();
  // Whom nothing that assigns knows any more stands as they do on their own.
  const told = [...gain, ...lose, ...retain, ...unknown];
  const those = (group: readonly Person[]) => new Set(group.map(({ id }) => id));
  const [keeping, named] = [those(retain), those(told)];
  const inRole = those(told.filter(({ kind }) => kind?.includes('Global Administrator')));
  for (const { id, name } of told)
    people.set(id, { id, name, level: level({ id, principals: [id] }, inRole.has(id)) });
  for (const person of candidates(before, after, directory))
    people.set(person.id, { id: person.id, name: person.name, level: level(person, inRole.has(person.id)) });
  const all = [...people.values()];
  const count = (wanted: LevelOrUnknown) => all.filter((each) => each.level === wanted).length;
  return {
    people: { has: count('has'), may: count('may'), none: count('none'), unknown: count('unknown') },
    everyoneElse: levelIn(before, { principals: [], own: { scopes: new Set() } }, open),
    lost: all.filter((each) => keeping.has(each.id) && each.level !== 'has'),
    beyond: all.filter((each) => !named.has(each.id) && each.level === 'has'),
  };
}
