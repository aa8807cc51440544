import type {
  AppRoleAssignment,
  Group,
  OAuth2PermissionGrant,
  ServicePrincipal,
  SubscribedSku,
  User,
} from '@microsoft/microsoft-graph-types';
import { expect, test } from 'vitest';
import type { Answer } from '../../../src/core/request.ts';
import { APP } from '../../../src/levers/app.ts';
import { ASSIGNED, assignedIn } from '../../../src/levers/assigned.ts';
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
const ASSIGNMENT: readonly (keyof AppRoleAssignment)[] = [
  'id',
  'principalId',
  'principalType',
  'principalDisplayName',
  'appRoleId',
];

test('an assignment, asked for whole, is read by documented properties', () => {
  const row = Object.fromEntries(ASSIGNMENT.map((property) => [property, 'x']));
  const value = [{ ...row, principalType: 'User' }];
  const answers = new Map<string, Answer>([[ASSIGNED.path, { kind: 'found', value }]]);
  expect(assignedIn(answers)).toEqual([
    { id: 'x', type: 'User', name: 'x', assignment: 'x', defaultRole: false },
  ]);
});

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
