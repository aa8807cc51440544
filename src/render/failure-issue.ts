import type { ApplyReport } from '../core/report.ts';
import { applyMarkdown } from './apply-markdown.ts';

export const FAILURE_MARKER = '<!-- iosmail:failure -->';

/** What the one issue about failures says: which tenants did not end as planned, and where to look. */
export function failureBody(
  report: ApplyReport | undefined,
  run: { readonly id: number; readonly url: string },
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
  return [
    FAILURE_MARKER,
    `Not everything of ${where} ended as planned. The issue is closed by the next apply that does.`,
    '',
    applyMarkdown({ ...report, tenants }),
  ].join('\n');
}
