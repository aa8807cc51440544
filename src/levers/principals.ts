import { type Answers, odata, type ReadRequest } from '../core/request.ts';
import type { GroupEntry, UserEntry } from '../core/state.ts';
import { booleanAt, inParts, optionalText, type Row, rowsOf, textAt } from './answer.ts';

/** Graph takes at most this many values after `in`. */
const VALUES_PER_FILTER = 15;

export type FoundGroup = { readonly id: string; readonly name: string; readonly security: boolean };
export type FoundUser = {
  readonly id: string;
  readonly upn: string;
  readonly enabled: boolean;
  readonly guest: boolean;
};

/** A look-up by name or id: nothing, one, or several objects; or why it could not be looked up. */
export type Lookup<T> =
  | { readonly kind: 'looked-up'; readonly found: readonly T[] }
  | { readonly kind: 'refused'; readonly why: string };

function inFilter(
  collection: 'groups' | 'users',
  property: string,
  values: readonly string[],
  select: string,
  what: string,
  permission: string,
): readonly ReadRequest[] {
  return inParts([...new Set(values)].sort(), VALUES_PER_FILTER).map((part) => ({
    method: 'GET',
    path: `/${collection}?$filter=${property}%20in%20(${part.map((value) => `'${odata(value)}'`).join(',')})&$select=${select}`,
    shape: 'list',
    what,
    permission,
  }));
}

const GROUP_FIELDS = 'id,displayName,securityEnabled';
const USER_FIELDS = 'id,userPrincipalName,accountEnabled,userType';

function groupsByName(names: readonly string[]): readonly ReadRequest[] {
  return inFilter(
    'groups',
    'displayName',
    names,
    GROUP_FIELDS,
    'the groups named in the policy',
    'GroupMember.Read.All',
  );
}

export function groupsById(ids: readonly string[]): readonly ReadRequest[] {
  return inFilter('groups', 'id', ids, GROUP_FIELDS, 'groups by id', 'GroupMember.Read.All');
}

export function usersByUpn(upns: readonly string[]): readonly ReadRequest[] {
  return inFilter(
    'users',
    'userPrincipalName',
    upns,
    USER_FIELDS,
    'the users named in the policy',
    'User.ReadBasic.All',
  );
}

export function usersById(ids: readonly string[]): readonly ReadRequest[] {
  return inFilter('users', 'id', ids, USER_FIELDS, 'users by id', 'User.ReadBasic.All');
}

/** The direct members of a group that are users; nested groups are not followed, because assignment does not follow them. */
export function membersOf(groupId: string): ReadRequest {
  return {
    method: 'GET',
    path: `/groups/${groupId}/members/graph.user?$select=${USER_FIELDS}&$count=true&$top=999`,
    shape: 'list',
    eventual: true,
    what: 'the direct members of a group',
    permission: 'GroupMember.Read.All',
  };
}

/** How many groups are nested in a group: their members get nothing. */
export function nestedIn(groupId: string): ReadRequest {
  return {
    method: 'GET',
    path: `/groups/${groupId}/members/graph.group/$count`,
    shape: 'count',
    eventual: true,
    what: 'the groups nested in a group',
    permission: 'GroupMember.Read.All',
  };
}

function groupIn(row: Row): FoundGroup {
  return {
    id: textAt(row, 'id'),
    name: optionalText(row, 'displayName') ?? textAt(row, 'id'),
    security: booleanAt(row, 'securityEnabled', false),
  };
}

export function userIn(row: Row): FoundUser {
  const upn = optionalText(row, 'userPrincipalName') ?? textAt(row, 'id');
  return {
    id: textAt(row, 'id'),
    upn,
    enabled: booleanAt(row, 'accountEnabled', true),
    // With User.ReadBasic.All the type of a user is not shown; the name of an invited guest still tells.
    guest: optionalText(row, 'userType') === 'Guest' || upn.toUpperCase().includes('#EXT#'),
  };
}

/** A user who was asked for by UPN: a row without one would make somebody who is there look gone. */
export function userByUpn(row: Row): FoundUser {
  textAt(row, 'userPrincipalName');
  return userIn(row);
}

/** The reads that find these entries: groups by their pinned id, else by name; users by UPN. */
export function lookupReads(
  groups: readonly GroupEntry[],
  users: readonly UserEntry[],
): readonly ReadRequest[] {
  return [...groupReads(groups), ...usersByUpn(users.map((user) => user.upn.toLowerCase()))];
}

function groupReads(groups: readonly GroupEntry[]): readonly ReadRequest[] {
  const pinned = groups.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const named = groups.flatMap(({ id, name }) => (id === undefined && name !== undefined ? [name] : []));
  return [...groupsById(pinned), ...groupsByName(named)];
}

/** The objects a group entry stands for. `all` are the entries of the policy, which were looked up together. */
export function lookupGroup(
  entry: GroupEntry,
  all: readonly GroupEntry[],
  answers: Answers,
): Lookup<FoundGroup> {
  const wanted = (entry.name ?? '').toLowerCase();
  return lookup(groupReads(all), answers, groupIn, (group) =>
    entry.id === undefined ? group.name.toLowerCase() === wanted : group.id === entry.id,
  );
}

export function lookupUser(entry: UserEntry, all: readonly UserEntry[], answers: Answers): Lookup<FoundUser> {
  const reads = usersByUpn(all.map((user) => user.upn.toLowerCase()));
  return lookup(reads, answers, userByUpn, (user) => user.upn.toLowerCase() === entry.upn.toLowerCase());
}

function lookup<T>(
  reads: readonly ReadRequest[],
  answers: Answers,
  parse: (row: Row) => T,
  wanted: (each: T) => boolean,
): Lookup<T> {
  for (const read of reads) {
    const answer = answers.get(read.path);
    if (answer?.kind !== 'found')
      return { kind: 'refused', why: answer?.kind === 'refused' ? answer.message : 'not found' };
  }
  return {
    kind: 'looked-up',
    found: reads.flatMap((read) => rowsOf(answers, read).map(parse)).filter(wanted),
  };
}
