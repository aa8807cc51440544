import type { LeftAlone } from '../core/assessment.ts';
import { byText } from '../core/json.ts';
import type { Answers } from '../core/request.ts';
import type { Day, Desired, TenantPolicy } from '../core/state.ts';
import { assignedIn } from './assigned.ts';
import { LABEL as ASSIGNMENTS, names } from './assignments.ts';
import { LABEL as USER_GRANTS } from './user-grants.ts';
import { wantedIn } from './wanted.ts';

const NO_LONGER = 'no longer managed; stays as it is';
const REMOVED = 'removed from the policy but stays assigned';

/** Settings that a policy may leave alone. */
const SETTINGS: { readonly [setting: string]: (desired: Desired) => unknown } = {
  'application/enabledForSignIn': ({ application }) => application.enabledForSignIn,
  'application/assignmentRequired': ({ application }) => application.assignmentRequired,
  'application/visibleToUsers': ({ application }) => application.visibleToUsers,
  'consent/tenantWide': ({ consent }) => consent.tenantWide,
  'consent/userConsent': ({ consent }) => consent.userConsent,
  'assignments/groups': ({ assignments }) => assignments.groups,
  'assignments/users': ({ assignments }) => assignments.users,
};

/**
 * What is left alone, told for a proposal: what the base managed and the proposal does not, and whom it takes off a
 * list without taking the assignment. That nothing happens to them is easily overlooked.
 * @param answers everything that was read for either policy.
 */
export function leftAloneSince(
  base: TenantPolicy,
  head: TenantPolicy,
  leftAlone: readonly LeftAlone[],
  answers: Answers,
  day: Day,
): readonly LeftAlone[] {
  const [before, now] = [base.desired, head.desired];
  const rows = leftAlone.map((row) => {
    const value = SETTINGS[row.setting];
    const givenUp = value !== undefined && value(before) !== 'unmanaged' && value(now) === 'unmanaged';
    const grants = row.setting === 'consent/userGrants' && stopsRevoking(before, now);
    return givenUp || grants ? { ...row, why: NO_LONGER } : row;
  });
  const told = rows.some(({ setting }) => setting === 'consent/userGrants');
  return [
    ...rows,
    ...(stopsRevoking(before, now) && !told
      ? [{ setting: 'consent/userGrants', label: USER_GRANTS, now: 'not read', why: NO_LONGER }]
      : []),
    ...stillAssigned(base, head, answers, day),
  ];
}

function stopsRevoking(before: Desired, now: Desired): boolean {
  return before.consent.userGrants === 'revoke' && now.consent.userGrants !== 'revoke';
}

/** With `unlisted: keep`, taking an entry off a list takes nobody's assignment. */
function stillAssigned(
  base: TenantPolicy,
  head: TenantPolicy,
  answers: Answers,
  day: Day,
): readonly LeftAlone[] {
  const { groups, users, unlisted } = head.desired.assignments;
  if (unlisted !== 'keep') return [];
  const [before, now] = [wantedIn(base, answers, day), wantedIn(head, answers, day)];
  const kept = assignedIn(answers).filter(
    ({ id, type, defaultRole }) =>
      defaultRole &&
      (before.listed.has(id) || before.ended.has(id)) &&
      !now.listed.has(id) &&
      !now.ended.has(id) &&
      ((type === 'Group' && groups !== 'unmanaged') || (type === 'User' && users !== 'unmanaged')),
  );
  const sorted = [...kept].sort((a, b) => byText(a.id, b.id));
  return sorted.length === 0
    ? []
    : [{ setting: 'assignments/removed', label: ASSIGNMENTS, now: names(sorted), why: REMOVED }];
}
