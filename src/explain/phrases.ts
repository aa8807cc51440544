import type { Code } from './code.ts';

/** A text that stands for a gate where no code is shown. */
export type Phrase = Pick<Code, 'gate' | 'means' | 'fix'> & {
  readonly name: string;
  readonly pattern: RegExp;
};

const GRANT =
  'Grant tenant-wide admin consent: consent.tenantWide in the policy of the tenant, by pull request. Opening user consent is not the way.';
const EXCHANGE =
  'Exchange administrators look at the mailbox and at the organisation; sign-in itself is fine.';

/** What people copy from screens, in English and German. */
export const PHRASES: readonly Phrase[] = [
  {
    name: 'Need admin approval',
    pattern: /need(?:s)? admin(?:istrator)? approval|administratorgenehmigung erforderlich/i,
    gate: 'G4',
    means:
      'AADSTS90094: the person may not consent, or assignment is required and there is no tenant-wide admin consent.',
    fix: GRANT,
  },
  {
    name: 'Approval required',
    pattern: /(?<!admin )approval required|(?<!administrator)genehmigung erforderlich/i,
    gate: 'G4',
    means: 'AADSTS90095: the same as Need admin approval, where people can request it.',
    fix: GRANT,
  },
  {
    name: 'not a direct member of a group with access',
    pattern: /not a direct member of a group with access|specifically granted \(["'“”]?assigned/i,
    gate: 'G3',
    means:
      'AADSTS50105: assignment is required, and the person is neither assigned nor a direct member of an assigned group.',
    fix: 'Add the person to an assigned group as a direct member (members of nested groups get nothing), or list them under assignments.users.',
  },
  {
    name: 'the app is disabled',
    pattern: /application\b.{0,200}\bis disabled/is,
    gate: 'G2',
    means: 'AADSTS7000112: Enabled for users to sign in? is No.',
    fix: 'Set application.enabledForSignIn: true in the policy, by pull request, if it is to be on.',
  },
  {
    name: 'the app was not found',
    pattern: /application\b.{0,200}\bwas not found in the directory/is,
    gate: 'G1',
    means: 'AADSTS700016: the enterprise app is not in this tenant, or the sign-in went to another tenant.',
    fix: 'Check the tenant of the account; a plan of the policy creates the app.',
  },
  {
    name: 'blocked by Conditional Access',
    pattern: /blocked by conditional access|you cannot access this right now/i,
    gate: 'G5',
    means: 'AADSTS53003: a Conditional Access policy blocks this sign-in.',
    fix: 'The owners of Conditional Access find the policy in the sign-in log and decide.',
  },
  {
    name: 'the device does not comply',
    pattern:
      /not in (?:the )?required device state|you can.?t get there from here|device (?:is|must be) (?:not )?(?:compliant|managed)/i,
    gate: 'G5',
    means: 'AADSTS53000: a Conditional Access policy demands a compliant or managed device.',
    fix: 'The device is enrolled and marked compliant, or the owners of Conditional Access exclude the person.',
  },
  {
    name: 'blocked by security defaults',
    pattern: /security defaults/i,
    gate: 'G5',
    means: 'AADSTS530035: security defaults refuse old ways to sign in.',
    fix: 'Remove the account and add it by Sign In.',
  },
  {
    name: 'X-EWS-Policy-Reason',
    pattern: /x-ews-policy-reason|ews (?:access )?(?:is )?(?:disabled|blocked)|ewsallowedappids/i,
    gate: 'G6',
    means:
      'Exchange refuses EWS, which Mail on a Mac uses: switched off for the organisation or the mailbox, or the app is not on the list.',
    fix: `${EXCHANGE} EWS ends for all tenants on 2027-04-01.`,
  },
  {
    name: 'the device is in quarantine',
    pattern: /quarantin|temporarily blocked from (?:accessing|synchronizing)|in quarantäne/i,
    gate: 'G6',
    means: 'Exchange holds the device in quarantine until somebody allows it.',
    fix: `${EXCHANGE} Get-MobileDevice shows the quarantine.`,
  },
  {
    name: 'com.apple.accounts error 3',
    pattern: /com\.apple\.accounts.{0,20}\b3\b/is,
    gate: 'G7',
    means:
      'The device itself gave up before any gate: profile, network, or an account that is there already.',
    fix: 'Restart the device, remove the account or its profile, and add it again by Sign In.',
  },
];
