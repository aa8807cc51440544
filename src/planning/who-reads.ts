import type { Gates } from '../core/assessment.ts';
import {
  type Answer,
  type Answers,
  known,
  type Reading,
  type ReadRequest,
  unknown,
} from '../core/request.ts';
import type { Desired, TenantPolicy } from '../core/state.ts';
import { type AccessList, type Account, accessListOf, NOBODY, type PeopleRead } from '../core/who.ts';
import type { GraphReader } from '../graph/reader.ts';
import { optionalText, type Row, rowsOf, textAt } from '../levers/answer.ts';
import { groupsById, membersOf, userIn, usersById } from '../levers/principals.ts';
import { observe } from './observe.ts';
import { ADMINISTRATORS, inNoList } from './people-reads.ts';

/** The policy that asks for nothing: reading by it shows the gates, and looks up nothing that a policy names. */
export function onlyLooking({ tenant }: Desired): TenantPolicy {
  const unmanaged = 'unmanaged' as const;
  return {
    desired: {
      tenant,
      application: {
        enabledForSignIn: unmanaged,
        assignmentRequired: unmanaged,
        visibleToUsers: unmanaged,
      },
      // `report` reads everybody's grants in one go.
      consent: { tenantWide: unmanaged, userConsent: unmanaged, userGrants: 'report' },
      assignments: { groups: unmanaged, users: unmanaged },
      safety: { protected: [], transition: 'refuse', settle: 0 },
      exceptions: [],
    },
    origins: {},
  };
}

/**
 * Reads who has access to a tenant now. People are read only where the app lets somebody in, and nobody twice.
 * @throws what `observe` throws.
 */
export async function readAccessList(
  reader: GraphReader,
  { desired }: TenantPolicy,
  day: string,
): Promise<AccessList> {
  const { name, id, cloud } = desired.tenant;
  const { picture } = await observe(reader, onlyLooking(desired), day);
  const { before: gates, assessments } = picture;
  const notes = assessments
    .flatMap(({ findings }) => findings)
    .filter(({ rule }) => rule === 'disabled-by-microsoft')
    .map(({ message }) => message);
  const read = gates.exists && gates.enabled ? await peopleOf(reader, gates) : NOBODY;
  return accessListOf({ name, id, cloud }, gates, read, notes);
}

async function peopleOf(reader: GraphReader, gates: Gates): Promise<PeopleRead> {
  const assignees = [...gates.assignees.values()];
  const groups = assignees
    .filter(({ type }) => type === 'Group')
    .map(({ id }) => id)
    .sort();
  const first = [...groups.map(membersOf), ...(gates.required ? [ADMINISTRATORS] : [])];
  const answers = new Map<string, Answer>(first.length === 0 ? [] : await reader.read(first));
  // A 404 alone does not say that a group is gone: only a look-up that does not find it.
  const missing = groups.filter((id) => answers.get(membersOf(id).path)?.kind === 'absent');
  const administrators = gates.required ? idsIn(ADMINISTRATORS, answers) : undefined;
  const members = new Map(groups.map((id) => [id, accountsIn([membersOf(id)], answers)] as const));
  const asked = toLookUp(gates, members, administrators);
  const second = [...usersById(asked), ...groupsById(missing)];
  if (second.length > 0) for (const [path, answer] of await reader.read(second)) answers.set(path, answer);
  const living = textsOf(groupsById(missing), answers);
  for (const id of missing) if (living?.has(id) === false) members.set(id, known([]));
  const found = accountsIn(usersById(asked), answers);
  return {
    members,
    asked: new Set(asked),
    found: found.known ? known(new Map(found.value.map((each) => [each.id, each]))) : found,
    ...(administrators === undefined ? {} : { administrators }),
  };
}

/** People whom no group has shown yet. Where assignment is required, consent alone lets nobody in. */
function toLookUp(
  gates: Gates,
  members: ReadonlyMap<string, Reading<readonly Account[]>>,
  administrators: Reading<ReadonlySet<string>> | undefined,
): readonly string[] {
  const allRead = [...members.values()].every((each) => each.known);
  const own = gates.own.known && !(gates.required && allRead) ? [...gates.own.value] : [];
  const ids = [
    ...[...gates.assignees.values()].filter(({ type }) => type === 'User').map(({ id }) => id),
    ...own.filter(([, scopes]) => scopes.size > 0).map(([id]) => id),
    ...(administrators?.known ? administrators.value : []),
  ];
  return inNoList(ids, members);
}

function refusedIn(reads: readonly ReadRequest[], answers: Answers): string | undefined {
  for (const read of reads) {
    const answer = answers.get(read.path);
    if (answer?.kind === 'refused') return answer.message;
    if (answer?.kind !== 'found') return 'not found';
  }
  return undefined;
}

function accountsIn(reads: readonly ReadRequest[], answers: Answers): Reading<readonly Account[]> {
  const why = refusedIn(reads, answers);
  if (why !== undefined) return unknown(why);
  return known(reads.flatMap((read) => rowsOf(answers, read).map(accountOf)));
}

/** With User.ReadBasic.All Graph shows neither the type nor the state of an account: unknown, never "no". */
function accountOf(row: Row): Account {
  const { id, upn, guest } = userIn(row);
  const { accountEnabled } = row.value;
  return {
    id,
    upn,
    guest: guest ? 'yes' : optionalText(row, 'userType') === undefined ? 'unknown' : 'no',
    account: accountEnabled === true ? 'enabled' : accountEnabled === false ? 'disabled' : 'unknown',
  };
}

function idsIn(read: ReadRequest, answers: Answers): Reading<ReadonlySet<string>> {
  const answer = answers.get(read.path);
  if (answer?.kind === 'refused') return unknown(answer.message);
  // 404: the role was never activated, so it has no members.
  return known(new Set(rowsOf(answers, read).map((row) => textAt(row, 'id'))));
}

function textsOf(reads: readonly ReadRequest[], answers: Answers): ReadonlySet<string> | undefined {
  if (refusedIn(reads, answers) !== undefined) return undefined;
  return new Set(reads.flatMap((read) => rowsOf(answers, read).map((row) => textAt(row, 'id'))));
}
