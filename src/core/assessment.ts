import type { Finding, Position } from './finding.ts';
import type { Json } from './json.ts';
import type { Reading, WriteRequest } from './request.ts';

/**
 * Steps that move one gate in one direction. Any part of a group lies between its two ends,
 * so the order search needs to look at whole groups only.
 */
export const GATE_GROUPS = [
  'visibility',
  'create',
  'disable',
  'grant',
  'add-assignees',
  'widen-user-consent',
  'require-assignment',
  'stop-requiring-assignment',
  'narrow-user-consent',
  'remove-assignees',
  'revoke-user-grants',
  'revoke-grant',
  'enable',
] as const;

export type GateGroup = (typeof GATE_GROUPS)[number];

/** One difference between desired and actual on one setting. */
export type Change = {
  /** Stable key, unique for the setting within a tenant: `application/assignmentRequired`, `assignments/<principalId>`. */
  readonly setting: string;
  /** The Entra admin centre's label: "Assignment required?". */
  readonly label: string;
  /** Whom or what it concerns, when the label alone does not tell: "SG-iOS-Mail (group)". Directory text. */
  readonly subject?: string;
  /** The value now and the value wanted, normalised so that equal settings are equal JSON; `null` is "absent". */
  readonly before: Json;
  readonly after: Json;
  /** Both values in the admin centre's words, where the values themselves would not tell. */
  readonly words?: { readonly before: string; readonly after: string };
  /** The policy line that asks for it. */
  readonly at?: Position;
  /** Set in a plan for a pull request. */
  readonly cause?: Cause;
};

/**
 * Why a change is in the plan of a pull request. `this pull request`: its policy asks for it, the base's does not ·
 * `drift`: the base's policy asks for it just so, the tenant differs already · `expiring`: an entry of the policy ended.
 */
export type Cause = 'this pull request' | 'drift' | 'expiring';

/** What a step does to the gates of the access model. */
export type Effect =
  | { readonly gate: 'exists'; readonly enabled: boolean; readonly required: boolean }
  | { readonly gate: 'enabled' | 'required'; readonly to: boolean }
  | { readonly gate: 'assignee'; readonly assignee: Assignee; readonly to: boolean }
  | { readonly gate: 'tenantWide'; readonly to: readonly string[] }
  | { readonly gate: 'userConsent'; readonly to: Reading<boolean> }
  | { readonly gate: 'ownGrant'; readonly person: string; readonly to: readonly string[] };

/** One write, the changes it realises, and what it does to the gates. */
export type Move = {
  readonly group: GateGroup;
  readonly request: WriteRequest;
  readonly changes: readonly Change[];
  readonly effects: readonly Effect[];
};

/** A user or group with an app role on the app. */
export type Assignee = {
  /** Object id. */
  readonly id: string;
  readonly type: 'User' | 'Group' | 'ServicePrincipal';
  /** Cached directory text; never an identity. */
  readonly name: string;
};

/** The gates of the app, as far as they were read. */
export type Gates = {
  /** The service principal is in the tenant. */
  readonly exists: boolean;
  readonly enabled: boolean;
  readonly required: boolean;
  /** The mail scopes granted tenant-wide on Office 365 Exchange Online. */
  readonly tenantWide: Reading<ReadonlySet<string>>;
  /** Whether the user consent setting lets an ordinary user consent to this app. */
  readonly userConsent: Reading<boolean>;
  readonly assignees: ReadonlyMap<string, Assignee>;
  /** The mail scopes people granted for themselves, by user id. */
  readonly own: Reading<ReadonlyMap<string, ReadonlySet<string>>>;
};

/** Something the policy deliberately does not manage, as it is now. */
export type LeftAlone = {
  readonly setting: string;
  readonly label: string;
  readonly now: string;
  readonly why: string;
};

/** What one lever found out. Each lever fills in its own gates; the rest stay unset. */
export type Assessment = {
  readonly gates: Partial<Gates>;
  readonly moves: readonly Move[];
  readonly leftAlone: readonly LeftAlone[];
  readonly findings: readonly Finding[];
};
