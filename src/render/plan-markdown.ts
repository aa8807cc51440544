import { type FailedTenant, isFailed, type Plan, type TenantPlan } from '../core/plan.ts';
import type { Origins } from '../core/state.ts';
import { footer, headline, needsProof } from './headline.ts';
import { findingItems } from './markdown-findings.ts';
import { folded } from './markdown-parts.ts';
import { leftAloneItems, orderTable, peopleItems, policyTable, stepItems } from './markdown-sections.ts';
import { forCodeSpan, forMarkdown } from './safe.ts';
import { tenantTable } from './tenant-table.ts';
import { count, managedSettings, named, number, proposalWords } from './words.ts';

export type PlanMarkdownOptions = {
  readonly verbose: boolean;
  readonly policies?: ReadonlyMap<string, Origins>;
  readonly next?: string;
};

/** A plan for a pull request or job summary: the sum, a table of the tenants, then each tenant with its details folded. */
export function planMarkdown(plan: Plan, options: PlanMarkdownOptions): string {
  const next = options.next === undefined ? [] : [[`Next: \`${forCodeSpan(options.next)}\``]];
  const left = proposalWords(plan, forMarkdown);
  const blocks = [
    [`**${footer(plan)}**`],
    ...(left.length === 0 ? [] : [left.map((line) => `- ${line}`)]),
    ...(plan.tenants.length === 0 ? [] : [tenantTable(plan.tenants)]),
    ...plan.tenants.flatMap((tenant) =>
      isFailed(tenant) ? failedBlocks(tenant) : tenantBlocks(tenant, plan, options),
    ),
    ...next,
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function failedBlocks({ tenant, error }: FailedTenant): readonly (readonly string[])[] {
  return [
    [`### ${named(tenant.name, forMarkdown)}`],
    ['**FAILED** · no plan: something broke, nothing was decided'],
    [`- error: ${forMarkdown(error.message)}`, `- fix: ${forMarkdown(error.fix)}`],
  ];
}

function tenantBlocks(
  plan: TenantPlan,
  run: Plan,
  options: PlanMarkdownOptions,
): readonly (readonly string[])[] {
  const findings = findingItems(plan.findings, run.day);
  const heading = [`### ${named(plan.tenant.name, forMarkdown)}`];
  if (plan.status === 'unchanged') {
    const checked = count(managedSettings(plan.policy), 'setting', 'settings');
    const sentence = [`No changes. Live settings match the policy (checked ${checked}).`];
    return [heading, sentence, ...findings, ...unchangedDetails(plan, options)];
  }
  const refused = plan.status === 'refused' ? '**REFUSED** · nothing will be sent · ' : '';
  return [heading, [`${refused}${headline(plan, forMarkdown)}`], ...findings, ...details(plan, options)];
}

function details(plan: TenantPlan, options: PlanMarkdownOptions): readonly (readonly string[])[] {
  const { steps, impact, order, leftAlone } = plan;
  const people = impact.gain.length + impact.lose.length + impact.unknown.length;
  const summary = [
    count(steps.length, 'step', 'steps'),
    count(people, 'person', 'people'),
    `${number(leftAlone.length)} left alone`,
  ];
  return folded(summary.join(', '), [
    ...stepItems(plan, options.verbose),
    ...peopleItems(impact, options.verbose),
    ...(order !== undefined && needsProof(plan) ? orderTable(order) : []),
    ...leftAloneItems(leftAlone),
    ...(options.verbose ? policyTable(plan, options.policies?.get(plan.tenant.name) ?? {}) : []),
  ]);
}

function unchangedDetails(plan: TenantPlan, options: PlanMarkdownOptions): readonly (readonly string[])[] {
  const blocks = [
    ...leftAloneItems(plan.leftAlone),
    ...(options.verbose ? policyTable(plan, options.policies?.get(plan.tenant.name) ?? {}) : []),
  ];
  return blocks.length === 0 ? [] : folded(`${number(plan.leftAlone.length)} left alone`, blocks);
}
