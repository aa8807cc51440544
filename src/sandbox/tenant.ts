import type { Audit } from './audit-entry.ts';

/** A user of the directory. Only what mail access is about, and what Graph shows of it. */
export type User = {
  readonly id: string;
  displayName: string;
  userPrincipalName: string;
  mail: string | null;
  accountEnabled: boolean;
  userType: 'Member' | 'Guest';
  onPremisesSyncEnabled: boolean | null;
  /** False: no Exchange Online plan is assigned. Unset: a member has one, a guest has none. */
  mailbox?: boolean;
};

/** A group. `members` holds object ids of users and groups: direct members, for nobody inherits an app assignment. */
export type Group = {
  readonly id: string;
  displayName: string;
  mailNickname: string;
  securityEnabled: boolean;
  mailEnabled: boolean;
  groupTypes: string[];
  isAssignableToRole: boolean | null;
  membershipRule: string | null;
  onPremisesSyncEnabled: boolean | null;
  members: Set<string>;
};

export type PermissionScope = {
  readonly id: string;
  readonly value: string;
  readonly type: string;
  readonly isEnabled: boolean;
  readonly adminConsentDisplayName: string;
  readonly adminConsentDescription: string;
  readonly userConsentDisplayName: string;
  readonly userConsentDescription: string;
};

type AppRole = {
  readonly id: string;
  readonly value: string | null;
  readonly displayName: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly allowedMemberTypes: string[];
};

/** An enterprise app. Booleans may be null, as real old objects show them. */
export type ServicePrincipal = {
  readonly id: string;
  readonly appId: string;
  displayName: string;
  accountEnabled: boolean | null;
  appRoleAssignmentRequired: boolean | null;
  tags: string[];
  notes: string | null;
  appRoles: AppRole[];
  deletedDateTime: string | null;
};

/** An app role assignment, of any resource. */
export type Assignment = {
  readonly id: string;
  appRoleId: string;
  createdDateTime: string;
  principalId: string;
  principalType: 'User' | 'Group' | 'ServicePrincipal';
  /** A copy from the day of the assignment; may be stale, also of a principal that is gone. */
  principalDisplayName: string | null;
  resourceId: string;
};

/** A delegated permission grant: tenant-wide (`AllPrincipals`) or a person's own (`Principal`). */
export type Grant = {
  readonly id: string;
  clientId: string;
  consentType: 'AllPrincipals' | 'Principal';
  principalId: string | null;
  resourceId: string;
  scope: string;
};

/** A delegated scope that an administrator classified, which `microsoft-user-default-low` goes by. */
export type Classification = {
  readonly id: string;
  /** Object id of the service principal whose scope it is. */
  resourceId: string;
  permissionId: string;
  permissionName: string;
  classification: 'low' | 'medium' | 'high';
};

export type ConditionSet = {
  readonly id: string;
  permissionClassification: string;
  permissionType: string;
  resourceApplication: string;
  permissions: string[];
  clientApplicationIds: string[];
  clientApplicationTenantIds: string[];
  clientApplicationPublisherIds: string[];
  clientApplicationsFromVerifiedPublisherOnly: boolean;
};

export type PermissionGrantPolicy = {
  readonly id: string;
  displayName: string;
  description: string;
  includes: ConditionSet[];
  excludes: ConditionSet[];
};

export type AuthorizationPolicy = {
  allowInvitesFrom: string;
  allowUserConsentForRiskyApps: boolean | null;
  defaultUserRolePermissions: {
    allowedToCreateApps: boolean;
    allowedToCreateSecurityGroups: boolean;
    allowedToCreateTenants: boolean;
    allowedToReadBitlockerKeysForOwnedDevice: boolean;
    allowedToReadOtherUsers: boolean;
    /** Stored with the prefix as written; answered in changing case and order. */
    permissionGrantPoliciesAssigned: string[];
  };
};

/** A Conditional Access policy, in as many words as matter for mail; the rest is answered as unset. */
export type ConditionalAccessPolicy = {
  readonly id: string;
  displayName: string;
  state: 'enabled' | 'disabled' | 'enabledForReportingButNotEnforced';
  conditions: {
    users: {
      includeUsers?: string[];
      excludeUsers?: string[];
      includeGroups?: string[];
      excludeGroups?: string[];
    };
    applications: string[];
    clientAppTypes: string[];
    /** Unset: whichever. */
    platforms?: string[];
  };
  grantControls: { operator: 'AND' | 'OR'; builtInControls: string[] };
};

type DirectoryRole = {
  readonly id: string;
  readonly roleTemplateId: string;
  displayName: string;
  members: Set<string>;
};

export type SubscribedSku = {
  skuId: string;
  skuPartNumber: string;
  capabilityStatus: 'Enabled' | 'Suspended' | 'Warning';
  units: number;
  servicePlans: { servicePlanId: string; servicePlanName: string; provisioningStatus: string }[];
};

/** An interactive sign-in, as the log keeps it. */
export type SignIn = {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly userId: string;
  /** Why it failed; unset where it did not. */
  readonly errorCode?: number;
  /** Default: Apple Mail. */
  readonly appId?: string;
};

/** An app registration that may sign in to the tenant as itself, with Graph application permissions. */
export type Client = {
  readonly clientId: string;
  displayName: string;
  secret?: string;
  /** SHA-256 thumbprints of registered certificates, base64url. */
  certificates?: string[];
  /** Federated credentials: who may sign in with a token of another issuer. */
  federated?: { issuer: string; subject: string; audience: string }[];
  permissions: string[];
};

/** How this tenant misbehaves. Plain data: a test or the portal sets it at any time. */
type Settings = {
  /** PATCH of the authorization policy answers 204 and changes nothing, as seen in Microsoft-managed tenants. */
  discardConsentWrites?: boolean;
  /** Reads do not show writes younger than this. */
  lagSeconds?: number;
  /** The directory audit log does not show entries younger than this. */
  auditLagSeconds?: number;
  /** Graph permissions (`Policy.Read.All`) or paths (`/policies/authorizationPolicy`) that are refused with 403. */
  refuse?: string[];
  /** The next `remaining` Graph requests are throttled: the exchange, or each item inside a batch. */
  throttle?: { remaining: number; retryAfter?: number; where: 'exchange' | 'item' };
  /** Which of the two seen shapes a duplicate assignment answers; default: by kind of principal. */
  duplicateAssignment?: 'permission' | 'entitlement';
  /** Tokens carry this tenant id instead of the own one. */
  tokenTenantId?: string;
};

/** One tenant, as plain mutable data: requests change it, and so may a test or "the portal". */
export type Tenant = {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly users: Map<string, User>;
  readonly groups: Map<string, Group>;
  readonly servicePrincipals: Map<string, ServicePrincipal>;
  /** Soft-deleted service principals, restorable for 30 days. */
  readonly deletedItems: Map<string, ServicePrincipal>;
  readonly assignments: Map<string, Assignment>;
  readonly grants: Map<string, Grant>;
  readonly classifications: Map<string, Classification>;
  readonly permissionGrantPolicies: Map<string, PermissionGrantPolicy>;
  /** One entry, under the key `authorizationPolicy`. */
  readonly policies: Map<'authorizationPolicy', AuthorizationPolicy>;
  readonly roles: Map<string, DirectoryRole>;
  readonly subscribedSkus: SubscribedSku[];
  readonly conditionalAccess: ConditionalAccessPolicy[];
  securityDefaults: boolean;
  /** In any order. */
  readonly signIns: SignIn[];
  /** Oldest first. */
  readonly audits: Audit[];
  readonly clients: Map<string, Client>;
  settings: Settings;
};

/** The tables whose writes can lag. */
export type TableName =
  | 'servicePrincipals'
  | 'deletedItems'
  | 'assignments'
  | 'grants'
  | 'classifications'
  | 'permissionGrantPolicies'
  | 'policies';
