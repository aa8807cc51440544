// Conditions and controls that the sandbox does not play, one policy each, judged on their own.
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { known, unknown } from '../../../src/core/request.ts';
import { EXCHANGE_ONLINE } from '../../../src/core/state.ts';
import { demandOf } from '../../../src/explain/access-controls.ts';
import { type Signing, scopeOf } from '../../../src/explain/access-scope.ts';
import { CONDITIONAL_ACCESS } from '../../../src/explain/reads.ts';

type Parts = { readonly [key: string]: Json };
const GA = '62e90394-69f5-4237-9190-012177145e10';
const ANNA: Signing = {
  id: 'anna',
  guest: false,
  direct: known(new Set(['direct'])),
  nested: known(new Set(['direct', 'nested'])),
  administrator: known(false),
};

function policy(conditions: Parts, grantControls: Json = null) {
  const usual = {
    users: { includeUsers: ['All'] },
    applications: { includeApplications: ['All'] },
    clientAppTypes: ['all'],
  };
  return { from: CONDITIONAL_ACCESS, value: { conditions: { ...usual, ...conditions }, grantControls } };
}

function judged(
  conditions: Parts,
  who: Signing = ANNA,
  device: 'iPhone and iPad' | 'Mac' = 'iPhone and iPad',
) {
  const { applies, circumstances } = scopeOf(policy(conditions, { builtInControls: ['block'] }), who, device);
  return circumstances === undefined ? applies : `${applies}, ${circumstances}`;
}

const users = (given: Parts) => ({ users: { includeUsers: [], ...given } });

describe('whom a policy is about', () => {
  test.each<[string, Parts, string, Signing?]>([
    ['nobody', users({ includeUsers: ['None'] }), 'no'],
    ['a person, in other letters', users({ includeUsers: ['ANNA'] }), 'yes'],
    ['a role that is not read', users({ includeRoles: ['29232cdf-9323-42fd-ade2-1d097af3e4de'] }), 'unclear'],
    ['Global Administrators', users({ includeRoles: [GA] }), 'no'],
    [
      'Global Administrators, of one',
      users({ includeRoles: [GA] }),
      'yes',
      { ...ANNA, administrator: known(true) },
    ],
    [
      'Global Administrators, unread',
      users({ includeRoles: [GA] }),
      'unclear',
      { ...ANNA, administrator: unknown('x') },
    ],
    ['a group, nested', users({ includeGroups: ['NESTED'] }), 'yes'],
    ['a group, unread', users({ includeGroups: ['nested'] }), 'unclear', { ...ANNA, nested: unknown('x') }],
    [
      'a group, unread, but direct',
      users({ includeGroups: ['direct'] }),
      'yes',
      { ...ANNA, nested: unknown('x') },
    ],
    ['all but a role that is not read', users({ includeUsers: ['All'], excludeRoles: ['other'] }), 'unclear'],
    [
      'all but a group, unread',
      users({ includeUsers: ['All'], excludeGroups: ['g'] }),
      'unclear',
      { ...ANNA, nested: unknown('x') },
    ],
    ['all but this person', users({ includeUsers: ['All'], excludeUsers: ['anna'] }), 'no'],
    ['guests', users({ includeUsers: ['GuestsOrExternalUsers'] }), 'yes', { ...ANNA, guest: true }],
    [
      'invited guests',
      users({
        includeGuestsOrExternalUsers: {
          guestOrExternalUserTypes: 'internalGuest,b2bCollaborationGuest',
          externalTenants: null,
        },
      }),
      'yes',
      { ...ANNA, guest: true },
    ],
    [
      'invited guests of some tenants',
      users({
        includeGuestsOrExternalUsers: {
          guestOrExternalUserTypes: 'b2bCollaborationGuest',
          externalTenants: { membershipKind: 'enumerated', members: ['t'] },
        },
      }),
      'unclear',
      { ...ANNA, guest: true },
    ],
    [
      'invited guests, of a member',
      users({ includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'b2bCollaborationGuest' } }),
      'no',
    ],
    [
      'service providers, of a guest',
      users({ includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'serviceProvider' } }),
      'unclear',
      { ...ANNA, guest: true },
    ],
    [
      'all but guests, of one',
      users({ includeUsers: ['All'], excludeUsers: ['GuestsOrExternalUsers'] }),
      'no',
      { ...ANNA, guest: true },
    ],
  ])('%s', (_name, conditions, applies, who) => {
    expect(judged(conditions, who)).toBe(applies);
  });
});

describe('which sign-in a policy is about', () => {
  const apps = (given: Parts) => ({ applications: { includeApplications: [], ...given } });
  test.each<[string, Parts, string, string?]>([
    ['Office 365', apps({ includeApplications: ['Office365'] }), 'yes'],
    ['Exchange Online', apps({ includeApplications: [EXCHANGE_ONLINE.toUpperCase()] }), 'yes'],
    [
      'all but Exchange Online',
      apps({ includeApplications: ['All'], excludeApplications: [EXCHANGE_ONLINE] }),
      'no',
    ],
    ['all but Office 365', apps({ includeApplications: ['All'], excludeApplications: ['Office365'] }), 'no'],
    ['a user action', apps({ includeUserActions: ['urn:user:registersecurityinfo'] }), 'no'],
    ['apps by a filter', apps({ applicationFilter: { mode: 'include', rule: 'x' } }), 'unclear'],
    ['no kind of client named', { clientAppTypes: [] }, 'yes'],
    ['Exchange ActiveSync alone', { clientAppTypes: ['exchangeActiveSync'] }, 'unclear', 'no'],
    ['old sign-ins', { clientAppTypes: ['exchangeActiveSync', 'other'] }, 'no'],
    ['browsers', { clientAppTypes: ['browser'] }, 'no'],
    [
      'all platforms but iOS',
      { platforms: { includePlatforms: ['all'], excludePlatforms: ['iOS'] } },
      'no',
      'yes',
    ],
    [
      'Android and iOS',
      { platforms: { includePlatforms: ['android', 'iOS'], excludePlatforms: [] } },
      'yes',
      'no',
    ],
    ['device codes', { authenticationFlows: { transferMethods: 'deviceCodeFlow' } }, 'no'],
    ['no special flow', { authenticationFlows: { transferMethods: 'none' } }, 'yes'],
    ['everywhere', { locations: { includeLocations: ['All'], excludeLocations: [] } }, 'yes'],
    [
      'outside the office',
      { locations: { includeLocations: ['All'], excludeLocations: ['AllTrusted'] } },
      'yes, at some places only',
    ],
    ['at high risk', { signInRiskLevels: ['high'] }, 'yes, at some risk only'],
    ['at risk from inside', { insiderRiskLevels: 'elevated' }, 'yes, at some risk only'],
    [
      'some devices',
      { devices: { deviceFilter: { mode: 'include', rule: 'x' } } },
      'yes, for some devices only',
    ],
  ])('%s', (_name, conditions, iPhone, mac = iPhone) => {
    expect([judged(conditions), judged(conditions, ANNA, 'Mac')]).toEqual([iPhone, mac]);
  });
});

describe('what a policy demands', () => {
  const one = (builtInControls: readonly string[], operator = 'OR', more: Parts = {}) =>
    demandOf(policy({}, { operator, builtInControls, ...more })).outcome;
  test.each([
    [one([]), 'passes'],
    [one(['block']), 'blocks'],
    [one(['mfa']), 'passes'],
    [one(['passwordChange', 'mfa'], 'AND'), 'passes'],
    [one([], 'AND', { authenticationStrength: { id: 'x' } }), 'passes'],
    [one([], 'OR', { termsOfUse: ['x'] }), 'passes'],
    [one(['compliantDevice']), 'device'],
    [one(['compliantDevice', 'domainJoinedDevice']), 'device'],
    [one(['compliantDevice', 'domainJoinedDevice'], 'AND'), 'blocks'],
    [one(['compliantDevice', 'mfa']), 'passes'],
    [one(['compliantDevice', 'approvedApplication']), 'device'],
    [one(['approvedApplication']), 'passes'],
    [one(['approvedApplication', 'mfa'], 'AND'), 'passes'],
    [one(['compliantApplication', 'approvedApplication']), 'blocks'],
    [one(['compliantApplication', 'compliantDevice'], 'OR'), 'device'],
    [one(['compliantApplication', 'compliantDevice'], 'AND'), 'blocks'],
    [one(['somethingNew']), 'unclear'],
    [one(['somethingNew', 'mfa'], 'AND'), 'unclear'],
    [one(['somethingNew', 'block'], 'AND'), 'blocks'],
    [demandOf(policy({}, null)).outcome, 'passes'],
  ])('%s is %s', (outcome, expected) => {
    expect(outcome).toBe(expected);
  });
});
