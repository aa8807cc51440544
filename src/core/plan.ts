import type { Change, GateGroup, LeftAlone } from './assessment.ts';
import type { Finding } from './finding.ts';
import type { WriteRequest } from './request.ts';
import type { RestsOn } from './rests-on.ts';
import type { Cloud, Desired } from './state.ts';

/** Version of the plan file; a file of another version is refused. */
export const PLAN_FORMAT = 1;

/** none: cannot sign in · may: can open it by consenting · has: signing in works · unknown: a read was refused. */
export type Level = 'none' | 'may' | 'has';
export type LevelOrUnknown = Level | 'unknown';

/** A person whose access the plan could tell. */
export type Person = {
  /** User object id. */
  readonly id: string;
  /** UPN where it was read, else the cached display name. Directory text. */
  readonly name: string;
  /** Why they are considered: "member of SG-iOS-Mail", "assigned directly", "consented for themselves". */
  readonly via: readonly string[];
  /** What is special about the account; unset where nothing is. A disabled account is told only where it may be read. */
  readonly kind?: readonly Kind[];
  /** What moves them, gate by gate: "SG-iOS-Mail is no longer assigned". Unset for whom nothing moves. Directory text. */
  readonly why?: readonly string[];
  /** What shows that they use the app; for who loses access, once it was looked for. */
  readonly use?: Use;
};

/** A Global Administrator passes "Assignment required?" unassigned. */
export type Kind = 'guest' | 'account disabled' | 'Global Administrator';

/**
 * seen: signed in, last on that UTC day · grant: consented for themselves, no sign-in seen · none: neither, and all was
 * read · unknown: neither, and something could not be read.
 */
export type Use =
  | { readonly evidence: 'seen'; readonly last: string }
  | { readonly evidence: 'grant' | 'none' }
  | { readonly evidence: 'unknown'; readonly why: string };

export type Impact = {
  readonly gain: readonly Person[];
  readonly lose: readonly Person[];
  /** People who can sign in before and after. */
  readonly retain: readonly Person[];
  /** People for whom before or after could not be told, with the reason. */
  readonly unknown: readonly Person[];
  /** Everybody of the tenant who is not among the people above. */
  readonly everyoneElse: { readonly before: LevelOrUnknown; readonly after: LevelOrUnknown };
  /** Sources that could not be read, in words; with any, the numbers are a lower bound. */
  readonly unread: readonly string[];
};

export type Effectiveness = 'widens' | 'narrows' | 'widens and narrows' | 'neutral';

/** One write of the plan, in its place. */
export type Step = {
  /** From 1. */
  readonly number: number;
  readonly group: GateGroup;
  readonly direction: 'widens' | 'narrows' | 'neutral';
  /**
   * Two agreeing reads and this many seconds come before the step. Set on the first step of a narrowing stretch, and on
   * the widening step that follows one.
   */
  readonly settle?: number;
  readonly request: WriteRequest;
  readonly changes: readonly Change[];
};

/** Why the order is safe, for the reader to check: everybody's level after each group of steps. */
export type OrderProof = {
  /** Safe for any membership of the groups, or only for the membership that was read. */
  readonly holdsFor: 'any membership' | 'the membership as read';
  /** What the proof assumes where Entra's behaviour is not proven. */
  readonly assumptions: readonly string[];
  /** Soft rules that had to give way, in words. */
  readonly gaveWay: readonly string[];
  /** Set when `safety.transition` gave up a hard rule: which, and for whom. */
  readonly givenUp?: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly who: string; readonly levels: readonly string[] }[];
};

export type TenantPlan = {
  readonly tenant: { readonly name: string; readonly id: string; readonly cloud: Cloud };
  readonly appId: string;
  /** `unchanged`: nothing to do · `changes`: ready to apply · `refused`: a rule said no, nothing may be sent. */
  readonly status: 'unchanged' | 'changes' | 'refused';
  readonly effect: Effectiveness;
  readonly impact: Impact;
  readonly steps: readonly Step[];
  readonly order?: OrderProof;
  readonly leftAlone: readonly LeftAlone[];
  /** What the impact rests on beside the steps; where it moved, the plan is stale. */
  readonly restsOn: RestsOn;
  readonly findings: readonly Finding[];
  /** How many approvals the guardrails ask for; unset: no more than the settings do. */
  readonly approvals?: number;
  /** The effective policy the plan was made for. */
  readonly policy: Desired;
  /** The effective policy of the base, in a plan for a pull request; `null`: the base has none for this tenant. */
  readonly policyBefore?: Desired | null;
  /** `sha256:<hex>` over what a review is about. */
  readonly digest: string;
};

/** A tenant that could not be planned: something broke, nothing was decided. */
export type FailedTenant = {
  readonly tenant: { readonly name: string; readonly id: string; readonly cloud: Cloud };
  readonly status: 'failed';
  readonly error: { readonly message: string; readonly fix: string };
};

export function isFailed(tenant: TenantPlan | FailedTenant): tenant is FailedTenant {
  return tenant.status === 'failed';
}

/** What Graph was asked for, counted on the wire. */
export type Cost = { readonly roundTrips: number; readonly requests: number; readonly signIn: number };

/** A plan file: every tenant of one run. */
export type Plan = {
  readonly formatVersion: typeof PLAN_FORMAT;
  readonly tool: { readonly name: 'iosmail'; readonly version: string };
  /** The UTC day the dates of the policy were judged by. */
  readonly day: string;
  readonly tenants: readonly (TenantPlan | FailedTenant)[];
  /** Set when the plan was made for a pull request. */
  readonly proposal?: Proposal;
};

/** What a plan for a pull request compares: the base, and the base with the head merged into it. */
export type Proposal = {
  /** Commit ids. */
  readonly base: string;
  readonly head: string;
  /** When reading began, ISO 8601 in UTC. */
  readonly readAt: string;
  /** Tenants whose policy file goes away: no longer managed, everything stays as it is. */
  readonly noLongerManaged: readonly { readonly name: string; readonly id: string }[];
  /** How many tenants are not planned, because their effective policy stays the same. */
  readonly untouched: number;
  /** What the files say that is not about a planned tenant, errors first. */
  readonly findings: readonly Finding[];
};
