import { SUBSETS, type Who } from './access.ts';
import type { Gates } from './assessment.ts';
import type { Identified } from './classes.ts';
import { byText } from './json.ts';
import type { Kind, Person } from './plan.ts';
import { known, type Reading, unknown } from './request.ts';

/** A user of the directory, as far as the read told. */
export type User = {
  readonly id: string;
  readonly upn: string;
  readonly guest?: true;
  /** Nobody signs in with the account; unset also where that may not be read. */
  readonly disabled?: true;
};

/** What was read about people because access changes. Nothing here decides what to write. */
export type Directory = {
  /** The users who are direct members, by group id; nested members get nothing and are not among them. */
  readonly members: ReadonlyMap<string, Reading<readonly User[]>>;
  /** Users looked up by id; `gone` when a complete read did not return them, unknown when it was refused. */
  readonly users: ReadonlyMap<string, Reading<User | 'gone'>>;
  /** Ids of the active Global Administrators. */
  readonly administrators: Reading<ReadonlySet<string>>;
  /** The users behind `safety.protected`, by lower-case UPN; `gone` when there is no such user. */
  readonly protected: ReadonlyMap<string, Reading<User | 'gone'>>;
};

export const NOBODY_READ: Directory = {
  members: new Map(),
  users: new Map(),
  administrators: unknown('not read'),
  protected: new Map(),
};

/** A person together with all that assigns them, before or after. */
export type Candidate = Person & Identified;

/** The groups whose direct members decide who has access, before or after. */
export function groupsThatCount(...states: readonly Gates[]): readonly string[] {
  const ids = states.flatMap((gates) =>
    [...gates.assignees.values()].filter(({ type }) => type === 'Group').map(({ id }) => id),
  );
  return [...new Set(ids)].sort(byText);
}

/** Everybody who can be named: assigned users, members of assigned groups, people who consented for themselves. */
export function candidates(before: Gates, after: Gates, directory: Directory): readonly Candidate[] {
  const people = new Map<string, { name: string; user?: User; principals: Set<string>; via: Set<string> }>();
  const note = (id: string, name: string, principal: string | undefined, via: string, member?: User) => {
    const seen = lookedUp(id, directory);
    const user = member ?? seen;
    if (seen === 'gone' || user === 'gone') return;
    const first = { name, principals: new Set([id]), via: new Set<string>() };
    const person = people.get(id) ?? (user === undefined ? first : { ...first, user });
    if (principal !== undefined) person.principals.add(principal);
    person.via.add(via);
    people.set(id, person);
  };
  const assignees = new Map([...before.assignees, ...after.assignees]);
  for (const assignee of assignees.values()) {
    if (assignee.type === 'User')
      note(assignee.id, nameOf(assignee.id, assignee.name, directory), undefined, 'assigned directly');
    const members = directory.members.get(assignee.id);
    if (assignee.type !== 'Group' || members === undefined || !members.known) continue;
    for (const user of members.value)
      note(user.id, user.upn, assignee.id, `member of ${assignee.name}`, user);
  }
  if (before.own.known) {
    for (const [id, scopes] of before.own.value) {
      if (scopes.size > 0) note(id, nameOf(id, id, directory), undefined, 'consented for themselves');
    }
  }
  return [...people]
    .map(([id, { name, user, principals, via }]) => {
      const administrator = directory.administrators.known && directory.administrators.value.has(id);
      const kind = kindsOf(user, administrator);
      return {
        id,
        name,
        principals: [...principals].sort(byText),
        via: [...via].sort(byText),
        ...(kind.length === 0 ? {} : { kind }),
        ...(administrator ? { administrator: true as const } : {}),
      };
    })
    .sort((a, b) => byText(a.name, b.name) || byText(a.id, b.id));
}

function kindsOf(user: User | undefined, administrator: boolean): readonly Kind[] {
  return [
    ...(user?.guest === true ? (['guest'] as const) : []),
    ...(user?.disabled === true ? (['account disabled'] as const) : []),
    ...(administrator ? (['Global Administrator'] as const) : []),
  ];
}

/** A person for the access model. */
export function whoIs({ id, principals, administrator }: Identified): Who {
  return { principals, own: { person: id }, ...(administrator === true ? { administrator } : {}) };
}

/** Everybody a person may turn out to be, as far as memberships and grants were not read; one, where all was. */
export function selves(
  before: Gates,
  after: Gates,
  directory: Directory,
): (person: Identified) => readonly Who[] {
  const unread = groupsThatCount(before, after).filter((group) => !directory.members.get(group)?.known);
  // Groups that stay, come or go alike let the same people in: one of each kind stands for all.
  const kinds = new Map(
    unread.map((group) => [`${before.assignees.has(group)} ${after.assignees.has(group)}`, group]),
  );
  const memberships = [...kinds.values()].reduce<readonly (readonly string[])[]>(
    (sofar, group) => sofar.flatMap((ids) => [ids, [...ids, group]]),
    [[]],
  );
  return ({ id, principals, administrator }) => {
    const owns = before.own.known ? [{ person: id }] : SUBSETS.map((scopes) => ({ scopes: new Set(scopes) }));
    const passes = administrator === true ? { administrator } : {};
    return memberships.flatMap((ids) =>
      owns.map((own) => ({ principals: [...principals, ...ids], own, ...passes })),
    );
  };
}

/** The people by what assigns them, or why that cannot be told. */
export function identified(
  before: Gates,
  after: Gates,
  directory: Directory,
): Reading<readonly Identified[]> {
  const unread = unreadSources(before, after, directory);
  return unread.length === 0 ? known(candidates(before, after, directory)) : unknown(unread.join('; '));
}

/** What about people could not be read, in words. */
export function unreadSources(before: Gates, after: Gates, directory: Directory): readonly string[] {
  const groups = groupsThatCount(before, after).flatMap((id) => {
    const members = directory.members.get(id);
    const name = before.assignees.get(id)?.name ?? after.assignees.get(id)?.name ?? id;
    if (members === undefined) return [`the members of ${name} were not read`];
    return members.known ? [] : [`the members of ${name} could not be read (${members.why})`];
  });
  return before.own.known
    ? groups
    : [...groups, `the grants people gave themselves could not be read (${before.own.why})`];
}

/** Whose names and kinds could not be read, in words: they are counted, but a rule about a person may miss them. */
export function unnamedSources(
  before: Gates,
  after: Gates,
  { users, members }: Directory,
): readonly string[] {
  const lists = groupsThatCount(before, after).flatMap((id) => {
    const list = members.get(id);
    const name = before.assignees.get(id)?.name ?? after.assignees.get(id)?.name ?? id;
    return list?.known && list.value.some(isUnnamed)
      ? [`the names of members of ${name} were not shown`]
      : [];
  });
  const refused = [...users.values()].find((user) => !user.known);
  if (refused !== undefined && !refused.known)
    return [...lists, `the users who are assigned or consented could not be looked up (${refused.why})`];
  return [...users.values()].some((user) => user.known && user.value !== 'gone' && isUnnamed(user.value))
    ? [...lists, 'the names of users who are assigned or consented were not shown']
    : lists;
}

/** Without the permission to read users Graph shows nothing of a member but the id. */
function isUnnamed({ id, upn }: User): boolean {
  return upn === id;
}

function lookedUp(id: string, { users }: Directory): User | 'gone' | undefined {
  const user = users.get(id);
  return user?.known === true ? user.value : undefined;
}

function nameOf(id: string, fallback: string, directory: Directory): string {
  const user = lookedUp(id, directory);
  return user === undefined || user === 'gone' ? fallback : user.upn;
}
