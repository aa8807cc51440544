/** A directory and an app for the users and groups of the app. */
import type { Json } from '../../../src/core/json.ts';
import type { Answer } from '../../../src/core/request.ts';
import type { Desired, GroupEntry, UserEntry } from '../../../src/core/state.ts';
import { assignments } from '../../../src/levers/assignments.ts';
import { policy } from '../core/tenant-double.ts';
import { APP, ASSIGNED, app, converse, DAY, DEFAULT_ROLE, found } from './converse.ts';

export const YESTERDAY = '2026-11-23';
export const TOMORROW = '2026-11-25';
export const P1 = found([
  {
    capabilityStatus: 'Enabled',
    servicePlans: [{ servicePlanId: '41781FB2-bc02-4b7c-bd55-b576c07bb09d', provisioningStatus: 'Success' }],
  },
]);
export const group = (
  id: string,
  displayName: string,
  parts: { readonly [key: string]: Json } = {},
): Json => ({
  id,
  displayName,
  securityEnabled: true,
  ...parts,
});
export const user = (id: string, parts: { readonly [key: string]: Json } = {}): Json => ({
  id,
  userPrincipalName: `${id}@contoso.example`,
  accountEnabled: true,
  userType: 'Member',
  ...parts,
});
export const assigned = (principalId: string, principalType: string, appRoleId = DEFAULT_ROLE): Json => ({
  id: `as-${principalId}`,
  principalId,
  principalType,
  appRoleId,
  principalDisplayName: `name of ${principalId}`,
});
export type World = {
  readonly assigned?: readonly Json[];
  readonly groups?: Answer;
  readonly users?: Answer;
  readonly members?: Answer;
  readonly nested?: Answer;
  readonly skus?: Answer;
  readonly app?: Answer;
};
export const SALES = group('g1', 'SG-Sales');

export function run(parts: Partial<Desired['assignments']>, world: World, day = DAY) {
  return converse(
    assignments,
    policy({ assignments: parts }),
    [
      [ASSIGNED, found(world.assigned ?? [])],
      [APP, world.app ?? app()],
      ['/groups?', world.groups ?? found([SALES])],
      ['/users?', world.users ?? found([user('ann'), user('bob')])],
      ['/groups/g1/members/graph.user', world.members ?? found([user('bob'), user('ann')])],
      ['/groups/g1/members/graph.group', world.nested ?? found(0)],
      ['/subscribedSkus', world.skus ?? P1],
    ],
    day,
  );
}
export const sales: GroupEntry = { name: 'SG-Sales', as: 'group' };
export const ann: UserEntry = { upn: 'ann@contoso.example' };
export const add = (principalId: string): readonly [string, string, Json] => [
  'POST',
  '/servicePrincipals/sp/appRoleAssignedTo',
  { principalId, resourceId: 'sp', appRoleId: DEFAULT_ROLE },
];
export const remove = (principalId: string): readonly [string, string] => [
  'DELETE',
  `/servicePrincipals/sp/appRoleAssignedTo/as-${principalId}`,
];
