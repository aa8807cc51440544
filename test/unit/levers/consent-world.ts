import type { Answer } from '../../../src/core/request.ts';
import type { UserConsentMode } from '../../../src/core/state.ts';
import { userConsent } from '../../../src/levers/user-consent.ts';
import { policy } from '../core/tenant-double.ts';
import { converse, EXCHANGE, exchange, found } from './converse.ts';

export const SELF = 'ManagePermissionGrantsForSelf.';
export const OWNED = 'ManagePermissionGrantsForOwnedResource.';
export const TEAM = `${OWNED}microsoft-dynamically-managed-permissions-for-team`;
export const LEGACY = 'microsoft-user-default-legacy';
export const LOW = 'microsoft-user-default-low';
export const RECOMMENDED = 'microsoft-user-default-recommended';
export const MAIL_CLIENTS = 'microsoft-user-default-allow-consent-apps';
export const APPLE = 'f8d98a96-0999-43f5-8af3-69971c7bb423';
export const EXO = '00000002-0000-0ff1-ce00-000000000000';

export type World = {
  readonly setting?: Answer;
  readonly policies?: Answer;
  readonly exchange?: Answer;
  readonly low?: Answer;
};
export const setting = (...entries: readonly string[]): Answer =>
  found({ defaultUserRolePermissions: { permissionGrantPoliciesAssigned: entries } });
export const run = (mode: UserConsentMode | 'unmanaged', world: World) =>
  converse(userConsent, policy({ consent: { userConsent: mode } }), [
    ['/policies/authorizationPolicy', world.setting ?? setting()],
    ['/policies/permissionGrantPolicies', world.policies ?? found([])],
    [EXCHANGE, world.exchange ?? exchange],
    ['/servicePrincipals/exo/delegatedPermissionClassifications', world.low ?? found([])],
  ]);
export const now = (world: World) => run('unmanaged', world).assessment.gates.userConsent;
export const patch = (...entries: readonly string[]) => [
  'PATCH',
  '/policies/authorizationPolicy',
  { defaultUserRolePermissions: { permissionGrantPoliciesAssigned: entries } },
];
export const self = (...ids: readonly string[]) => setting(...ids.map((id) => `${SELF}${id}`));
