import type { Assessment, LeftAlone, Move } from '../core/assessment.ts';
import type { Finding, Position } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import { type Answers, APPLICATION_ID, type ReadRequest } from '../core/request.ts';
import { DEFAULT_ROLE, type TenantPolicy } from '../core/state.ts';
import { additionFindings, additionReads } from './additions.ts';
import { rowsOf, textAt } from './answer.ts';
import { APP, appId, appIn } from './app.ts';
import { ASSIGNED, type Assignment, assignedIn } from './assigned.ts';
import type { Lever } from './lever.ts';
import { groupsById, usersById } from './principals.ts';
import { type Listed, type Wanted, wantedIn, wantedReads } from './wanted.ts';

export const LABEL = 'Users and groups';
const PERMISSION = 'AppRoleAssignment.ReadWrite.All or Application.ReadWrite.All';

/** Users and groups of the app: who passes "Assignment required?". Only Default Access of users and groups is managed. */
export const assignments: Lever = {
  name: 'assignments',
  reads: (policy, answers, day) => {
    const wanted = wantedIn(policy, answers, day);
    const surplus = surplusOf(policy, assignedIn(answers), wanted);
    const missing = answers.has(ASSIGNED.path) ? missingFrom(wanted.listed, answers) : [];
    return [
      APP,
      ASSIGNED,
      ...wantedReads(policy, answers, day),
      ...existenceReads(surplus),
      ...additionReads(missing),
    ];
  },
  assess: (policy, answers, day) => {
    const assigned = assignedIn(answers);
    const wanted = wantedIn(policy, answers, day);
    const missing = missingFrom(wanted.listed, answers);
    const { removals, ghosts, findings } = removalsOf(policy, answers, assigned, wanted);
    return {
      gates: { assignees: new Map(assigned.map(({ id, type, name }) => [id, { id, type, name }])) },
      moves: [
        ...missing.map((entry) => addition(entry, appId(answers) ?? APPLICATION_ID)),
        ...removals.map((assignment) => {
          const at = wanted.ended.get(assignment.id)?.at ?? policy.origins['/assignments/unlisted'];
          return removal(assignment, assigned, appId(answers) ?? '', at);
        }),
      ],
      leftAlone: leftAlone(policy, assigned, wanted, ghosts),
      findings: [
        ...wanted.findings,
        ...findings,
        ...additionFindings(missing, answers),
        ...rolesInTheWay(answers, missing),
      ],
    } satisfies Assessment;
  },
};

function missingFrom(listed: ReadonlyMap<string, Listed>, answers: Answers): readonly Listed[] {
  const there = new Set(
    assignedIn(answers)
      .filter((each) => each.defaultRole)
      .map(({ id }) => id),
  );
  return [...listed.values()].filter(({ assignee }) => !there.has(assignee.id));
}

/** Assignments of a managed kind that the policy does not list, or lists as ended. */
function surplusOf(
  { desired }: TenantPolicy,
  assigned: readonly Assignment[],
  { listed, ended }: Wanted,
): readonly Assignment[] {
  const { groups, users, unlisted } = desired.assignments;
  const managed = (type: Assignment['type']) =>
    (type === 'Group' && groups !== 'unmanaged') || (type === 'User' && users !== 'unmanaged');
  // The members of an ended `as: members` group are named by it, also where the list of users is left alone.
  return assigned
    .filter(({ defaultRole }) => defaultRole)
    .filter(({ id, type }) => !listed.has(id) && (ended.has(id) || (managed(type) && unlisted === 'remove')));
}

/** Reads that tell whether assigned principals still exist; an assignment of a deleted one is reported, never pruned. */
function existenceReads(surplus: readonly Assignment[]): readonly ReadRequest[] {
  const ids = (type: 'Group' | 'User') => surplus.filter((each) => each.type === type).map(({ id }) => id);
  return [...groupsById(ids('Group')), ...usersById(ids('User'))];
}

function removalsOf(
  policy: TenantPolicy,
  answers: Answers,
  assigned: readonly Assignment[],
  wanted: Wanted,
): { removals: readonly Assignment[]; ghosts: readonly Assignment[]; findings: readonly Finding[] } {
  const surplus = surplusOf(policy, assigned, wanted);
  const reads = existenceReads(surplus);
  const refused = reads.map((read) => answers.get(read.path)).find((answer) => answer?.kind === 'refused');
  if (refused?.kind === 'refused') {
    const finding: Finding = {
      rule: 'unreadable',
      severity: 'error',
      message: `Whether assigned users and groups still exist could not be read (${refused.message}).`,
      fix: 'Grant GroupMember.Read.All and User.ReadBasic.All to the plan identity, or set assignments.unlisted to keep.',
    };
    return { removals: [], ghosts: [], findings: [finding] };
  }
  const living = new Set(reads.flatMap((read) => rowsOf(answers, read).map((row) => textAt(row, 'id'))));
  const removals = surplus
    .filter(({ id }) => living.has(id))
    .sort((a, b) => byText(a.type, b.type) || byText(a.id, b.id));
  const ghosts = surplus.filter(({ id }) => !living.has(id)).sort((a, b) => byText(a.id, b.id));
  const findings = ghosts.map(
    ({ id, name, type }): Finding => ({
      rule: 'deleted-principal',
      severity: 'warning',
      message: `The ${type.toLowerCase()} ${name} (${id}) is deleted but still assigned; it lets nobody in and is left alone.`,
      fix: 'Remove it in the Entra admin centre (Users and groups) if it bothers you.',
    }),
  );
  return { removals, ghosts, findings };
}

function addition({ assignee, at }: Listed, application: string): Move {
  return {
    group: 'add-assignees',
    request: {
      method: 'POST',
      path: `/servicePrincipals/${application}/appRoleAssignedTo`,
      body: { principalId: assignee.id, resourceId: application, appRoleId: DEFAULT_ROLE },
      what: `assign ${assignee.type.toLowerCase()} ${assignee.name}`,
      permission: PERMISSION,
    },
    changes: [changeOf(assignee, null, true, at)],
    effects: [{ gate: 'assignee', assignee, to: true }],
  };
}

function removal(
  assignment: Assignment,
  assigned: readonly Assignment[],
  application: string,
  at: Position | undefined,
): Move {
  const { id, type, name } = assignment;
  const byAnotherRole = assigned.some((each) => each.id === id && !each.defaultRole);
  return {
    group: 'remove-assignees',
    request: {
      method: 'DELETE',
      path: `/servicePrincipals/${application}/appRoleAssignedTo/${assignment.assignment}`,
      what: `remove ${type.toLowerCase()} ${name}`,
      permission: PERMISSION,
    },
    changes: [changeOf(assignment, true, null, at)],
    effects: byAnotherRole ? [] : [{ gate: 'assignee', assignee: { id, type, name }, to: false }],
  };
}

function changeOf(
  { id, type, name }: Listed['assignee'],
  before: true | null,
  after: true | null,
  at: Position | undefined,
) {
  const subject = `${name} (${type.toLowerCase()} ${id})`;
  return {
    setting: `assignments/${id}`,
    label: LABEL,
    subject,
    before,
    after,
    ...(at === undefined ? {} : { at }),
  };
}

function leftAlone(
  { desired }: TenantPolicy,
  assigned: readonly Assignment[],
  { listed }: Wanted,
  ghosts: readonly Assignment[],
): readonly LeftAlone[] {
  const { groups, users, unlisted } = desired.assignments;
  const row = (key: string, kept: readonly Assignment[], why: string): readonly LeftAlone[] =>
    kept.length === 0 ? [] : [{ setting: `assignments/${key}`, label: LABEL, now: names(kept), why }];
  const usual = assigned.filter((each) => each.defaultRole && !listed.has(each.id) && !ghosts.includes(each));
  const why = (list: unknown) =>
    list === 'unmanaged' ? 'not in the policy' : unlisted === 'keep' ? 'unlisted: keep' : undefined;
  const kept = (type: 'Group' | 'User', list: unknown) =>
    row(
      type === 'Group' ? 'groups' : 'users',
      why(list) === undefined ? [] : usual.filter((each) => each.type === type),
      why(list) ?? '',
    );
  return [
    ...kept('Group', groups),
    ...kept('User', users),
    ...row(
      'servicePrincipals',
      assigned.filter((each) => each.type === 'ServicePrincipal'),
      'service principals are never managed',
    ),
    ...row(
      'otherRoles',
      assigned.filter((each) => !each.defaultRole && each.type !== 'ServicePrincipal'),
      'assigned with another role',
    ),
    ...row('deleted', ghosts, 'deleted in the directory'),
  ];
}

/** The first five by name. */
export function names(list: readonly Assignment[]): string {
  const shown = list
    .map(({ name }) => name)
    .sort(byText)
    .slice(0, 5)
    .join(', ');
  return list.length <= 5 ? shown : `${shown} and ${list.length - 5} more`;
}

function rolesInTheWay(answers: Answers, missing: readonly Listed[]): readonly Finding[] {
  const app = appIn(answers);
  if (app === 'absent' || app.userRoles.length === 0 || missing.length === 0) return [];
  return [
    {
      rule: 'app-has-roles',
      severity: 'error',
      message: `The app offers roles of its own now (${app.userRoles.join(', ')}), so Default Access means nothing.`,
      fix: 'Assign people in the Entra admin centre, and set assignments.groups and assignments.users to unmanaged.',
    },
  ];
}
