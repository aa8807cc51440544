// G4, G6 and several at once: written by hand from the access model and from what Microsoft documents.
import { assign } from '../../../src/sandbox/enterprise-app.ts';
import { block, both, type Case, type Change, ca, nothing, off, open, own, refused, walk } from './cases.ts';
import { appOf, BOTH, EAS, EWS, idOf, setGrant, setUserConsent, withoutApp } from './woodgrove.ts';

const LEGACY = 'microsoft-user-default-legacy';
const RECOMMENDED = 'microsoft-user-default-recommended';
const CLIENTS = 'microsoft-user-default-allow-consent-apps';

const exchangeOut: Change = (tenant) => {
  for (const [id, { displayName }] of tenant.servicePrincipals)
    if (displayName === 'Office 365 Exchange Online') tenant.servicePrincipals.delete(id);
};
const noMailbox: Change = (tenant) => {
  const anna = tenant.users.get(idOf('anna'));
  if (anna) anna.mailbox = false;
};

const CASES: readonly Case[] = [
  // G4.
  ['assignment required, nothing granted', 'anna', (t) => setGrant(t, ''), 'G4 | G6'],
  [
    'user consent changes nothing where assignment is required',
    'anna',
    both(
      (t) => setGrant(t, ''),
      (t) => setUserConsent(t, LEGACY),
    ),
    'G4 | G6',
  ],
  ['unassigned and nothing granted', 'otto', (t) => setGrant(t, ''), 'G3 G4 | G6'],
  [
    'an own grant, assignment required: not proven',
    'anna',
    both((t) => setGrant(t, ''), own('anna', BOTH)),
    '| G4 G6',
  ],
  [
    'an own grant where nobody has to be assigned',
    'otto',
    both(open, (t) => setGrant(t, ''), own('otto', BOTH)),
    '| G6',
  ],
  ['only EAS granted', 'anna', (t) => setGrant(t, EAS), '| G4 G6', 'G4 | G6'],
  ['only EWS granted', 'anna', (t) => setGrant(t, EWS), 'G4 | G6', '| G4 G6'],
  [
    'EAS for everybody and EWS by oneself, open',
    'otto',
    both(open, (t) => setGrant(t, EAS), own('otto', EWS)),
    '| G6',
  ],
  [
    'EAS for everybody and EWS by oneself, required',
    'anna',
    both((t) => setGrant(t, EAS), own('anna', EWS)),
    '| G4 G6',
  ],
  ['open, nothing granted, nobody may consent', 'otto', both(open, (t) => setGrant(t, '')), 'G4 | G6'],
  [
    'open, nothing granted, anybody may consent',
    'otto',
    both(
      open,
      (t) => setGrant(t, ''),
      (t) => setUserConsent(t, LEGACY),
    ),
    '| G6',
  ],
  [
    'open, nothing granted, mail clients may',
    'otto',
    both(
      open,
      (t) => setGrant(t, ''),
      (t) => setUserConsent(t, RECOMMENDED, CLIENTS),
    ),
    '| G6',
  ],
  [
    'open, nothing granted, the setting may not be read',
    'otto',
    both(open, (t) => setGrant(t, ''), refused('/policies/authorizationPolicy')),
    '| G4 G6',
  ],
  [
    'granted, the setting may not be read: it does not matter',
    'anna',
    refused('/policies/authorizationPolicy'),
    '| G6',
  ],
  ['the grants may not be read', 'anna', refused('DelegatedPermissionGrant.Read.All'), '| G4 G6'],
  [
    'somebody else’s own grant is nobody’s',
    'anna',
    both((t) => setGrant(t, ''), own('ben', BOTH)),
    'G4 | G6',
  ],

  // G6.
  ['no Exchange Online plan', 'anna', noMailbox, 'G6 |'],
  ['no Exchange Online in the tenant', 'anna', exchangeOut, 'G4 G6 |'],
  ['before EWS fades', 'anna', nothing, '| G6', '| G6', { day: '2026-09-30' }],
  ['the last day of EWS', 'anna', nothing, '| G6', '| G6', { day: '2027-03-31' }],
  ['the day EWS ended', 'anna', nothing, '| G6', 'G6 |', { day: '2027-04-01' }],

  // Several at once.
  [
    'off, unassigned, ungranted and blocked',
    'otto',
    both(off, (t) => setGrant(t, ''), ca(block())),
    'G2 G3 G4 G5 | G6',
  ],
  ['disabled, no app, blocked', 'dora', both(withoutApp, ca(block())), 'account G1 G4 G5 | G6'],
  [
    'assigned twice',
    'anna',
    (t) => {
      assign(t, appOf(t), idOf('anna'));
    },
    '| G6',
  ],
];

walk(CASES);
