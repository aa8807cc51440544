import type { Gates } from '../core/assessment.ts';
import { type Directory, groupsThatCount, type User } from '../core/people.ts';
import { type Answers, known, type Reading, type ReadRequest, unknown } from '../core/request.ts';
import type { Desired } from '../core/state.ts';
import { rowsOf, textAt } from '../levers/answer.ts';
import { appId } from '../levers/app.ts';
import { allGrants, ownGrants } from '../levers/grants.ts';
import {
  type FoundUser,
  groupsById,
  membersOf,
  userByUpn,
  userIn,
  usersById,
  usersByUpn,
} from '../levers/principals.ts';

/** Active Global Administrators pass the assignment gate unassigned; the role is absent until it is first used. */
export const ADMINISTRATORS: ReadRequest = {
  method: 'GET',
  path: "/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members?$select=id,userPrincipalName",
  shape: 'list',
  what: 'the Global Administrators',
  permission: 'RoleManagement.Read.Directory',
};

/** The reads about people, made only where access changes. */
export function peopleReads(
  desired: Desired,
  before: Gates,
  after: Gates,
  answers: Answers,
): readonly ReadRequest[] {
  const app = appId(answers);
  const grants = app === undefined || answers.has(allGrants(app).path) ? [] : [ownGrants(app)];
  return [
    ...grants,
    ...groupsThatCount(before, after).map(membersOf),
    ...groupsById(groupsThatCount(before, after)),
    ...usersById(toLookUp(before, after, answers) ?? []),
    ...usersByUpn(desired.safety.protected.map((upn) => upn.toLowerCase())),
    ADMINISTRATORS,
  ];
}

/** What the answers to those reads say. A refused read leaves its people unknown; a complete one that misses a user means gone. */
export function directoryIn(desired: Desired, before: Gates, after: Gates, answers: Answers): Directory {
  const members = membersIn(groupsThatCount(before, after), answers);
  const single = new Set(singlePeople(before, after));
  const users = new Map<string, Reading<User | 'gone'>>();
  for (const list of members.values()) {
    for (const user of list.known ? list.value : []) if (single.has(user.id)) users.set(user.id, known(user));
  }
  const ids = toLookUp(before, after, answers);
  const lookedUp =
    ids === undefined ? unknown<readonly User[]>('not read') : readAll(usersById(ids), answers);
  const found = new Map(lookedUp.known ? lookedUp.value.map((user) => [user.id, user]) : []);
  for (const id of ids ?? []) {
    if (lookedUp.known) users.set(id, known(found.get(id) ?? 'gone'));
    else if (!users.has(id)) users.set(id, lookedUp);
  }
  const wanted = desired.safety.protected.map((upn) => upn.toLowerCase());
  const people = readAll(usersByUpn(wanted), answers, userByUpn);
  const byUpn = new Map(people.known ? people.value.map((user) => [user.upn.toLowerCase(), user]) : []);
  return {
    members,
    users,
    administrators: administratorsIn(answers),
    protected: new Map(wanted.map((upn) => [upn, people.known ? known(byUpn.get(upn) ?? 'gone') : people])),
  };
}

/** Those of these people whom no member list shows; a list that could not be read shows nobody. */
export function inNoList(
  ids: Iterable<string>,
  members: ReadonlyMap<string, Reading<readonly { readonly id: string }[]>>,
): readonly string[] {
  const seen = new Set(
    [...members.values()].flatMap((list) => (list.known ? list.value.map(({ id }) => id) : [])),
  );
  return [...new Set(ids)].filter((id) => !seen.has(id)).sort();
}

/**
 * Whom to look up one by one; undefined until the members of the groups are read, for most are among them. Few enough
 * for one request are asked for at once: a request more in a round trip costs less than a round trip more.
 */
function toLookUp(before: Gates, after: Gates, answers: Answers): readonly string[] | undefined {
  const ids = singlePeople(before, after);
  if (usersById(ids).length <= 1) return ids;
  const groups = groupsThatCount(before, after);
  const read = [...groups.map(membersOf), ...groupsById(groups)].every(({ path }) => answers.has(path));
  return read ? inNoList(ids, membersIn(groups, answers)) : undefined;
}

/** People assigned directly, or with a grant of their own. */
function singlePeople(before: Gates, after: Gates): readonly string[] {
  const assigned = [...before.assignees.values(), ...after.assignees.values()].filter(
    ({ type }) => type === 'User',
  );
  const own = before.own.known ? [...before.own.value].filter(([, scopes]) => scopes.size > 0) : [];
  return [...new Set([...assigned.map(({ id }) => id), ...own.map(([id]) => id)])].sort();
}

function membersIn(
  groups: readonly string[],
  answers: Answers,
): ReadonlyMap<string, Reading<readonly User[]>> {
  return new Map(groups.map((id) => [id, directMembers(id, groups, answers)]));
}

/**
 * A group that is gone has no members, though its assignment may still be listed. A 404 alone does not say so: only a
 * complete look-up that does not find the group.
 */
function directMembers(group: string, all: readonly string[], answers: Answers): Reading<readonly User[]> {
  if (answers.get(membersOf(group).path)?.kind !== 'absent') return readAll([membersOf(group)], answers);
  const reads = groupsById(all);
  const complete = reads.every((read) => answers.get(read.path)?.kind === 'found');
  const living = reads.flatMap((read) => rowsOf(answers, read).map((row) => textAt(row, 'id')));
  return complete && !living.includes(group) ? known([]) : unknown('not found');
}

function readAll(
  reads: readonly ReadRequest[],
  answers: Answers,
  parse: typeof userIn = userIn,
): Reading<readonly User[]> {
  for (const read of reads) {
    const answer = answers.get(read.path);
    if (answer?.kind === 'refused') return unknown(answer.message);
    if (answer?.kind !== 'found') return unknown('not found');
  }
  return known(reads.flatMap((read) => rowsOf(answers, read).map(parse)).map(userOf));
}

function userOf({ id, upn, guest, enabled }: FoundUser): User {
  return { id, upn, ...(guest ? { guest } : {}), ...(enabled ? {} : { disabled: true }) };
}

function administratorsIn(answers: Answers): Reading<ReadonlySet<string>> {
  const answer = answers.get(ADMINISTRATORS.path);
  if (answer === undefined) return unknown('not read');
  if (answer.kind === 'refused') return unknown(answer.message);
  // 404: the role was never activated, so it has no members.
  return known(new Set(rowsOf(answers, ADMINISTRATORS).map((row) => textAt(row, 'id'))));
}
