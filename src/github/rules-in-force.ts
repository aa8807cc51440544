import type { Settings } from '../policy/settings.ts';

/** The settings that say what counts as a review, and where it is remembered which of them are in force. */
export type ReviewRules = Pick<Settings['review'], 'approvals' | 'allowDirectPush' | 'app'> & {
  /** The branch that keeps the journal. */
  readonly journal: string;
  /** The guardrails as text; unset where there are none. */
  readonly guardrails?: string;
};

/** The rules that settings state. */
export function rulesOf(
  { review, journal }: Pick<Settings, 'review' | 'journal'>,
  guardrails?: string,
): ReviewRules {
  const { approvals, allowDirectPush, app } = review;
  return {
    approvals,
    allowDirectPush,
    ...(app === undefined ? {} : { app }),
    journal: journal.branch,
    ...(guardrails === undefined ? {} : { guardrails }),
  };
}

/** The rules that merges are judged by after a commit. */
export type InForce = {
  readonly rules: ReviewRules;
  /** What settings.yaml says there; the newest one without errors. Unset while there was none yet. */
  readonly stated: ReviewRules | undefined;
  /** The newest commit where both were the same: whoever starts from it comes to the same rules. */
  readonly at: string;
  /** The newest commit whose softening nobody reviewed, while it is not in force. */
  readonly held?: string;
};

/** What a commit makes of the rules: what is stricter counts at once, the rest only if it was reviewed. */
function amended({ rules, stated }: InForce, next: ReviewRules, reviewed: boolean): ReviewRules {
  // A review shows what a commit changes, and says nothing about what stood there before.
  const passes = <K extends keyof ReviewRules>(key: K, stricter: boolean) =>
    next[key] !== stated?.[key] && (reviewed || stricter);
  const app = passes('app', next.app === rules.app) ? next.app : rules.app;
  // Which of two sets of expressions lets more pass nobody can tell, so that none is stricter.
  const guardrails = passes('guardrails', next.guardrails === rules.guardrails)
    ? next.guardrails
    : rules.guardrails;
  return {
    approvals: passes('approvals', next.approvals >= rules.approvals) ? next.approvals : rules.approvals,
    allowDirectPush: passes('allowDirectPush', !next.allowDirectPush || rules.allowDirectPush)
      ? next.allowDirectPush
      : rules.allowDirectPush,
    // Another journal may say anything of what is in force, so it is never stricter.
    journal: passes('journal', next.journal === rules.journal) ? next.journal : rules.journal,
    ...(app === undefined ? {} : { app }),
    ...(guardrails === undefined ? {} : { guardrails }),
  };
}

const KEYS = ['approvals', 'allowDirectPush', 'app', 'journal', 'guardrails'] as const;

/** Whether two rules ask for the same. */
export function sameRules(a: ReviewRules, b: ReviewRules): boolean {
  return KEYS.every((key) => a[key] === b[key]);
}

/**
 * The rules after a commit of the default branch.
 * @param next what settings.yaml says there; unset where it has errors, which changes no rule.
 * @param isReviewed asked only where the commit softens them: whether it was reviewed under the rules before it.
 */
export async function afterCommit(
  before: InForce,
  commit: string,
  next: ReviewRules | undefined,
  isReviewed: () => Promise<boolean>,
): Promise<InForce> {
  if (next === undefined) return before;
  // The first rules of all: nothing was applied before them.
  if (before.stated === undefined) return { rules: next, stated: next, at: commit };
  const alone = amended(before, next, false);
  const whole = amended(before, next, true);
  const softens = !sameRules(alone, whole);
  const passed = softens && (await isReviewed());
  const rules = passed ? whole : alone;
  if (sameRules(rules, next)) return { rules, stated: next, at: commit };
  const held = softens && !passed ? commit : before.held;
  return { rules, stated: next, at: before.at, ...(held === undefined ? {} : { held }) };
}

/** Whether a commit changes the rules just as the reviewed head of its pull request does. */
export function asShown(before: ReviewRules | undefined, merged: ReviewRules, head: ReviewRules): boolean {
  return KEYS.every((key) => merged[key] === before?.[key] || merged[key] === head[key]);
}
