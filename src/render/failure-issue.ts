import type { ApplyReport } from '../core/report.ts';
import { applyMarkdown } from './apply-markdown.ts';
import { howToApply } from './reply.ts';
import { tenantList } from './tenant-list.ts';

export const FAILURE_MARKER = '<!-- iosmail:failure -->';

/** Longest body; GitHub takes 65,536 characters. */
const LONGEST = 60_000;

/**
 * What the one issue about failures says: which tenants did not end as planned, and where to look.
 * @param fresh the digest of the fresh plan that the run wrote.
 */
export function failureBody(
  report: ApplyReport | undefined,
  run: { readonly id: number; readonly url: string },
  fresh?: string,
): string {
  const where = `[run ${run.id}](${run.url})`;
  if (report === undefined) {
    return [
      FAILURE_MARKER,
      `The apply of ${where} left no report: it was stopped, or its machine was lost. What it sent is not known.`,
      '',
      'Run it again (Re-run all jobs): it reads every tenant first, and sends only what is left.',
      '',
    ].join('\n');
  }
  const tenants = report.tenants.filter(
    ({ outcome }) => outcome !== 'applied' && outcome !== 'nothing to do',
  );
  const head = `${FAILURE_MARKER}\nNot everything of ${where} ended as planned. The issue is closed by the next apply after which all is.\n\n${fresh === undefined ? '' : `${howToApply(fresh, run.id)}\n\n`}`;
  const whole = `${head}${applyMarkdown({ ...report, tenants })}`;
  if (whole.length <= LONGEST) return whole;
  return `${head}${tenantList(tenants, LONGEST - head.length - 1).join('\n')}\n`;
}
