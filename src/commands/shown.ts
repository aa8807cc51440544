import { relative, resolve, sep } from 'node:path';
import type { DriftReport } from '../core/drift.ts';
import type { Finding } from '../core/finding.ts';
import type { Plan } from '../core/plan.ts';
import type { ApplyReport } from '../core/report.ts';
import type { WhoReport } from '../core/who.ts';
import type { WhoDiff } from '../core/who-diff.ts';
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

/** What `validate` found, for GitHub Actions to show on the lines of the files. `folder` is the working directory. */
export async function annotationsIn(
  findings: readonly Finding[],
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<string> {
  const { workflowCommands } = await import('../render/workflow-commands.ts');
  const root = env.GITHUB_WORKSPACE || folder;
  return workflowCommands(findings, (file) => relative(root, resolve(folder, file)).split(sep).join('/'));
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

/** In what the tenants differ from the merged policies, ready to print. */
export async function driftIn({ format, colour }: Medium, report: DriftReport): Promise<string> {
  if (format === 'json') return (await import('../render/json-text.ts')).jsonText(report);
  if (format === 'markdown') return (await import('../render/drift-markdown.ts')).driftMarkdown(report);
  return (await import('../render/drift-text.ts')).driftText(report, { colour });
}

/** Who can use the app, or what the policies want otherwise, ready to print. */
export async function accessIn(
  { format, colour }: { readonly format: 'text' | 'json' | 'csv'; readonly colour: boolean },
  report: WhoReport | WhoDiff,
): Promise<string> {
  if (format === 'json') return (await import('../render/json-text.ts')).jsonText(report);
  if ('from' in report) {
    const { whoDiffCsv, whoDiffText } = await import('../render/who-diff.ts');
    return format === 'csv' ? whoDiffCsv(report) : whoDiffText(report, { colour });
  }
  if (format === 'csv') return (await import('../render/who-csv.ts')).whoCsv(report);
  return (await import('../render/who-text.ts')).whoText(report, { colour });
}
