import { type GroupEntry, inForce, type UserEntry } from '../core/state.ts';
import { lookupGroup } from '../levers/principals.ts';
import type { PolicySide } from './explanation.ts';
import { atLine, personOf, type Walk } from './walk.ts';

/** What the policy's lists say about one person, beside what is assigned. */
export type Listed = {
  readonly sides: readonly PolicySide[];
  /** An entry in force lists the person, or a group they are a direct member of, and the tenant does not have it yet. */
  readonly pending: boolean;
};

type Side = PolicySide & { readonly counts: boolean };

/** Looks for the person in both lists; where neither has them, says so with the line of the list. */
export function listedIn(walk: Walk): Listed {
  const { users, groups } = walk.policy.desired.assignments;
  const sides: readonly Side[] = [...inUsers(walk), ...inGroups(walk)];
  const pending = sides.some(({ counts, applied }) => counts && applied === false);
  const told = sides.map(({ counts: _, ...side }): PolicySide => side);
  if (told.length > 0) return { sides: told, pending };
  if (users === 'unmanaged' && groups === 'unmanaged')
    return { sides: [{ says: 'it leaves Users and groups alone' }], pending: false };
  const [people, many] = [
    users === 'unmanaged' ? 0 : users.length,
    groups === 'unmanaged' ? 0 : groups.length,
  ];
  const says = `it lists ${many} ${many === 1 ? 'group' : 'groups'} and ${people} ${people === 1 ? 'user' : 'users'}, this person is none of them and in none of them directly`;
  return {
    sides: [{ says, ...atLine(walk, '/assignments/users', '/assignments/groups', '/assignments/groups/0') }],
    pending: false,
  };
}

function inUsers(walk: Walk): readonly Side[] {
  const { users } = walk.policy.desired.assignments;
  const person = personOf(walk);
  if (users === 'unmanaged' || person === undefined) return [];
  return users.flatMap((entry, index) => {
    if (entry.upn.toLowerCase() !== person.upn.toLowerCase()) return [];
    return [side(walk, entry, `/assignments/users/${index}`, 'the person', isAssigned(walk, person.id))];
  });
}

function inGroups(walk: Walk): readonly Side[] {
  const { direct, answers } = walk;
  const { groups } = walk.policy.desired.assignments;
  const person = personOf(walk);
  if (groups === 'unmanaged' || !direct.known || person === undefined) return [];
  return groups.flatMap((entry, index) => {
    const lookup = lookupGroup(entry, groups, answers);
    const found =
      lookup.kind === 'looked-up' ? lookup.found.find(({ id }) => direct.value.has(id)) : undefined;
    if (found === undefined) return [];
    const assigned = isAssigned(walk, entry.as === 'members' ? person.id : found.id);
    const what = `${found.name}, of which the person is a direct member${entry.as === 'members' ? ' (as: members)' : ''}`;
    return [side(walk, entry, `/assignments/groups/${index}`, what, assigned)];
  });
}

function isAssigned({ assigned }: Walk, id: string): boolean | undefined {
  return assigned.known ? assigned.value.some((each) => each.id === id) : undefined;
}

function side(
  walk: Walk,
  entry: GroupEntry | UserEntry,
  pointer: string,
  what: string,
  assigned: boolean | undefined,
): Side {
  const counts = inForce(entry, walk.day);
  const when = counts
    ? ''
    : (entry.from ?? walk.day) > walk.day
      ? `, from ${entry.from} on only`
      : `, but the entry ended on ${entry.until}`;
  return {
    counts,
    says: `it lists ${what}${when}`,
    ...(assigned === undefined ? {} : { applied: assigned === counts }),
    ...atLine(walk, pointer),
  };
}
