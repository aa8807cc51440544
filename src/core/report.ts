import type { Change } from './assessment.ts';
import type { Json } from './json.ts';
import type { Reading } from './request.ts';
import type { Standing } from './standing.ts';
import type { Cloud } from './state.ts';

/** Version of the report of an apply. */
export const REPORT_FORMAT = 1;

/**
 * done: sent and accepted · already so: nothing had to be sent, or Graph said it was there (or gone) already ·
 * not sent: an earlier step stopped the tenant · failed: refused or broke, not executed, or accepted without effect ·
 * not known: the answer was lost and a read could not tell.
 */
export type StepResult = 'done' | 'already so' | 'not sent' | 'failed' | 'not known';

/** One step of the reviewed plan and what became of it. */
export type StepReport = {
  /** As in the plan. */
  readonly number: number;
  /** The request in words, for a step without changes. */
  readonly what: string;
  readonly changes: readonly Change[];
  readonly result: StepResult;
  /** What Graph said, or why it was not sent. Foreign text. */
  readonly note?: string;
};

/** What the read after the last step found. */
export type Verification = {
  readonly result: 'as planned' | 'not as planned' | 'not read';
  /** One sentence for each thing that is not as planned, or that moved meanwhile. */
  readonly notes: readonly string[];
};

/**
 * applied: every remaining step was sent and the read after it agrees · nothing to do: the live state is the planned
 * one already · stale: the live state is not one the review covers, nothing sent · refused: a rule said no, nothing
 * sent · failed: broke before anything was sent · partly applied: something was sent and the rest was not, or
 * what was sent did not take.
 */
export type Outcome = 'applied' | 'nothing to do' | 'stale' | 'refused' | 'failed' | 'partly applied';

/** Under which review a tenant was applied. Logins and ids of GitHub, never text anybody chose freely. */
export type ReviewedUnder = {
  readonly kind: 'pull request' | 'fresh plan' | 'direct push';
  readonly pull?: number;
  /** The commit whose plan was reviewed. */
  readonly head?: string;
  readonly digest?: string;
  /** Who approved: logins. */
  readonly approvedBy: readonly string[];
};

export type TenantReport = {
  readonly tenant: { readonly name: string; readonly id: string; readonly cloud: Cloud };
  /** Unset for a person at a desk. */
  readonly review?: ReviewedUnder;
  readonly outcome: Outcome;
  readonly steps: readonly StepReport[];
  readonly verification?: Verification;
  /** Set when stale: the managed settings as reviewed and as they are now. */
  readonly moved?: { readonly reviewed: Json; readonly live: Json };
  /** Set where the plan was begun and did not end as planned: where people stand now, or why that could not be read. */
  readonly standing?: Reading<Standing>;
  /** Why it did not end as planned, and what to do next. */
  readonly problem?: { readonly message: string; readonly fix: string };
  /** Set where nothing was sent and no fresh plan could be made either: the next apply tries it again. */
  readonly unplanned?: true;
};

/** What an apply did, tenant by tenant. */
export type ApplyReport = {
  readonly formatVersion: typeof REPORT_FORMAT;
  readonly tool: { readonly name: 'iosmail'; readonly version: string };
  readonly tenants: readonly TenantReport[];
  /**
   * Set for an apply on merge, and where all was planned afresh: the commit whose policies were used, the last one before it that was, and the newest
   * one whose rules of review are in force.
   */
  readonly merged?: { readonly commit: string; readonly after?: string; readonly rules?: string };
  /** Set where every tenant was planned afresh, and nothing sent. */
  readonly afresh?: true;
  /** Set where the run ended before it could send anything: why. Then it names no tenants. */
  readonly nothingSent?: string;
};
