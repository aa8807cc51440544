import { type Answers, known, type Reading } from '../core/request.ts';
import { optionalText, type Row, rowOf, rowsAt, rowsOf, textAt } from '../levers/answer.ts';
import { accountRead, plansOf, unread } from './reads.ts';

/** An account, as far as the identity may see it. */
export type Account = {
  readonly id: string;
  readonly upn: string;
  readonly name: string;
  /** Unset where the permission does not show it: null is never "enabled" here. */
  readonly enabled?: boolean;
  readonly guest: boolean;
};

/** The account somebody asked for. Its sign-in name wins over the mail address of another. */
export function personIn(answers: Answers, asked: string): Reading<Account | 'absent'> {
  const read = accountRead(asked);
  if (answers.get(read.path)?.kind !== 'found') return unread(answers, read);
  const rows = rowsOf(answers, read);
  const wanted = asked.toLowerCase();
  const named = rows.find((row) => optionalText(row, 'userPrincipalName')?.toLowerCase() === wanted);
  const found = named ?? rows[0];
  return known(found === undefined ? 'absent' : accountOf(found));
}

function accountOf(row: Row): Account {
  const id = textAt(row, 'id');
  const upn = optionalText(row, 'userPrincipalName') ?? id;
  const enabled = row.value.accountEnabled;
  return {
    id,
    upn,
    name: optionalText(row, 'displayName') ?? upn,
    ...(typeof enabled === 'boolean' ? { enabled } : {}),
    // With User.ReadBasic.All the type is not shown; the name of an invited guest still tells.
    guest: optionalText(row, 'userType') === 'Guest' || upn.toUpperCase().includes('#EXT#'),
  };
}

/**
 * Whether an Exchange Online plan is switched on for the person. A collection that may not be seen is empty instead of
 * null, so an empty one counts only beside a property that shows the permission.
 */
export function hasExchangePlan(answers: Answers, personId: string): Reading<boolean> {
  const read = plansOf(personId);
  const answer = answers.get(read.path);
  if (answer?.kind !== 'found') return unread(answers, read);
  const row = rowOf(read, answer.value);
  const plans = rowsAt(row, 'assignedPlans');
  if (plans.length === 0 && typeof row.value.accountEnabled !== 'boolean') {
    return { known: false, why: 'the service plans of the person may not be seen' };
  }
  return known(
    plans.some(
      (plan) =>
        optionalText(plan, 'service')?.toLowerCase() === 'exchange' &&
        optionalText(plan, 'capabilityStatus') === 'Enabled',
    ),
  );
}
