import type { Cause, Change } from '../core/assessment.ts';
import { type FailedTenant, isFailed, type TenantPlan } from '../core/plan.ts';
import type { Day } from '../core/state.ts';
import { changeWords } from './change-words.ts';
import type { Tenants } from './comment-headline.ts';
import { headline, needsProof } from './headline.ts';
import { policyDiff } from './json-diff.ts';
import { findingItems } from './markdown-findings.ts';
import { type Block, fenced, folded } from './markdown-parts.ts';
import { leftAloneItems, orderTable, peopleItems, stepItems } from './markdown-sections.ts';
import { forCodeSpan, forMarkdown } from './safe.ts';
import { count, managedSettings, named, number, place, signOf } from './words.ts';

/** One tenant of a plan comment: what must be read, and what is there to look closer. */
export type TenantSection = {
  /** Heading, people, causes, findings. */
  readonly brief: readonly Block[];
  /** Folded; empty where there is nothing more. */
  readonly details: readonly Block[];
};

const CAUSES: readonly { readonly cause: Cause; readonly title: string; readonly words: string }[] = [
  { cause: 'this pull request', title: 'This pull request', words: 'from this pull request' },
  { cause: 'drift', title: 'Already different (drift)', words: 'already different (drift)' },
  { cause: 'expiring', title: 'Expiring', words: 'expiring' },
];

export function tenantSection(tenant: Tenants[number], day: Day, artifact: string): TenantSection {
  if (isFailed(tenant)) return { brief: failed(tenant), details: [] };
  const heading = [`### ${named(tenant.tenant.name, forMarkdown)}`];
  const findings = findingItems(tenant.findings, day);
  if (tenant.status === 'unchanged') {
    const checked = count(managedSettings(tenant.policy), 'setting', 'settings');
    const said = [`No changes. Live settings match the policy already (checked ${checked}).`];
    return { brief: [heading, said, ...findings], details: folded('Details', details(tenant, artifact)) };
  }
  const refused = tenant.status === 'refused' ? '**REFUSED** · nothing will be sent · ' : '';
  const summary = [
    count(tenant.steps.length, 'step', 'steps'),
    count(tenant.impact.gain.length + tenant.impact.lose.length, 'person', 'people'),
    ...(policyDiff(tenant).length === 0 ? [] : ['policy diff']),
    `${number(tenant.leftAlone.length)} left alone`,
  ];
  return {
    brief: [
      heading,
      [`${refused}${headline(tenant, forMarkdown)}`],
      ...isNew(tenant),
      ...causes(tenant),
      ...findings,
    ],
    details: folded(summary.join(', '), details(tenant, artifact)),
  };
}

/** Nothing stood before, so the diff has the whole policy. */
function isNew({ policyBefore }: TenantPlan): readonly Block[] {
  return policyBefore === null ? [['New here: before, no policy managed this tenant.']] : [];
}

function failed({ tenant, error }: FailedTenant): readonly Block[] {
  return [
    [`### ${named(tenant.name, forMarkdown)}`],
    ['**FAILED** · no plan: something broke, nothing was decided'],
    [`- error: ${forMarkdown(error.message)}`, `- fix: ${forMarkdown(error.fix)}`],
  ];
}

function details(plan: TenantPlan, artifact: string): readonly Block[] {
  const { order, impact, leftAlone } = plan;
  const diff = policyDiff(plan);
  return [
    ...byCause(plan),
    ...stepItems(plan, false),
    ...peopleItems(impact, false, `the artifact \`${forCodeSpan(artifact)}\``),
    ...(order !== undefined && needsProof(plan) ? orderTable(order) : []),
    ...(diff.length === 0 ? [] : [['**Effective policy**'], fenced(diff, 'diff')]),
    ...leftAloneItems(leftAlone),
    [`Digest \`${forCodeSpan(plan.digest)}\``],
  ];
}

function changesOf({ steps }: TenantPlan): readonly Change[] {
  return steps.flatMap(({ changes }) => changes);
}

/** A merge brings the tenant to the policy as a whole: what the pull request did not cause must not be a surprise. */
function causes(plan: TenantPlan): readonly Block[] {
  const changes = changesOf(plan);
  const counts = CAUSES.flatMap(({ cause, words }) => {
    const those = changes.filter((change) => change.cause === cause).length;
    return those === 0 ? [] : [`${number(those)} ${words}`];
  });
  const others = changes.some(({ cause }) => cause === 'drift' || cause === 'expiring');
  if (!others) return [];
  return [
    [`${count(changes.length, 'change', 'changes')}: ${counts.join(', ')}. A merge applies all of them.`],
  ];
}

/** The changes under the heading of their cause, where they have more than the usual one. */
function byCause(plan: TenantPlan): readonly Block[] {
  const changes = changesOf(plan);
  if (!changes.some(({ cause }) => cause === 'drift' || cause === 'expiring')) return [];
  return CAUSES.flatMap(({ cause, title }) => {
    const those = changes.filter((change) => change.cause === cause);
    if (those.length === 0) return [];
    return [[`**${title}**`], those.map(changeItem)];
  });
}

function changeItem(change: Change): string {
  const where = change.at === undefined ? '' : ` (${place(change.at, forMarkdown)})`;
  return `- \\${signOf(change)} ${changeWords(change, forMarkdown)}${where}`;
}

/** Whether a section says why something cannot be applied. */
export function isStopped(tenant: Tenants[number]): boolean {
  return tenant.status === 'failed' || tenant.status === 'refused';
}

/** Whether a section has more to say than its row of the table. */
export function hasProblem(tenant: Tenants[number]): boolean {
  return isFailed(tenant) || tenant.findings.some(({ severity }) => severity !== 'info');
}
