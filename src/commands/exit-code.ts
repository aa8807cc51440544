import type { DriftReport } from '../core/drift.ts';
import type { Finding } from '../core/finding.ts';
import { isBadInput, refusals } from '../core/finding.ts';
import type { Plan } from '../core/plan.ts';
import type { ApplyReport } from '../core/report.ts';
import type { WhoReport } from '../core/who.ts';
import type { WhoDiff } from '../core/who-diff.ts';

/** The same everywhere. Of several, the first of `FIRST_WINS` is the exit code. */
export const EXIT = { ok: 0, failed: 1, pending: 2, refused: 3, stale: 4, partly: 5, usage: 64 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const FIRST_WINS: readonly ExitCode[] = [
  EXIT.usage,
  EXIT.partly,
  EXIT.failed,
  EXIT.stale,
  EXIT.refused,
  EXIT.pending,
];

export function worst(codes: readonly ExitCode[]): ExitCode {
  return FIRST_WINS.find((code) => codes.includes(code)) ?? EXIT.ok;
}

/** Policies with errors are a failure: nothing that rests on them can be trusted. */
export function codeOfFindings(findings: readonly Finding[]): ExitCode {
  return refusals(findings).length > 0 ? EXIT.failed : EXIT.ok;
}

/** @param detailed whether pending changes are told by the exit code (`--detailed-exitcode`). */
export function codeOfPlan({ tenants }: Plan, detailed: boolean): ExitCode {
  return worst(
    tenants.map((tenant) => {
      if (tenant.status === 'failed') return EXIT.failed;
      if (tenant.status === 'refused') {
        return refusals(tenant.findings).some(isBadInput) ? EXIT.failed : EXIT.refused;
      }
      return tenant.status === 'changes' && detailed ? EXIT.pending : EXIT.ok;
    }),
  );
}

/**
 * A tenant of which something could not be read is a failure: it may differ in more than is told.
 * @param detailed whether drift is told by the exit code (`--detailed-exitcode`).
 */
export function codeOfDrift({ tenants }: DriftReport, detailed: boolean): ExitCode {
  return worst(
    tenants.map(({ status }) => {
      if (status === 'failed' || status === 'not known') return EXIT.failed;
      return status === 'differs' && detailed ? EXIT.pending : EXIT.ok;
    }),
  );
}

/** A tenant that could not be read, or policies that could not be compared, are a failure. */
export function codeOfWho(report: WhoReport | WhoDiff): ExitCode {
  const failed =
    'from' in report
      ? report.notCompared.length > 0
      : report.tenants.some(({ status }) => status === 'failed');
  return failed ? EXIT.failed : EXIT.ok;
}

export function codeOfReport({ tenants, afresh }: ApplyReport): ExitCode {
  const codes = {
    applied: EXIT.ok,
    'nothing to do': EXIT.ok,
    // What differs is what planning afresh is for.
    stale: afresh ? EXIT.ok : EXIT.stale,
    refused: EXIT.refused,
    failed: EXIT.failed,
    'partly applied': EXIT.partly,
  };
  const some = worst(tenants.map(({ outcome }) => codes[outcome]));
  // Some tenants changed and others not: the run as a whole is partly applied, whatever stopped the rest.
  const changed = tenants.some(({ outcome }) => outcome === 'applied');
  return some !== EXIT.ok && changed ? EXIT.partly : some;
}
