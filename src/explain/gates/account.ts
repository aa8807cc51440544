import { type GateReport, report, sentence } from '../explanation.ts';
import { accountRead, grantFix } from '../reads.ts';
import type { Walk } from '../walk.ts';

/** Before all gates: whether there is an account at all, and whether it may sign in to anything. */
export function accountGate({ account }: Walk, asked: string): GateReport {
  if (!account.known) {
    return report('account', 'unknown', [sentence(account.why)], { fixes: [grantFix(accountRead(asked))] });
  }
  if (account.value === 'absent') {
    return report(
      'account',
      'closed',
      ['There is no account with this sign-in name or mail address in the tenant.'],
      {
        codes: [50034, 50020],
        fixes: [
          'Check the spelling, and in which tenant the mailbox is (--tenant NAME). A deleted account is not found either.',
        ],
      },
    );
  }
  const { enabled, guest, upn } = account.value;
  const kind = guest ? ['It is a guest: the mailbox, if there is one, is in another tenant.'] : [];
  const other =
    upn.toLowerCase() === asked.toLowerCase() || account.value.id === asked.toLowerCase()
      ? []
      : [`The sign-in name is ${upn}; ${asked} is a mail address. On the device the sign-in name counts.`];
  if (enabled === false) {
    return report(
      'account',
      'closed',
      ['The account is disabled (Account enabled: No).', ...kind, ...other],
      {
        codes: [50057],
        fixes: [
          'Whoever manages accounts enables it, if the person is to sign in at all. No policy of iosmail does.',
        ],
      },
    );
  }
  if (enabled === undefined) {
    return report(
      'account',
      'unknown',
      ['The account is there; whether it is enabled may not be seen.', ...kind, ...other],
      {
        fixes: [
          'Grant User.Read.All to the plan identity, or look at the account in the Entra admin centre › Users.',
        ],
      },
    );
  }
  return report('account', 'open', ['The account is there and enabled.', ...kind, ...other]);
}
