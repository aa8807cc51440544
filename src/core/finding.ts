/** Where in a policy file something stands. Lines and columns count from 1. */
export type Position = { readonly file: string; readonly line: number; readonly column: number };

/** `error` refuses the plan · `warning` is said first · `info` is said. */
export type Severity = 'error' | 'warning' | 'info';

/** Something worth saying about a policy or a tenant, and what to do about it. */
export type Finding = {
  /** Stable id of the rule, e.g. `group-not-found`; documented in docs/rules.md. */
  readonly rule: string;
  readonly severity: Severity;
  /** One sentence, in the words of the Entra admin centre. Directory text in it is not escaped yet. */
  readonly message: string;
  /** What to do next, one sentence. Required for errors. */
  readonly fix?: string;
  readonly at?: Position;
  /**
   * Set when a reviewed `exceptions` entry may waive it; `limit` is the number that would be just enough, `person`
   * the UPN (lower-case) the entry must name.
   */
  readonly waivable?: { readonly limit?: number; readonly person?: string };
  /** Set when a reviewed `exceptions` entry turned an error into a warning. */
  readonly waived?: { readonly reason: string; readonly until: string };
};

/** Errors that no exception waives: the plan must not be applied. */
export function refusals(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => finding.severity === 'error');
}

/** The policy names what is not there, or a read it needs was refused: bad input, not a rule that said no. */
const BAD_INPUT: ReadonlySet<string> = new Set([
  'group-not-found',
  'group-ambiguous',
  'user-not-found',
  'user-ambiguous',
  'consent-policy-not-found',
  'unreadable',
]);

/** Whether an error means that the plan could not be made, rather than that a rule said no to it. */
export function isBadInput({ rule }: Finding): boolean {
  return BAD_INPUT.has(rule);
}
