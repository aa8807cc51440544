import type { Finding } from '../core/finding.ts';
import { byPlace, type FindingsReport, findingsFooter } from './findings-report.ts';
import { type Paint, paint } from './paint.ts';
import { forTerminal } from './safe.ts';
import { place } from './words.ts';

/** Findings the way compilers write them, so that editors and terminals link the place; then the sum. */
export function findingsText(report: FindingsReport, options: { readonly colour: boolean }): string {
  const colours = paint(options.colour);
  const lines = byPlace(report.findings).flatMap((finding) => findingLines(finding, colours));
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), colours.strong(findingsFooter(report))].join('\n')}\n`;
}

function findingLines(
  { at, severity, rule, message, fix, waived }: Finding,
  colours: Paint,
): readonly string[] {
  const tone = severity === 'error' ? colours.bad : severity === 'warning' ? colours.careful : colours.faint;
  const where = at === undefined ? '' : `${place(at, forTerminal)}: `;
  return [
    `${where}${tone(severity)}: ${forTerminal(message)} ${colours.faint(`[${forTerminal(rule)}]`)}`,
    ...(waived === undefined
      ? []
      : [`  waived until ${forTerminal(waived.until)}: ${forTerminal(waived.reason)}`]),
    ...(fix === undefined ? [] : [`  fix: ${forTerminal(fix)}`]),
  ];
}
