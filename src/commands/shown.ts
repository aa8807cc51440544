import type { Plan } from '../core/plan.ts';
import type { ApplyReport } from '../core/report.ts';
import type { FindingsReport } from '../render/findings-report.ts';
import type { PlanTextOptions } from '../render/plan-text.ts';

/** How a report is wanted. Each renderer is loaded only where it is used. */
export type Medium = { readonly format: 'text' | 'json' | 'markdown'; readonly colour: boolean };

/** What `validate` found, ready to print. */
export async function findingsIn({ format, colour }: Medium, report: FindingsReport): Promise<string> {
  if (format === 'json') return (await import('../render/findings-json.ts')).findingsJson(report);
  if (format === 'markdown') return (await import('../render/findings-markdown.ts')).findingsMarkdown(report);
  return (await import('../render/findings-text.ts')).findingsText(report, { colour });
}

/** A plan, ready to print. */
export async function planIn(
  { format, colour }: Medium,
  plan: Plan,
  options: Omit<PlanTextOptions, 'colour'>,
): Promise<string> {
  if (format === 'json') return (await import('../render/plan-json.ts')).planJson(plan);
  if (format === 'markdown') return (await import('../render/plan-markdown.ts')).planMarkdown(plan, options);
  return (await import('../render/plan-text.ts')).planText(plan, { ...options, colour });
}

/** What an apply did, ready to print. */
export async function reportIn({ format, colour }: Medium, report: ApplyReport): Promise<string> {
  if (format === 'json') return (await import('../render/apply-json.ts')).applyJson(report);
  if (format === 'markdown') return (await import('../render/apply-markdown.ts')).applyMarkdown(report);
  return (await import('../render/apply-text.ts')).applyText(report, { colour });
}
