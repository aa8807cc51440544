import type {
  AppRoleAssignment,
  Group,
  OAuth2PermissionGrant,
  ServicePrincipal,
  SubscribedSku,
  User,
} from '@microsoft/microsoft-graph-types';
import { expect, test } from 'vitest';
import { APP } from '../../../src/levers/app.ts';
import { EXCHANGE } from '../../../src/levers/exchange.ts';
import { allGrants } from '../../../src/levers/grants.ts';
import { SUBSCRIPTIONS } from '../../../src/levers/licence.ts';
import { groupsById, membersOf, usersById } from '../../../src/levers/principals.ts';

// Microsoft's own types know these properties: a misspelt one does not compile, and a new one must be added here.
const SERVICE_PRINCIPAL: readonly (keyof ServicePrincipal)[] = [
  'id',
  'appId',
  'displayName',
  'accountEnabled',
  'appRoleAssignmentRequired',
  'tags',
  'appRoles',
  'disabledByMicrosoftStatus',
  'oauth2PermissionScopes',
];
const GRANT: readonly (keyof OAuth2PermissionGrant)[] = [
  'id',
  'clientId',
  'consentType',
  'principalId',
  'resourceId',
  'scope',
];
const GROUP: readonly (keyof Group)[] = ['id', 'displayName', 'securityEnabled'];
const USER: readonly (keyof User)[] = ['id', 'userPrincipalName', 'accountEnabled', 'userType'];
const SKU: readonly (keyof SubscribedSku)[] = ['skuPartNumber', 'capabilityStatus', 'servicePlans'];
// What is read of an assignment, which is asked for without $select.
const _assignment: readonly (keyof AppRoleAssignment)[] = [
  'id',
  'principalId',
  'principalType',
  'principalDisplayName',
  'appRoleId',
];

test.each([
  ['the app', APP.path, SERVICE_PRINCIPAL],
  ['Exchange Online', EXCHANGE.path, SERVICE_PRINCIPAL],
  ['grants', allGrants('x').path, GRANT],
  ['groups', groupsById(['x'])[0]?.path, GROUP],
  ['users', usersById(['x'])[0]?.path, USER],
  ['members', membersOf('x').path, USER],
  ['subscriptions', SUBSCRIPTIONS.path, SKU],
])('%s: every property asked for is one of the documented type', (_, path, known) => {
  const asked = /\$select=([^&]+)/.exec(path ?? '')?.[1]?.split(',') ?? [];
  expect(asked.length).toBeGreaterThan(0);
  expect(known).toEqual(expect.arrayContaining(asked));
});
