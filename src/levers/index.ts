import { application } from './application.ts';
import { assignmentRequired } from './assignment-required.ts';
import { assignments } from './assignments.ts';
import { enabledForSignIn } from './enabled-for-sign-in.ts';
import type { Lever } from './lever.ts';
import { tenantWideConsent } from './tenant-wide-consent.ts';
import { userConsent } from './user-consent.ts';
import { userGrants } from './user-grants.ts';
import { visibleToUsers } from './visible-to-users.ts';

/** Every lever, in the order in which the Entra admin centre shows them. */
export const LEVERS: readonly Lever[] = [
  application,
  enabledForSignIn,
  assignmentRequired,
  visibleToUsers,
  assignments,
  tenantWideConsent,
  userConsent,
  userGrants,
];
