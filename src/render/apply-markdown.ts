import type { ApplyReport, TenantReport } from '../core/report.ts';
import { changeWords } from './change-words.ts';
import { type Block, fenced, folded, table } from './markdown-parts.ts';
import { movedLines } from './moved.ts';
import { applyFooter, outcomeWords } from './outcome.ts';
import { forCodeSpan, forMarkdown } from './safe.ts';
import { standingLines } from './standing.ts';
import { count, named, signOf } from './words.ts';

/** What an apply did, for a pull request or job summary. The same facts as the text. */
export function applyMarkdown(report: ApplyReport, options: { readonly next?: string } = {}): string {
  const next = options.next === undefined ? [] : [[`Next: \`${forCodeSpan(options.next)}\``]];
  const blocks = [[`**${applyFooter(report)}**`], ...report.tenants.flatMap(tenantBlocks), ...next];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function tenantBlocks(report: TenantReport): readonly Block[] {
  const { tenant, steps, verification, moved, problem } = report;
  // Read back as planned, a note is about who gained beside that.
  const label = verification?.result === 'as planned' ? 'since the review' : 'not as planned';
  const notes = [
    ...(verification?.notes ?? []).map((note) => `- **${label}**: ${forMarkdown(note)}`),
    ...standingLines(report, forMarkdown).map((line) => `- ${line}`),
    ...(problem === undefined
      ? []
      : [`- error: ${forMarkdown(problem.message)}`, `- fix: ${forMarkdown(problem.fix)}`]),
  ];
  return [
    [`### ${named(tenant.name, forMarkdown)}`],
    [outcomeWords(report)],
    ...(notes.length === 0 ? [] : [notes]),
    ...(moved === undefined
      ? []
      : folded('What moved since the review', [fenced(movedLines(moved), 'diff')])),
    ...(steps.length === 0 ? [] : folded(count(steps.length, 'step', 'steps'), [stepTable(steps)])),
  ];
}

function stepTable(steps: TenantReport['steps']): Block {
  const rows = steps.flatMap(({ number, what, changes, result, note }) => {
    const told = note === undefined ? result : `${result}: ${forMarkdown(note)}`;
    if (changes.length === 0) return [[String(number), '', forMarkdown(what), told]];
    return changes.map((change, index) => [
      index === 0 ? String(number) : '',
      `\\${signOf(change)}`,
      changeWords(change, forMarkdown),
      index === 0 ? told : '',
    ]);
  });
  return table(['Step', '', 'Change', 'Result'], rows);
}
