import type { Guard } from '../core/guardrail.ts';
import type { Json } from '../core/json.ts';
import type { TenantPlan } from '../core/plan.ts';
import type { ReviewedUnder } from '../core/report.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { GraphReader } from '../graph/reader.ts';
import type { GraphWriter } from '../graph/writer.ts';
import type { Problem } from '../planning/problem.ts';
import type { Journal } from './journal.ts';
import type { Pausing } from './pause.ts';

/** What applying one tenant needs. */
export type Applying = Pausing & {
  readonly reader: GraphReader;
  readonly writer: GraphWriter;
  readonly policy: TenantPolicy;
  readonly reviewed: TenantPlan;
  readonly journal: Journal;
  readonly recentLosses: ReadonlySet<string>;
  /** An earlier run of this very plan has sent something, by the journal; taken for granted at a desk. */
  readonly begun: boolean;
  /** Under which review; unset for a person at a desk. */
  readonly review?: Review;
  /** Asked right before the first write: why the newest policies hold the tenant back, or nothing. */
  readonly heldNow?: () => Promise<Problem | undefined>;
  readonly day: Day;
  /** Asked between steps: true ends the run after the step that is under way. */
  readonly stopping: () => boolean;
  readonly onStep?: (at: number, of: number) => void;
};

/** The review an apply rests on. */
export type Review = {
  readonly under: ReviewedUnder;
  /** Asked once more right before the first write: why it does not hold any longer, or nothing. */
  readonly recheck: () => Promise<Problem | undefined>;
  /** The guardrails that were in force before the change that was reviewed, which count beside the policy's own. */
  readonly guard?: Guard;
};

/** Why a run ended before its last step, and what to do next. */
export type Stop = {
  readonly message: string;
  readonly fix: string;
  /** Set when the live state is none the review covers: the settings as reviewed and as they are. */
  readonly moved?: { readonly reviewed: Json; readonly live: Json };
};
