import { levelOf, SUBSETS, type Who, worlds } from './access.ts';
import type { Gates } from './assessment.ts';
import { byText } from './json.ts';
import type { FailedTenant, LevelOrUnknown, TenantPlan } from './plan.ts';
import type { Reading } from './request.ts';

/** Version of what `who --format json` prints; described by schema/who.schema.json. */
export const WHO_FORMAT = 1;

/** An account as far as the directory showed it; what may not be seen is `unknown`. */
export type Account = {
  readonly id: string;
  readonly upn: string;
  readonly guest: 'yes' | 'no' | 'unknown';
  readonly account: 'enabled' | 'disabled' | 'unknown';
};

/** Why somebody is on the list. */
export type Reason =
  | { readonly kind: 'assigned' }
  | { readonly kind: 'member'; readonly group: { readonly id: string; readonly name: string } }
  | { readonly kind: 'consented' }
  | { readonly kind: 'administrator' };

/** Somebody who has access now, or of whom nobody can tell. `name` is directory text. */
export type Listed = {
  readonly id: string;
  readonly name: string;
  readonly access: 'has' | 'unknown';
  readonly why: readonly Reason[];
  readonly guest: Account['guest'];
  readonly account: Account['account'];
};

export type AccessList = {
  readonly tenant: TenantPlan['tenant'];
  readonly status: 'listed';
  readonly app: 'absent' | 'disabled' | 'assignment required' | 'assignment not required';
  /** Everybody of the tenant who is not listed. */
  readonly everyoneElse: LevelOrUnknown;
  /** By name. */
  readonly people: readonly Listed[];
  /** Living accounts that are assigned or gave consent, and have no access by it. */
  readonly without: number;
  /** Assignments and consents of accounts that are deleted: they let nobody in. */
  readonly deleted: number;
  /** Sources that could not be read, in words; with any, the list is a lower bound. */
  readonly unread: readonly string[];
  /** What else must be known to read the list. */
  readonly notes: readonly string[];
};

/** Who can use the app, of every tenant of one run. */
export type WhoReport = {
  readonly formatVersion: typeof WHO_FORMAT;
  readonly tool: { readonly name: 'iosmail'; readonly version: string };
  readonly tenants: readonly (AccessList | FailedTenant)[];
};

/** What was read about people. */
export type PeopleRead = {
  /** The users who are direct members, by group id. */
  readonly members: ReadonlyMap<string, Reading<readonly Account[]>>;
  /** Users looked up by id: those found. `asked` and not found means deleted. */
  readonly found: Reading<ReadonlyMap<string, Account>>;
  readonly asked: ReadonlySet<string>;
  /** Ids in the role Global Administrator; unset where that opens nothing. */
  readonly administrators?: Reading<ReadonlySet<string>>;
};

export const NOBODY: PeopleRead = {
  members: new Map(),
  found: { known: true, value: new Map() },
  asked: new Set(),
};

type Noted = { account: Account; readonly why: Reason[]; readonly groups: string[]; administrator: boolean };

/**
 * Who has access in a tenant as it is now. A source that could not be read leaves people unknown and is told; it never
 * counts as nobody.
 */
export function accessListOf(
  tenant: TenantPlan['tenant'],
  gates: Gates,
  read: PeopleRead,
  notes: readonly string[],
): AccessList {
  const shut = !gates.exists || !gates.enabled;
  const level = levels(gates, read);
  const { people, deleted } = shut ? { people: [], deleted: 0 } : named(gates, read);
  const judged = people.map((each) => [each, level(each.account.id, each)] as const);
  const listed = judged.flatMap(([{ account, why }, access]): readonly Listed[] =>
    access !== 'has' && access !== 'unknown'
      ? []
      : [{ id: account.id, name: account.upn, access, why, guest: account.guest, account: account.account }],
  );
  return {
    tenant,
    status: 'listed',
    app: !gates.exists
      ? 'absent'
      : !gates.enabled
        ? 'disabled'
        : gates.required
          ? 'assignment required'
          : 'assignment not required',
    everyoneElse: level(undefined, undefined),
    people: listed.sort((a, b) => byText(a.name, b.name) || byText(a.id, b.id)),
    without: people.length - listed.length,
    deleted,
    unread: unreadIn(gates, read, shut),
    notes,
  };
}

/** A level that holds whatever was not read or is not proven, else `unknown`. */
function levels(gates: Gates, { members }: PeopleRead) {
  const open = worlds(gates);
  const unread = [...members].find(([, reading]) => !reading.known)?.[0];
  return (id: string | undefined, person: Noted | undefined): LevelOrUnknown => {
    const assigning = id === undefined ? [] : [id, ...(person?.groups ?? [])];
    const principals = unread === undefined ? [assigning] : [assigning, [...assigning, unread]];
    const unreadGrants = SUBSETS.map((scopes) => ({ scopes: new Set(scopes) }));
    const nothing = [{ scopes: new Set<string>() }];
    const own: readonly Who['own'][] = !gates.own.known
      ? unreadGrants
      : id === undefined
        ? nothing
        : [{ person: id }];
    const found = new Set(
      principals.flatMap((ids) =>
        own.flatMap((each) =>
          open.map((world) =>
            levelOf(
              gates,
              { principals: ids, own: each, ...(person?.administrator ? { administrator: true } : {}) },
              world,
            ),
          ),
        ),
      ),
    );
    const [only] = found;
    return found.size === 1 && only !== undefined ? only : 'unknown';
  };
}

/** Everybody who is known by name, with all that may let them in. */
function named(gates: Gates, read: PeopleRead): { people: readonly Noted[]; deleted: number } {
  const people = new Map<string, Noted>();
  const gone = new Set<string>();
  const known = new Map<string, Account>();
  for (const reading of read.members.values())
    if (reading.known) for (const account of reading.value) known.set(account.id, account);
  if (read.found.known) for (const [id, account] of read.found.value) known.set(id, account);
  const note = (id: string, reason: Reason) => {
    const account = known.get(id);
    if (account === undefined && read.found.known && read.asked.has(id)) {
      if (reason.kind !== 'administrator') gone.add(id);
      return;
    }
    const person = people.get(id) ?? {
      account: account ?? { id, upn: id, guest: 'unknown', account: 'unknown' },
      why: [],
      groups: [],
      administrator: false,
    };
    person.why.push(reason);
    if (reason.kind === 'member') person.groups.push(reason.group.id);
    if (reason.kind === 'administrator') person.administrator = true;
    people.set(id, person);
  };
  const assignees = [...gates.assignees.values()].sort(
    (a, b) => byText(a.name, b.name) || byText(a.id, b.id),
  );
  for (const { id, type } of assignees) if (type === 'User') note(id, { kind: 'assigned' });
  for (const { id, name } of assignees) {
    const members = read.members.get(id);
    if (members?.known)
      for (const user of members.value) note(user.id, { kind: 'member', group: { id, name } });
  }
  if (gates.own.known)
    // Where assignment is required a consent lets nobody in by itself, so whoever gave only that is not looked up.
    for (const [id, scopes] of gates.own.value)
      if (scopes.size > 0 && (people.has(id) || read.asked.has(id))) note(id, { kind: 'consented' });
  if (read.administrators?.known)
    for (const id of read.administrators.value) note(id, { kind: 'administrator' });
  return { people: [...people.values()], deleted: gone.size };
}

function unreadIn(gates: Gates, read: PeopleRead, shut: boolean): readonly string[] {
  if (!gates.exists) return consentUnread(gates);
  if (shut) return [];
  const groups = [...read.members].flatMap(([id, reading]) =>
    reading.known
      ? []
      : [`the members of ${gates.assignees.get(id)?.name ?? id} could not be read (${reading.why})`],
  );
  const roles = read.administrators;
  const others =
    roles?.known && read.found.known ? [...roles.value].filter((id) => !isUser(id, read)).length : 0;
  return [
    ...groups,
    ...(read.found.known
      ? []
      : [`the users who are assigned or consented could not be looked up (${read.found.why})`]),
    ...(gates.tenantWide.known ? [] : [`admin consent could not be read (${gates.tenantWide.why})`]),
    ...(gates.own.known ? [] : [`the consent people gave themselves could not be read (${gates.own.why})`]),
    ...(gates.required ? [] : consentUnread(gates)),
    ...(roles === undefined || roles.known
      ? []
      : [`the Global Administrators, who pass Assignment required, could not be read (${roles.why})`]),
    ...(others === 0
      ? []
      : [`${others} of the role Global Administrator are groups or apps, whose people are not listed`]),
  ];
}

function consentUnread({ userConsent }: Gates): readonly string[] {
  return userConsent.known ? [] : [`the user consent settings could not be read (${userConsent.why})`];
}

function isUser(id: string, { members, found }: PeopleRead): boolean {
  if (found.known && found.value.has(id)) return true;
  return [...members.values()].some((each) => each.known && each.value.some((user) => user.id === id));
}
