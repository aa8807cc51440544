import {
  type Answers,
  odata,
  type Question,
  type Reading,
  type ReadRequest,
  unknown,
  WHAT_IF,
} from '../core/request.ts';
import { EXCHANGE_ONLINE } from '../core/state.ts';
import { ASSIGNED, assignedIn } from '../levers/assigned.ts';
import { groupsById } from '../levers/principals.ts';
import type { Device } from './explanation.ts';

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The account, by what somebody types: the sign-in name, the mail address (the two may differ), or the object id.
 * As a filter, because a name in a path has traps: a leading `$`, an apostrophe, the `#` of a guest.
 */
export function accountRead(asked: string): ReadRequest {
  const value = odata(asked);
  const filter = GUID.test(asked)
    ? `id%20in%20('${value}')`
    : `userPrincipalName%20eq%20'${value}'%20or%20mail%20eq%20'${value}'`;
  return {
    method: 'GET',
    path: `/users?$filter=${filter}&$select=id,displayName,userPrincipalName,mail,accountEnabled,userType`,
    shape: 'list',
    what: 'the account',
    permission: 'User.ReadBasic.All',
  };
}

/** The groups the person is a direct member of: the only ones that assign anybody to an app. */
export function directGroups(personId: string): ReadRequest {
  return {
    method: 'GET',
    path: `/users/${personId}/memberOf/graph.group?$select=id,displayName&$count=true&$top=999`,
    shape: 'list',
    eventual: true,
    what: 'the groups the person is a direct member of',
    permission: 'GroupMember.Read.All',
  };
}

/** The assigned groups as they are today: an assignment keeps an old name, and outlives a deleted group. */
export function assignedGroups(answers: Answers): readonly ReadRequest[] {
  if (answers.get(ASSIGNED.path)?.kind !== 'found') return [];
  return groupsById(assignedIn(answers).flatMap(({ id, type }) => (type === 'Group' ? [id] : [])));
}

/** Nested ones too: never for the assignment, but Conditional Access counts them, and it shows who is nested only. */
export function nestedGroups(personId: string): ReadRequest {
  return {
    method: 'GET',
    path: `/users/${personId}/transitiveMemberOf?$select=id&$top=999`,
    shape: 'list',
    what: 'the groups the person is in at any depth',
    permission: 'GroupMember.Read.All',
  };
}

/** The service plans of the person. Apart, so that a refusal does not take the account along. */
export function plansOf(personId: string): ReadRequest {
  return {
    method: 'GET',
    path: `/users/${personId}?$select=id,accountEnabled,assignedPlans`,
    shape: 'one',
    what: 'the service plans of the person',
    permission: 'User.Read.All',
  };
}

/** The grants this one person gave the app. */
export function grantsOfPerson(app: string, personId: string): ReadRequest {
  return {
    method: 'GET',
    path: `/oauth2PermissionGrants?$filter=clientId%20eq%20'${app}'%20and%20principalId%20eq%20'${personId}'&$select=id,clientId,consentType,principalId,resourceId,scope`,
    shape: 'list',
    what: 'the grants the person gave themselves',
    permission: 'DelegatedPermissionGrant.Read.All',
  };
}

export const CONDITIONAL_ACCESS: ReadRequest = {
  method: 'GET',
  path: '/identity/conditionalAccess/policies?$select=id,displayName,state,conditions,grantControls',
  shape: 'list',
  what: 'the Conditional Access policies',
  permission: 'Policy.Read.All',
};

export const SECURITY_DEFAULTS: ReadRequest = {
  method: 'GET',
  path: '/policies/identitySecurityDefaultsEnforcementPolicy?$select=id,isEnabled',
  shape: 'one',
  what: 'the security defaults',
  permission: 'Policy.Read.All',
};

const PLATFORMS: { readonly [device in Device]: 'iOS' | 'macOS' } = {
  'iPhone and iPad': 'iOS',
  Mac: 'macOS',
};

/** What Conditional Access would do when the person signs in to Exchange Online on this device. Nothing is changed. */
export function whatIf(personId: string, device: Device): Question {
  return {
    method: 'POST',
    path: `${WHAT_IF}#${PLATFORMS[device]}`,
    body: {
      signInIdentity: { '@odata.type': '#microsoft.graph.userSignIn', userId: personId },
      signInContext: {
        '@odata.type': '#microsoft.graph.applicationContext',
        includeApplications: [EXCHANGE_ONLINE],
      },
      signInConditions: {
        devicePlatform: PLATFORMS[device],
        clientAppType: 'mobileAppsAndDesktopClients',
      },
      appliedPoliciesOnly: true,
    },
    shape: 'list',
    what: 'what Conditional Access would do',
    permission: 'Policy.Read.ConditionalAccess',
  };
}

/** Why an answer says nothing: refused, with the permission that would let it be read, or not found. */
export function unread<T>(answers: Answers, read: ReadRequest): Reading<T> {
  const answer = answers.get(read.path);
  if (answer?.kind !== 'refused') return unknown(`${read.what} could not be read: not found`);
  return unknown(`${read.what} could not be read (${answer.message})`);
}

/** What lets a refused read be made. */
export function grantFix(read: ReadRequest): string {
  return `Grant ${read.permission} to the plan identity (Entra admin centre › App registrations › API permissions › Grant admin consent).`;
}
