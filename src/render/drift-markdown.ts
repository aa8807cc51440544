import type { DriftedSetting, DriftReport, TenantDrift } from '../core/drift.ts';
import type { FailedTenant } from '../core/plan.ts';
import { changeWords } from './change-words.ts';
import { attributionWords, byKind, driftNotes, driftSum, tenantSum } from './drift-words.ts';
import { forMarkdown } from './safe.ts';
import { named, signOf } from './words.ts';

/** Drift for a job summary. Tenants that are as merged are counted, not listed. */
export function driftMarkdown(report: DriftReport): string {
  const blocks = report.tenants.flatMap((each) =>
    each.status === 'failed' ? failed(each) : each.status === 'as merged' ? [] : told(each),
  );
  const note = report.tenants.some(({ status }) => status === 'differs')
    ? ['Values read: in the tenant → in the policy. Nothing was changed.']
    : [];
  return `${[`**${driftSum(report)}**`, ...note, ...blocks].join('\n\n')}\n`;
}

function failed({ tenant, error }: FailedTenant): readonly string[] {
  return [
    `### ${named(tenant.name, forMarkdown)}`,
    '**FAILED** · something broke, so whether it drifted is not known',
    `- error: ${forMarkdown(error.message)}\n- fix: ${forMarkdown(error.fix)}`,
  ];
}

function told(drift: TenantDrift): readonly string[] {
  return [
    `### ${named(drift.tenant.name, forMarkdown)}`,
    tenantSum(drift),
    ...drift.findings.map(({ message, rule }) => `- error \`${rule}\`: ${forMarkdown(message)}`),
    ...byKind(drift).flatMap(({ heading, listed, more }) => [
      `**${heading}**`,
      [...listed.map(item), ...more.map((line) => `- ${line}`)].join('\n'),
    ]),
    ...driftNotes(drift, forMarkdown).map((line) => `Note: ${line}.`),
  ];
}

function item(each: DriftedSetting): string {
  const { change } = each;
  const who = attributionWords(each, forMarkdown);
  return [
    `- \`${signOf(change)}\` ${changeWords(change, forMarkdown)}`,
    ...(who === undefined ? [] : [`  - ${who}`]),
  ].join('\n');
}
