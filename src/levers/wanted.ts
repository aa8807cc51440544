import type { Assignee } from '../core/assessment.ts';
import type { Finding, Position } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import type { Answers, ReadRequest } from '../core/request.ts';
import { type Day, type GroupEntry, inForce, type TenantPolicy, type UserEntry } from '../core/state.ts';
import { rowsOf } from './answer.ts';
import { type FoundGroup, lookupGroup, lookupReads, lookupUser, membersOf, userIn } from './principals.ts';

/** A principal of the policy, with the line that names it. */
export type Listed = { readonly assignee: Assignee; readonly at?: Position };

/** The principals the policy's entries stand for on a day. */
export type Wanted = {
  /** Entries in force, by principal id, in the order of the policy. */
  readonly listed: ReadonlyMap<string, Listed>;
  /** Entries that have ended: their assignment goes, whatever `unlisted` says. */
  readonly ended: ReadonlyMap<string, Listed>;
  readonly findings: readonly Finding[];
};

type Entries = { readonly groups: readonly GroupEntry[]; readonly users: readonly UserEntry[] };

/** The entries that need looking up: those in force and those that ended. One not begun yet changes nothing. */
function entriesOn(policy: TenantPolicy, day: Day): Entries {
  const { groups, users } = policy.desired.assignments;
  const begun = <T extends { readonly from?: string }>(list: readonly T[] | 'unmanaged') =>
    list === 'unmanaged' ? [] : list.filter((entry) => (entry.from ?? day) <= day);
  return { groups: begun(groups), users: begun(users) };
}

/** What must be read to know the principals: the entries themselves, then the members of `as: members` groups. */
export function wantedReads(policy: TenantPolicy, answers: Answers, day: Day): readonly ReadRequest[] {
  const { groups, users } = entriesOn(policy, day);
  const expanded = groups
    .filter((entry) => entry.as === 'members')
    .flatMap((entry) => {
      const lookup = lookupGroup(entry, groups, answers);
      return lookup.kind === 'looked-up' && lookup.found.length === 1
        ? lookup.found.map(({ id }) => membersOf(id))
        : [];
    });
  return [...lookupReads(groups, users), ...expanded];
}

/** Resolves the entries of the policy against the directory: each must stand for exactly one object. */
export function wantedIn(policy: TenantPolicy, answers: Answers, day: Day): Wanted {
  const { desired, origins } = policy;
  const { groups, users } = entriesOn(policy, day);
  const listed = new Map<string, Listed>();
  const ended = new Map<string, Listed>();
  const findings: Finding[] = [];
  const note = (assignee: Assignee, entry: GroupEntry | UserEntry, at: Position | undefined) => {
    const side = inForce(entry, day) ? listed : ended;
    if (!side.has(assignee.id)) side.set(assignee.id, { assignee, ...(at === undefined ? {} : { at }) });
  };
  const position = (list: 'groups' | 'users', entry: GroupEntry | UserEntry) => {
    const entries: readonly (GroupEntry | UserEntry)[] | 'unmanaged' = desired.assignments[list];
    return entries === 'unmanaged' ? undefined : origins[`/assignments/${list}/${entries.indexOf(entry)}`];
  };

  for (const entry of groups) {
    const at = position('groups', entry);
    const label = entry.name ?? entry.id ?? '';
    const lookup = lookupGroup(entry, groups, answers);
    // What only matters while an entry is in force must not stand in the way of taking an ended one out.
    const wanted = inForce(entry, day);
    findings.push(...lookupProblem(lookup, 'group', label, at, wanted));
    if (lookup.kind === 'refused' || lookup.found.length !== 1) continue;
    const [group] = lookup.found;
    if (group === undefined) continue;
    if (entry.as === 'group') {
      if (wanted) findings.push(...groupProblems(entry, group, at));
      note({ id: group.id, type: 'Group', name: group.name }, entry, at);
      continue;
    }
    const members = answers.get(membersOf(group.id).path);
    if (members?.kind !== 'found') {
      findings.push(
        refused(`the members of ${label}`, members?.kind === 'refused' ? members.message : 'not found', at),
      );
      continue;
    }
    const found = rowsOf(answers, membersOf(group.id))
      .map(userIn)
      .sort((a, b) => byText(a.id, b.id));
    if (wanted && entry.limit !== undefined && found.length > entry.limit)
      findings.push(tooMany(label, found.length, entry.limit, at));
    for (const user of found) note({ id: user.id, type: 'User', name: user.upn }, entry, at);
  }
  for (const entry of users) {
    const at = position('users', entry);
    const lookup = lookupUser(entry, users, answers);
    const wanted = inForce(entry, day);
    findings.push(...lookupProblem(lookup, 'user', entry.upn, at, wanted));
    if (lookup.kind === 'refused' || lookup.found.length !== 1) continue;
    const [user] = lookup.found;
    if (user === undefined) continue;
    const where = at === undefined ? {} : { at };
    if (wanted && user.guest) {
      findings.push({
        rule: 'guest-assigned',
        severity: 'warning',
        message: `${entry.upn} is a guest and has no mailbox in this tenant.`,
        ...where,
      });
    }
    if (wanted && !user.enabled) {
      findings.push({
        rule: 'account-disabled',
        severity: 'warning',
        message: `The account ${entry.upn} is disabled: being assigned lets nobody in.`,
        ...where,
      });
    }
    note({ id: user.id, type: 'User', name: user.upn }, entry, at);
  }
  for (const id of listed.keys()) ended.delete(id);
  return { listed, ended, findings };
}

function lookupProblem(
  lookup: ReturnType<typeof lookupGroup> | ReturnType<typeof lookupUser>,
  kind: 'group' | 'user',
  label: string,
  at: Position | undefined,
  wanted: boolean,
): readonly Finding[] {
  const where = at === undefined ? {} : { at };
  if (lookup.kind === 'refused') return [refused(`the ${kind} ${label}`, lookup.why, at)];
  if (lookup.found.length === 1) return [];
  if (lookup.found.length === 0) {
    const message = `There is no ${kind} ${label} in this tenant.`;
    // An entry that ended and whose object is gone has nothing left to remove.
    if (!wanted)
      return [
        {
          rule: `${kind}-not-found`,
          severity: 'info',
          message: `${message} The entry has ended, so nothing is left to do.`,
          ...where,
        },
      ];
    const fix =
      kind === 'group'
        ? 'Correct the name, or pin the group with `id`.'
        : 'Correct the address (the user principal name, which may differ from the mail address).';
    return [{ rule: `${kind}-not-found`, severity: 'error', message, fix, ...where }];
  }
  const ids = lookup.found
    .map(({ id }) => id)
    .sort()
    .join(', ');
  return [
    {
      rule: `${kind}-ambiguous`,
      severity: 'error',
      message: `${lookup.found.length} ${kind}s in this tenant are called ${label} (${ids}).`,
      fix: 'Pin the one you mean with `id`.',
      ...where,
    },
  ];
}

function groupProblems(entry: GroupEntry, group: FoundGroup, at: Position | undefined): readonly Finding[] {
  const where = at === undefined ? {} : { at };
  const problems: Finding[] = [];
  if (!group.security) {
    problems.push({
      rule: 'not-a-security-group',
      severity: 'error',
      message: `${group.name} is not a security group: it cannot be assigned to an app.`,
      fix: 'List a security group instead.',
      ...where,
    });
  }
  if (
    entry.id !== undefined &&
    entry.name !== undefined &&
    entry.name.toLowerCase() !== group.name.toLowerCase()
  ) {
    problems.push({
      rule: 'group-renamed',
      severity: 'info',
      message: `The group ${entry.name} is called ${group.name} now; it is found by its id.`,
      ...where,
    });
  }
  return problems;
}

function tooMany(label: string, found: number, limit: number, at: Position | undefined): Finding {
  return {
    rule: 'members-over-limit',
    severity: 'error',
    message: `${label} has ${found} members, more than its limit of ${limit}.`,
    fix: `Raise \`limit\` to at least ${found}, or list a smaller group.`,
    ...(at === undefined ? {} : { at }),
  };
}

function refused(what: string, why: string, at: Position | undefined): Finding {
  return {
    rule: 'unreadable',
    severity: 'error',
    message: `Could not look up ${what} (${why}): unknown, not "none".`,
    fix: 'Grant GroupMember.Read.All and User.ReadBasic.All to the plan identity (Entra admin centre › App registrations › API permissions › Grant admin consent).',
    ...(at === undefined ? {} : { at }),
  };
}
