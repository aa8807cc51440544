// G5: written by hand from the access model and from what Microsoft documents.
import { mobileOnly } from '../../../src/sandbox/conditional-access.ts';
import { groupId } from '../../../src/sandbox/directory.ts';
import type { ConditionalAccessPolicy } from '../../../src/sandbox/tenant.ts';
import { block, both, type Case, ca, open, refused, walk } from './cases.ts';
import { idOf, woodgrove } from './woodgrove.ts';

const all = { includeUsers: ['All'] };
const users = (given: ConditionalAccessPolicy['conditions']['users'], more: object = {}) => ({
  conditions: {
    users: given,
    applications: ['All'],
    clientAppTypes: ['mobileAppsAndDesktopClients'],
    ...more,
  },
});
const noWhatIf = refused('/identity/conditionalAccess/evaluate');
const mail = groupId(woodgrove(), 'SG-Mail');
const either = (...controls: string[]): Partial<ConditionalAccessPolicy> => ({
  grantControls: { operator: 'OR', builtInControls: controls },
});

const CASES: readonly Case[] = [
  // G5.
  ['blocked', 'anna', ca(block()), 'G5 | G6'],
  ['blocked on iPhones only', 'anna', ca(block(users(all, { platforms: ['iOS'] }))), 'G5 | G6', '| G6'],
  ['blocked on Macs only', 'anna', ca(block(users(all, { platforms: ['macOS'] }))), '| G6', 'G5 | G6'],
  ['only reported', 'anna', ca(block({ state: 'enabledForReportingButNotEnforced' })), '| G6'],
  ['switched off', 'anna', ca(block({ state: 'disabled' })), '| G6'],
  ['excluded by name', 'anna', ca(block(users({ ...all, excludeUsers: [idOf('anna')] }))), '| G6'],
  ['excluded by a group', 'anna', ca(block(users({ ...all, excludeGroups: [mail] }))), '| G6'],
  [
    'excluded by a nested group: that counts here',
    'nina',
    ca(block(users({ ...all, excludeGroups: [mail] }))),
    'G3 | G6',
  ],
  ['included by a nested group', 'nina', both(open, ca(block(users({ includeGroups: [mail] })))), 'G5 | G6'],
  ['another group is meant', 'anna', ca(block(users({ includeGroups: [idOf('no-group')] }))), '| G6'],
  [
    'nested membership unread, the what-if settles it',
    'nina',
    both(
      open,
      ca(block(users({ includeGroups: [mail] }))),
      refused(`/users/${idOf('nina')}/transitiveMemberOf`),
    ),
    'G5 | G6',
  ],
  [
    'nested membership unread, no what-if',
    'nina',
    both(
      open,
      ca(block(users({ includeGroups: [mail] }))),
      refused(`/users/${idOf('nina')}/transitiveMemberOf`),
      noWhatIf,
    ),
    '| G5 G6',
  ],
  [
    'a direct member is told without a what-if',
    'anna',
    both(ca(block(users({ includeGroups: [mail] }))), noWhatIf),
    'G5 | G6',
  ],
  ['guests are meant', 'anna', ca(block(users({ includeUsers: ['GuestsOrExternalUsers'] }))), '| G6'],
  [
    'another app is meant',
    'anna',
    ca(block({ conditions: { users: all, applications: [idOf('another app')], clientAppTypes: ['all'] } })),
    '| G6',
  ],
  [
    'old sign-ins are meant',
    'anna',
    ca(
      block({
        conditions: { users: all, applications: ['All'], clientAppTypes: ['exchangeActiveSync', 'other'] },
      }),
    ),
    '| G6',
  ],
  [
    'browsers are meant',
    'anna',
    ca(block({ conditions: { users: all, applications: ['Office365'], clientAppTypes: ['browser'] } })),
    '| G6',
  ],
  ['a compliant device is demanded', 'anna', ca(mobileOnly('CA', ['compliantDevice'])), '| G5 G6'],
  ['an app protection policy is demanded', 'anna', ca(mobileOnly('CA', ['compliantApplication'])), 'G5 | G6'],
  ['an approved client app is demanded: void', 'anna', ca(mobileOnly('CA', ['approvedApplication'])), '| G6'],
  [
    'approved app or app protection: only the second is left',
    'anna',
    ca(mobileOnly('CA', [], { ...either('approvedApplication', 'compliantApplication') })),
    'G5 | G6',
  ],
  [
    'app protection or a second factor',
    'anna',
    ca(mobileOnly('CA', [], { ...either('compliantApplication', 'mfa') })),
    '| G6',
  ],
  [
    'a second factor and a compliant device',
    'anna',
    ca(mobileOnly('CA', ['mfa', 'compliantDevice'])),
    '| G5 G6',
  ],
  ['a second factor', 'anna', ca(mobileOnly('CA', ['mfa'])), '| G6'],
  ['a hybrid joined device is demanded', 'anna', ca(mobileOnly('CA', ['domainJoinedDevice'])), 'G5 | G6'],
  [
    'policies and what-if may not be read',
    'anna',
    both(ca(block()), refused('/identity/conditionalAccess')),
    '| G5 G6',
  ],
  [
    'policies may not be read, the what-if answers',
    'anna',
    both(ca(block()), refused('/identity/conditionalAccess/policies')),
    'G5 | G6',
  ],
  [
    'security defaults: a sign-in by Apple Mail passes',
    'anna',
    (t) => {
      t.securityDefaults = true;
    },
    '| G6',
  ],
];

walk(CASES);
