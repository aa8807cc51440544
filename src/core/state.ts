import type { Position } from './finding.ts';
import type { Guard } from './guardrail.ts';
import type { Incident } from './incident.ts';

/** The appId of the enterprise app *Apple Internet Accounts*; the display name is no key (it was "iOS Accounts" once). */
export const APPLE_MAIL = 'f8d98a96-0999-43f5-8af3-69971c7bb423';
/** The appId of *Office 365 Exchange Online*, the resource whose scopes the app needs. */
export const EXCHANGE_ONLINE = '00000002-0000-0ff1-ce00-000000000000';
/** The role that "Default Access" means; the only one we manage. */
export const DEFAULT_ROLE = '00000000-0000-0000-0000-000000000000';
/** The two delegated scopes a native mail client asks for: ActiveSync (iPhone, iPad) and EWS (Mac). */
export const MAIL_SCOPES = ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'] as const;

export type MailScope = (typeof MAIL_SCOPES)[number];
export type Cloud = 'global' | 'usgov' | 'usgovdod' | 'china';

/** A setting the policy leaves alone. */
export type Unmanaged = 'unmanaged';

export type UserConsentMode =
  | 'none'
  | 'lowImpact'
  | 'microsoftManaged'
  | 'microsoftManagedMailClients'
  | 'allApps'
  | 'thisAppOnly'
  | { readonly custom: string };

export type GroupEntry = {
  readonly name?: string;
  /** Object id; pins the group across renames. At least one of `name` and `id` is set. */
  readonly id?: string;
  readonly as: 'group' | 'members';
  /** With `as: members`: refuse when the group has more members than this. */
  readonly limit?: number;
  readonly from?: string;
  readonly until?: string;
  readonly reason?: string;
};

export type UserEntry = {
  readonly upn: string;
  readonly from?: string;
  readonly until?: string;
  readonly reason?: string;
};

export type Exception = {
  readonly rule: string;
  readonly limit?: number;
  /** With protected-person: whom it is about, in lower case. */
  readonly upn?: string;
  readonly reason: string;
  readonly until: string;
};

/** The effective policy of one tenant: baseline and tenant file merged, defaults filled in. JSON; part of the digest. */
export type Desired = {
  readonly tenant: {
    readonly name: string;
    /** Lower-case GUID. */
    readonly id: string;
    readonly cloud: Cloud;
    readonly labels: { readonly [label: string]: string };
    readonly identity?: { readonly plan?: string; readonly apply?: string };
  };
  readonly application: {
    readonly enabledForSignIn: boolean | Unmanaged;
    readonly assignmentRequired: boolean | Unmanaged;
    readonly visibleToUsers: boolean | Unmanaged;
  };
  readonly consent: {
    readonly tenantWide: readonly MailScope[] | Unmanaged;
    readonly userConsent: UserConsentMode | Unmanaged;
    readonly userGrants: 'keep' | 'report' | 'revoke';
  };
  readonly assignments: {
    readonly groups: readonly GroupEntry[] | Unmanaged;
    readonly users: readonly UserEntry[] | Unmanaged;
    /** Set as soon as one of the lists is managed. */
    readonly unlisted?: 'remove' | 'keep';
  };
  readonly safety: {
    readonly protected: readonly string[];
    /** A number of people, or a percentage such as `10%`; unset: the larger of 3 people and 10 %. */
    readonly maxRemovals?: number | string;
    readonly transition: 'refuse' | 'continuity' | 'containment';
    /** Seconds between agreeing reads and a narrowing step. */
    readonly settle: number;
  };
  /** A lever pulled in an emergency, the tenant's own or that of all; while `blocked`, enabledForSignIn is false. */
  readonly incident?: Incident;
  readonly exceptions: readonly Exception[];
};

/**
 * Where each effective value comes from, by JSON pointer into `Desired`
 * (`/application/assignmentRequired`, `/assignments/groups/0`). A value nobody wrote has no entry.
 */
export type Origins = { readonly [pointer: string]: Position };

/** The policy of one tenant, ready to plan. */
export type TenantPolicy = {
  readonly desired: Desired;
  readonly origins: Origins;
  /** The guardrails its plans are judged by; unset where the repository has none. */
  readonly guard?: Guard;
};

/** A UTC calendar day, `2026-11-24`. Compares as text. */
export type Day = string;

/** Whether a dated entry counts on that day: `from` and `until` are inclusive UTC days. */
export function inForce(entry: { readonly from?: Day; readonly until?: Day }, day: Day): boolean {
  return (entry.from ?? day) <= day && day <= (entry.until ?? day);
}
