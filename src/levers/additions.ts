import type { Finding } from '../core/finding.ts';
import type { Answers, ReadRequest } from '../core/request.ts';
import { assignedIn } from './assigned.ts';
import { mayAssignGroups, SUBSCRIPTIONS } from './licence.ts';
import { nestedIn } from './principals.ts';
import type { Listed } from './wanted.ts';

/** Read only where a group is about to be assigned: the licence, and whether groups are nested in it. */
export function additionReads(missing: readonly Listed[]): readonly ReadRequest[] {
  const groups = missing.filter(({ assignee }) => assignee.type === 'Group');
  return groups.length === 0 ? [] : [SUBSCRIPTIONS, ...groups.map(({ assignee }) => nestedIn(assignee.id))];
}

/** Why a group cannot be assigned, or will not bring everybody in. */
export function additionFindings(missing: readonly Listed[], answers: Answers): readonly Finding[] {
  const groups = missing.filter(({ assignee }) => assignee.type === 'Group');
  return groups.flatMap((listed) => [...licence(listed, answers), ...nested(listed, answers)]);
}

function licence({ assignee, at }: Listed, answers: Answers): readonly Finding[] {
  const allowed = mayAssignGroups(answers);
  // An unread licence is no reason to stop where a group is assigned already: it shows that groups can be.
  const shown = !allowed.known && assignedIn(answers).some(({ type }) => type === 'Group');
  if (shown || (allowed.known && allowed.value)) return [];
  const where = at === undefined ? {} : { at };
  if (allowed.known) {
    return [
      {
        rule: 'group-needs-p1',
        severity: 'error',
        message: `${assignee.name} cannot be assigned: assigning a group needs Microsoft Entra ID P1, and this tenant has none.`,
        fix: 'Set `as: members` on the group with a `limit`, so that its direct members are assigned one by one.',
        ...where,
      },
    ];
  }
  return [
    {
      rule: 'licence-unknown',
      severity: 'error',
      message: `Whether this tenant may assign groups could not be read (${allowed.why}).`,
      fix: 'Grant LicenseAssignment.Read.All to the plan identity, or set `as: members` on the group.',
      ...where,
    },
  ];
}

function nested({ assignee, at }: Listed, answers: Answers): readonly Finding[] {
  const answer = answers.get(nestedIn(assignee.id).path);
  const where = at === undefined ? {} : { at };
  if (answer?.kind !== 'found') {
    const why = answer?.kind === 'refused' ? answer.message : 'not found';
    return [
      {
        rule: 'nested-unknown',
        severity: 'warning',
        message: `Whether groups are nested in ${assignee.name} could not be read (${why}); their members would get nothing.`,
        ...where,
      },
    ];
  }
  if (answer.value === 0) return [];
  return [
    {
      rule: 'nested-members',
      severity: 'warning',
      message: `${answer.value} ${answer.value === 1 ? 'group is' : 'groups are'} nested in ${assignee.name}: only direct members of an assigned group get access, members of nested groups get nothing.`,
      fix: 'List the nested groups too if their members should have access.',
      ...where,
    },
  ];
}
