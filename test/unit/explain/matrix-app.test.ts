// The account, G1, G2 and G3: written by hand from the access model and from what Microsoft documents.

import { groupId } from '../../../src/sandbox/directory.ts';
import { licence } from '../../../src/sandbox/licences.ts';
import { both, type Case, nothing, off, open, refused, walk } from './cases.ts';
import { appOf, GUEST, idOf, setUserConsent, upn, weak, withoutApp, woodgrove } from './woodgrove.ts';

const LEGACY = 'microsoft-user-default-legacy';
const RECOMMENDED = 'microsoft-user-default-recommended';
const CLIENTS = 'microsoft-user-default-allow-consent-apps';
const LOW = 'microsoft-user-default-low';
const mail = groupId(woodgrove(), 'SG-Mail');

const CASES: readonly Case[] = [
  // Everything open but what only Exchange knows.
  ['a direct member', 'anna', nothing, '| G6'],
  ['assigned directly', 'ben', nothing, '| G6'],
  ['a Global Administrator, unassigned', 'gina', nothing, '| G6'],
  ['found by object id', idOf('anna'), nothing, '| G6'],
  ['in other letters', 'ANNA@Woodgrove.Example', nothing, '| G6'],

  // The account.
  ['nobody of that name', 'nobody', nothing, 'account | G3 G5 G6'],
  ['a disabled account, assigned', 'dora', nothing, 'account | G6'],
  ['a disabled account, where it may not be seen', 'dora', weak, '| account G6'],
  ['an account that may not be read at all', 'anna', refused('/users'), '| account G3 G5 G6'],
  ['a guest, assigned: no mailbox here', GUEST, nothing, 'G6 |'],
  ['a guest, where the type may not be seen', GUEST, weak, 'G6 | account'],

  // G1: the app is absent, by consent mode.
  ['no app, nobody may consent', 'anna', withoutApp, 'G1 G4 | G6'],
  ['no app, anybody may consent', 'otto', both(withoutApp, (t) => setUserConsent(t, LEGACY)), '| G6'],
  [
    'no app, Microsoft manages, mail clients on',
    'otto',
    both(withoutApp, (t) => setUserConsent(t, RECOMMENDED, CLIENTS)),
    '| G6',
  ],
  [
    'no app, Microsoft manages, mail clients off',
    'otto',
    both(withoutApp, (t) => setUserConsent(t, RECOMMENDED)),
    'G1 G4 | G6',
  ],
  [
    'no app, low impact, nothing classified',
    'otto',
    both(withoutApp, (t) => setUserConsent(t, LOW)),
    'G1 G4 | G6',
  ],
  [
    'no app, a custom policy that is not there',
    'otto',
    both(withoutApp, (t) => setUserConsent(t, 'mine')),
    '| G1 G4 G6',
  ],
  [
    'no app, the setting may not be read',
    'otto',
    both(withoutApp, refused('/policies/authorizationPolicy')),
    '| G1 G4 G6',
  ],
  ['no app, a Global Administrator', 'gina', withoutApp, 'G1 G4 | G6'],

  // G2.
  ['the app is off', 'anna', off, 'G2 | G6'],
  ['the app is off and the person unassigned', 'otto', off, 'G2 G3 | G6'],
  ['the app is off for a Global Administrator too', 'gina', off, 'G2 | G6'],
  [
    'null means on',
    'anna',
    (t) => {
      appOf(t).accountEnabled = null;
    },
    '| G6',
  ],

  // G3.
  ['not assigned', 'otto', nothing, 'G3 | G6'],
  ['by a nested group only', 'nina', nothing, 'G3 | G6'],
  ['not assigned, where nobody has to be', 'otto', open, '| G6'],
  [
    'null means not required',
    'otto',
    (t) => {
      appOf(t).appRoleAssignmentRequired = null;
    },
    '| G6',
  ],
  [
    'listed in the policy, not applied',
    'otto',
    nothing,
    'G3 | G6',
    undefined,
    { policy: { assignments: { users: [{ upn: upn('otto') }] } } },
  ],
  ['membership may not be read, unassigned', 'otto', refused('GroupMember.Read.All'), '| G3 G6'],
  ['membership may not be read, assigned directly', 'ben', refused('GroupMember.Read.All'), '| G6'],
  ['membership may not be read, a Global Administrator', 'gina', refused('GroupMember.Read.All'), '| G6'],
  ['administrators may not be read, unassigned', 'otto', refused('RoleManagement.Read.Directory'), '| G3 G6'],
  ['administrators may not be read, a member', 'anna', refused('RoleManagement.Read.Directory'), '| G6'],
  ['the role was never activated', 'otto', (t) => t.roles.clear(), 'G3 | G6'],
  ['nobody is assigned', 'anna', (t) => t.assignments.clear(), 'G3 | G6'],
  [
    'the assigned group is deleted',
    'anna',
    (t) => {
      t.groups.delete(mail);
    },
    'G3 | G6',
  ],
  [
    'no Entra ID P1, unassigned',
    'otto',
    (t) => t.subscribedSkus.splice(0, 9, licence('O365_BUSINESS_PREMIUM')),
    'G3 | G6',
  ],
  ['the app itself may not be read', 'anna', refused('/servicePrincipals'), '| G1 G2 G3 G4 G6'],
];

walk(CASES);
