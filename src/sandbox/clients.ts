import type { Client } from './tenant.ts';

/** The identity that plans: it can only read. */
export const SANDBOX_CLIENT_ID = '112b06a6-656a-47c1-a2b9-73f2ac633396';
/** The identity that applies. */
export const SANDBOX_APPLY_CLIENT_ID = '6be6376b-ac04-4756-b1ff-1d26681b5edf';
/** No secret at all: it opens nothing but the sandbox. */
export const SANDBOX_SECRET = 'sandbox-not-a-secret';

/** What planning needs, nothing of which can write. */
export const PLAN_PERMISSIONS = [
  'Application.Read.All',
  'Policy.Read.All',
  'Policy.Read.PermissionGrant',
  'DelegatedPermissionGrant.Read.All',
  'GroupMember.Read.All',
  'User.ReadBasic.All',
  'LicenseAssignment.Read.All',
  'RoleManagement.Read.Directory',
  'AuditLog.Read.All',
] as const;

/** What applying needs on top. */
const APPLY_PERMISSIONS = [
  ...PLAN_PERMISSIONS,
  'Application.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'Policy.ReadWrite.Authorization',
  'Policy.ReadWrite.PermissionGrant',
] as const;

/** The two app registrations every built-in tenant knows. */
export function registeredClients(): Client[] {
  return [
    {
      clientId: SANDBOX_CLIENT_ID,
      displayName: 'iosmail plan',
      secret: SANDBOX_SECRET,
      permissions: [...PLAN_PERMISSIONS],
    },
    {
      clientId: SANDBOX_APPLY_CLIENT_ID,
      displayName: 'iosmail apply',
      secret: SANDBOX_SECRET,
      permissions: [...APPLY_PERMISSIONS],
    },
  ];
}
