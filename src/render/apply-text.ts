import type { ApplyReport, StepReport, TenantReport } from '../core/report.ts';
import { changeWords } from './change-words.ts';
import { movedLines } from './moved.ts';
import { applyFooter, outcomeWords } from './outcome.ts';
import { indent, type Paint, paint } from './paint.ts';
import { forTerminal } from './safe.ts';
import { standingLines } from './standing.ts';
import { signed } from './text-steps.ts';
import { named, signOf } from './words.ts';

export type ApplyTextOptions = {
  readonly colour: boolean;
  /** The command to run next. */
  readonly next?: string;
};

/** What an apply did, for a terminal or a log: each tenant's outcome, its steps, and what to do where it did not end as planned. */
export function applyText(report: ApplyReport, options: ApplyTextOptions): string {
  const colours = paint(options.colour);
  const next = options.next === undefined ? [] : [`Next: ${forTerminal(options.next)}`];
  const blocks = report.tenants.map((tenant) => tenantLines(tenant, colours));
  const last = [colours.strong(applyFooter(report)), ...next];
  return `${[...blocks, last].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function tenantLines(report: TenantReport, colours: Paint): readonly string[] {
  const { tenant, outcome, steps, verification, moved, problem } = report;
  const well = outcome === 'applied' || outcome === 'nothing to do';
  const words = outcomeWords(report);
  const details = [
    ...stepLines(steps, colours),
    ...(verification?.notes ?? []).map((note) => `! ${forTerminal(note)}`),
    ...(moved === undefined ? [] : ['what moved since the review:', ...indent(movedLines(moved), 2)]),
    ...standingLines(report, forTerminal),
    ...(problem === undefined
      ? []
      : [`error: ${forTerminal(problem.message)}`, `fix: ${forTerminal(problem.fix)}`]),
  ];
  const name = colours.strong(named(tenant.name, forTerminal));
  return [`${name}  ${well ? colours.good(words) : colours.bad(words)}`, ...indent(details, 2)];
}

function stepLines(steps: readonly StepReport[], colours: Paint): readonly string[] {
  const width = String(steps.at(-1)?.number ?? 0).length;
  return steps.flatMap((step) => {
    const changes = step.changes.map(
      (change) => `${signed(signOf(change), colours)} ${changeWords(change, forTerminal)}`,
    );
    const [first = forTerminal(step.what), ...others] = changes;
    const note = step.note === undefined ? '' : `: ${forTerminal(step.note)}`;
    const went = step.result === 'failed' || step.result === 'not known' ? colours.bad : colours.faint;
    return [
      `${String(step.number).padStart(width)}  ${first}  ${went(`[${step.result}${note}]`)}`,
      ...indent(others, width + 2),
    ];
  });
}
