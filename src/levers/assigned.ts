import type { Assignee } from '../core/assessment.ts';
import type { Answers, ReadRequest } from '../core/request.ts';
import { APPLE_MAIL, DEFAULT_ROLE } from '../core/state.ts';
import { BrokenAnswer, optionalText, rowsOf, textAt } from './answer.ts';
import { APP } from './app.ts';

/** Who is assigned to the app, by its appId, so that the read need not wait for the app's object id. */
export const ASSIGNED: ReadRequest = {
  method: 'GET',
  path: `/servicePrincipals(appId='${APPLE_MAIL}')/appRoleAssignedTo?$top=999`,
  shape: 'list',
  what: 'the users and groups of the app',
  permission: 'Application.Read.All',
};

export type Assignment = Assignee & {
  /** Id of the assignment itself; opaque. */
  readonly assignment: string;
  /** Default Access: the one role we manage. Another role passes the assignment gate too, but is left alone. */
  readonly defaultRole: boolean;
};

/** Every assignment of the app; none when the app is absent. */
export function assignedIn(answers: Answers): readonly Assignment[] {
  // An app that is there has assignments to show, if only none: a directory that lags is not "nobody assigned".
  if (answers.get(APP.path)?.kind === 'found' && answers.get(ASSIGNED.path)?.kind === 'absent') {
    throw new BrokenAnswer(ASSIGNED, 'an answer, although the app is there');
  }
  return rowsOf(answers, ASSIGNED).map((row) => {
    const type = textAt(row, 'principalType');
    if (type !== 'User' && type !== 'Group' && type !== 'ServicePrincipal')
      throw new BrokenAnswer(ASSIGNED, 'a known principalType');
    const id = textAt(row, 'principalId');
    return {
      id,
      type,
      name: optionalText(row, 'principalDisplayName') ?? id,
      assignment: textAt(row, 'id'),
      defaultRole: textAt(row, 'appRoleId') === DEFAULT_ROLE,
    };
  });
}
