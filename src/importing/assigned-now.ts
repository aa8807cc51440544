import { byText } from '../core/json.ts';
import type { Answers } from '../core/request.ts';
import type { Desired, Unmanaged } from '../core/state.ts';
import { optionalText, rowsOf } from '../levers/answer.ts';
import { type Assignment, assignedIn } from '../levers/assigned.ts';
import { groupsById, nestedIn, userIn, usersById } from '../levers/principals.ts';

/** A group that is assigned. Its id pins it. */
type AssignedGroup = {
  readonly id: string;
  readonly name: string;
  /** How many groups are nested in it. */
  readonly nested: number;
};
/** A user who is assigned directly. The policy names users by UPN; the id is kept beside it. */
type AssignedUser = {
  readonly id: string;
  readonly upn: string;
  readonly guest: boolean;
  readonly enabled: boolean;
};

/** Who is assigned with Default Access, as far as a policy can list them. */
export type Assigned = {
  readonly groups: readonly AssignedGroup[] | Unmanaged;
  readonly users: readonly AssignedUser[] | Unmanaged;
  /** Unset where no list is managed. */
  readonly unlisted?: NonNullable<Desired['assignments']['unlisted']>;
  /** Assignments of what is deleted in the directory. */
  readonly deleted: readonly Assignment[];
  /** Living principals that no entry could stand for; they stay assigned by `unlisted: keep`. */
  readonly unlistable: readonly Assignment[];
};

/** The longest name a policy takes; a name with other characters than those that show is left to the id. */
const LONGEST = 256;

/** @param required whether assignment is required: while it is not, people who consent are assigned by it. */
export function assignedNow(answers: Answers, required: boolean): Assigned {
  const usual = assignedIn(answers)
    .filter(({ defaultRole, type }) => defaultRole && type !== 'ServicePrincipal')
    .sort((a, b) => byText(a.name, b.name) || byText(a.id, b.id));
  const ids = (type: Assignment['type']) => usual.filter((each) => each.type === type).map(({ id }) => id);
  const groupRows = groupsById(ids('Group')).flatMap((read) => rowsOf(answers, read));
  const userRows = usersById(ids('User')).flatMap((read) => rowsOf(answers, read));
  const living = new Set([...groupRows, ...userRows].map((row) => optionalText(row, 'id')));
  const groups = groupRows
    .filter((row) => row.value.securityEnabled === true)
    .map((row): AssignedGroup => {
      const id = optionalText(row, 'id') ?? '';
      const count = answers.get(nestedIn(id).path);
      const nested = count?.kind === 'found' && typeof count.value === 'number' ? count.value : 0;
      return { id, name: optionalText(row, 'displayName') ?? id, nested };
    })
    .sort((a, b) => byText(a.name, b.name) || byText(a.id, b.id));
  const users = userRows
    .map(userIn)
    .filter(({ upn }) => isListable(upn))
    .map(({ id, upn, guest, enabled }) => ({ id, upn, guest, enabled }))
    .sort((a, b) => byText(a.upn, b.upn) || byText(a.id, b.id));
  const listed = new Set([...groups, ...users].map(({ id }) => id));
  const unlistable = usual.filter(({ id }) => living.has(id) && !listed.has(id));
  const unlisted = required && unlistable.length === 0 ? 'remove' : 'keep';
  // An empty list together with `keep` means nothing, so the policy refuses it.
  const listOf = <T>(list: readonly T[]) => (unlisted === 'keep' && list.length === 0 ? 'unmanaged' : list);
  const managed = unlisted === 'remove' || groups.length + users.length > 0;
  return {
    groups: listOf(groups),
    users: listOf(users),
    ...(managed ? { unlisted } : {}),
    deleted: usual.filter(({ id }) => !living.has(id)),
    unlistable,
  };
}

function isListable(upn: string): boolean {
  return upn.length <= LONGEST && /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(upn);
}

/** Whether a name shows as itself in an editor, so that it can stand in the file beside the id. */
export function isPlain(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= LONGEST &&
    !/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(name)
  );
}
