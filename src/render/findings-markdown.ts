import { byPlace, type FindingsReport, findingsFooter } from './findings-report.ts';
import { table } from './markdown-parts.ts';
import { forMarkdown } from './safe.ts';
import { place } from './words.ts';

/** Findings as a table, the sum first. */
export function findingsMarkdown(report: FindingsReport): string {
  const rows = byPlace(report.findings).map(({ at, severity, rule, message, fix, waived }) => [
    severity === 'error' ? `**${severity}**` : severity,
    forMarkdown(rule),
    waived === undefined
      ? forMarkdown(message)
      : `${forMarkdown(message)} Waived until ${forMarkdown(waived.until)}: ${forMarkdown(waived.reason)}`,
    fix === undefined ? '' : forMarkdown(fix),
    at === undefined ? '' : place(at, forMarkdown),
  ]);
  const blocks = [
    [`**${findingsFooter(report)}**`],
    ...(rows.length === 0 ? [] : [table(['Severity', 'Rule', 'Message', 'Fix', 'Place'], rows)]),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
