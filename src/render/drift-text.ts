import type { DriftedSetting, DriftReport, TenantDrift } from '../core/drift.ts';
import type { FailedTenant } from '../core/plan.ts';
import { changeWords } from './change-words.ts';
import { attributionWords, byKind, driftNotes, driftSum, tenantSum } from './drift-words.ts';
import { paint } from './paint.ts';
import { forTerminal } from './safe.ts';
import { place, signOf } from './words.ts';

/** Drift for people: what applying the policy would change back, grouped by why it differs. */
export function driftText(report: DriftReport, { colour }: { readonly colour: boolean }): string {
  const { strong, faint, bad, careful } = paint(colour);
  const head = ({ name, id }: TenantDrift['tenant']) => `${strong(forTerminal(name))} ${faint(`(${id})`)}`;
  const failed = ({ tenant, error }: FailedTenant) => [
    `${head(tenant)}  ${bad('FAILED')}`,
    `  ${forTerminal(error.message)}`,
    `  fix: ${forTerminal(error.fix)}`,
  ];
  const setting = (each: DriftedSetting) => {
    const { change } = each;
    const who = attributionWords(each, forTerminal);
    const at = change.at === undefined ? '' : faint(`  ${place(change.at, forTerminal)}`);
    return [
      `    ${signOf(change)} ${changeWords(change, forTerminal)}${at}`,
      ...(who === undefined ? [] : [`      ${who}`]),
    ];
  };
  const told = (drift: TenantDrift) => [
    `${head(drift.tenant)}  ${drift.status === 'as merged' ? 'as merged' : tenantSum(drift)}`,
    ...drift.findings.map(({ message, rule }) => `  ${bad('error')} ${rule}: ${forTerminal(message)}`),
    ...byKind(drift).flatMap(({ heading, listed, more }) => [
      `  ${careful(heading)}`,
      ...listed.flatMap(setting),
      ...more.map((line) => `    ${line}`),
    ]),
    ...driftNotes(drift, forTerminal).map((line) => `  ${careful('note')}: ${line}`),
  ];
  const blocks = report.tenants.map((each) =>
    (each.status === 'failed' ? failed(each) : told(each)).join('\n'),
  );
  const note = report.tenants.some(({ status }) => status === 'differs') ? [NOTE] : [];
  return `${[...blocks, [...note, driftSum(report)].join('\n')].join('\n\n')}\n`;
}

const NOTE = 'Values read: in the tenant → in the policy. Nothing was changed.';
