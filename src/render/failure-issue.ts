import type { ApplyReport } from '../core/report.ts';
import { applyMarkdown } from './apply-markdown.ts';
import { howToApply } from './reply.ts';
import { forMarkdown } from './safe.ts';
import { tenantList } from './tenant-list.ts';

export const FAILURE_MARKER = '<!-- iosmail:failure -->';

/** Longest body; GitHub takes 65,536 characters. */
const LONGEST = 60_000;

/**
 * What the one issue about failures says: which tenants did not end as planned, and where to look.
 * @param fresh the fresh plan that is open: this run's, or one before it.
 */
export function failureBody(
  report: ApplyReport | undefined,
  run: { readonly id: number; readonly url: string },
  fresh?: { readonly run: number; readonly digest: string },
): string {
  const where = `[run ${run.id}](${run.url})`;
  const how = fresh === undefined ? '' : `${howToApply(fresh.digest, fresh.run)}\n\n`;
  if (report?.nothingSent !== undefined) {
    return [
      FAILURE_MARKER,
      `The apply of ${where} ended before it could send anything: ${forMarkdown(report.nothingSent)}`,
      '',
      'What was merged is still to be applied: mend what it says, then run it again (Re-run all jobs); the next apply does it, too. To really stop it, revert the pull request.',
      '',
      how,
    ].join('\n');
  }
  if (report === undefined) {
    return [
      FAILURE_MARKER,
      `The apply of ${where} left no report: it was stopped, or its machine was lost. What it sent is not known.`,
      '',
      'Run it again (Re-run all jobs): it reads every tenant first, and sends only what is left.',
      '',
      how,
    ].join('\n');
  }
  const tenants = report.tenants.filter(
    ({ outcome }) => outcome !== 'applied' && outcome !== 'nothing to do',
  );
  const what = report.afresh
    ? `Planned afresh by ${where}, which sent nothing: these tenants differ from the merged policies, or could not be planned.`
    : `Not everything of ${where} ended as planned.`;
  const head = `${FAILURE_MARKER}\n${what} The issue is closed by the next apply after which all is as planned.\n\n${how}`;
  const whole = `${head}${applyMarkdown({ ...report, tenants })}`;
  if (whole.length <= LONGEST) return whole;
  return `${head}${tenantList(tenants, LONGEST - head.length - 1).join('\n')}\n`;
}
