import { APPLE_MAIL, EXCHANGE_ONLINE } from '../core/state.ts';
import { guid } from './ids.ts';
import type { ConditionSet, PermissionGrantPolicy } from './tenant.ts';

/** The mail clients that Microsoft's own policy lets people consent to. */
const MAIL_CLIENTS = [
  APPLE_MAIL,
  'b50c1dbd-1855-4e54-b07c-d3c3029e93d3', // Spark
  'e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd', // eM Client
  '8acd33ea-7197-4a96-bc33-d7cc7101262f', // Samsung Email
  '2cee05de-2b8f-45a2-8289-2a06ca32c4c8', // Gmail
  '9e5f94bc-e8a4-4e73-b8be-63364c29d753', // Thunderbird
];

/** The Exchange Online scopes that only those clients may get by a user's consent. */
const MAIL_SCOPE_IDS = [
  '266d2589-20b5-4f91-9a03-89247d1be8da',
  '3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5',
  '1f1a2c5e-2d4b-4a7e-9a53-6c0d4b7e8f01',
  '2f2a2c5e-2d4b-4a7e-9a53-6c0d4b7e8f02',
];

/** A condition set with Graph's defaults: whatever is left out is as inclusive as can be. */
export function conditionSet(id: string, given: Partial<Omit<ConditionSet, 'id'>>): ConditionSet {
  return {
    id,
    permissionClassification: 'all',
    permissionType: 'delegated',
    resourceApplication: 'any',
    permissions: ['all'],
    clientApplicationIds: ['all'],
    clientApplicationTenantIds: ['all'],
    clientApplicationPublisherIds: ['all'],
    clientApplicationsFromVerifiedPublisherOnly: false,
    ...given,
  };
}

type Conditions = readonly Partial<Omit<ConditionSet, 'id'>>[];

function policy(
  id: string,
  displayName: string,
  includes: Conditions,
  excludes: Conditions = [],
): PermissionGrantPolicy {
  const sets = (kind: string, conditions: Conditions): ConditionSet[] =>
    conditions.map((given, at) => conditionSet(guid('condition', id, kind, String(at)), given));
  return {
    id,
    displayName,
    description: `${displayName}, managed by Microsoft.`,
    includes: sets('includes', includes),
    excludes: sets('excludes', excludes),
  };
}

const user = 'delegatedUserConsentable';

/** The permission grant policies every tenant has. Nobody in the tenant can edit them; Microsoft can, at any time. */
export function builtInConsentPolicies(): PermissionGrantPolicy[] {
  return [
    policy('microsoft-user-default-legacy', 'Default User Legacy Policy', [{ permissionType: user }]),
    policy('microsoft-user-default-low', 'Default User Low Risk Policy', [
      { permissionClassification: 'low', clientApplicationsFromVerifiedPublisherOnly: true },
    ]),
    policy(
      'microsoft-user-default-recommended',
      'Microsoft User Default Recommended Policy',
      [{ permissionType: user }],
      [{ permissionType: user, resourceApplication: EXCHANGE_ONLINE, permissions: [...MAIL_SCOPE_IDS] }],
    ),
    policy('microsoft-user-default-allow-consent-apps', 'Microsoft User Default Allow Consent Apps', [
      {
        permissionType: user,
        resourceApplication: EXCHANGE_ONLINE,
        permissions: [...MAIL_SCOPE_IDS],
        clientApplicationIds: [...MAIL_CLIENTS],
      },
    ]),
    policy('microsoft-application-admin', 'Application Admin Policy', [
      { permissionType: 'application' },
      { permissionType: 'delegated' },
    ]),
    policy('microsoft-company-admin', 'Company Admin Policy', [
      { permissionType: 'application' },
      { permissionType: 'delegated' },
    ]),
    policy('microsoft-dynamically-managed-permissions-for-team', 'Team permissions', [
      { permissionType: 'application' },
    ]),
    policy('microsoft-dynamically-managed-permissions-for-chat', 'Chat permissions', [
      { permissionType: 'application' },
    ]),
  ];
}

/** Whether a policy is Microsoft's: the prefix is reserved. */
export function isBuiltIn(policyId: string): boolean {
  return policyId.toLowerCase().startsWith('microsoft-');
}
