import { type FailedTenant, isFailed, type Plan, type TenantPlan } from '../core/plan.ts';
import type { Origins } from '../core/state.ts';
import { footer, headline, needsProof } from './headline.ts';
import { indent, type Paint, paint } from './paint.ts';
import { effectiveValues } from './policy-origins.ts';
import { forTerminal } from './safe.ts';
import { findingLines } from './text-findings.ts';
import { columns, leftAloneLines, orderLines, peopleLines } from './text-impact.ts';
import { signed, stepLines } from './text-steps.ts';
import { managedSettings, named, number, proposalWords, type Sign, signOf } from './words.ts';

export type PlanTextOptions = {
  readonly colour: boolean;
  /** Also the raw requests, everybody by name, the digest, and where every value of the policy comes from. */
  readonly verbose: boolean;
  /** Where each value comes from, by tenant name; shown when verbose. */
  readonly policies?: ReadonlyMap<string, Origins>;
  /** The command to run next. */
  readonly next?: string;
};

/** A plan for a terminal or a log: for each tenant first what happens to people, then why, then the steps. */
export function planText(plan: Plan, options: PlanTextOptions): string {
  const colours = paint(options.colour);
  const blocks = plan.tenants.map((tenant) =>
    isFailed(tenant) ? failedLines(tenant, colours) : tenantLines(tenant, plan, options, colours),
  );
  const next = options.next === undefined ? [] : [`Next: ${forTerminal(options.next)}`];
  const last = [colours.strong(footer(plan)), ...proposalWords(plan, forTerminal), ...next];
  return `${[...legend(plan, colours), ...blocks, last].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function failedLines({ tenant, error }: FailedTenant, colours: Paint): readonly string[] {
  return [
    `${colours.strong(named(tenant.name, forTerminal))}  ${colours.bad('FAILED')} · no plan: something broke, nothing was decided`,
    `  error: ${forTerminal(error.message)}`,
    `  fix: ${forTerminal(error.fix)}`,
  ];
}

function tenantLines(
  plan: TenantPlan,
  run: Plan,
  options: PlanTextOptions,
  colours: Paint,
): readonly string[] {
  const { verbose, policies } = options;
  const name = colours.strong(named(plan.tenant.name, forTerminal));
  const findings = findingLines(plan.findings, run.day, colours);
  const changing = plan.status !== 'unchanged';
  const sections = [
    findings,
    changing ? stepSection(plan, verbose, colours) : [],
    changing ? peopleLines(plan.impact, verbose, colours) : [],
    changing && plan.order !== undefined && needsProof(plan) ? orderLines(plan.order, colours) : [],
    changing || verbose || run.proposal !== undefined ? leftAloneLines(plan.leftAlone, colours) : [],
    verbose ? policyLines(plan, policies?.get(plan.tenant.name) ?? {}, colours) : [],
  ].filter((section) => section.length > 0);
  return [
    `${name}  ${title(plan, colours)}`,
    ...sections.flatMap((section, at) => [...(at === 0 ? [] : ['']), ...indent(section, 2)]),
  ];
}

function title(plan: TenantPlan, colours: Paint): string {
  if (plan.status === 'unchanged') {
    const left = plan.leftAlone.length === 0 ? '' : `, left ${number(plan.leftAlone.length)} alone`;
    return `No changes. Live settings match the policy (checked ${number(managedSettings(plan.policy))} settings${left}).`;
  }
  const refused = plan.status === 'refused' ? `${colours.bad('REFUSED')} · nothing will be sent · ` : '';
  return `${refused}${headline(plan, forTerminal)}`;
}

function stepSection({ steps, status }: TenantPlan, verbose: boolean, colours: Paint): readonly string[] {
  if (steps.length === 0) return [];
  const heading = status === 'refused' ? 'Steps it would take' : 'Steps, in this order';
  return [colours.strong(heading), ...indent(stepLines(steps, verbose, colours), 2)];
}

function policyLines(plan: TenantPlan, origins: Origins, colours: Paint): readonly string[] {
  const values = effectiveValues(plan.policy, origins, forTerminal);
  return [
    colours.strong('Effective policy'),
    ...indent(columns(values.map(({ key, value, from }) => [`${key} = ${value}`, from])), 2),
    `Tenant id ${forTerminal(plan.tenant.id)}, cloud ${plan.tenant.cloud}, app id ${forTerminal(plan.appId)}`,
    `Digest ${forTerminal(plan.digest)}`,
  ];
}

const MEANINGS: { readonly [sign in Sign]: string } = { '+': 'add', '~': 'change', '-': 'remove' };

/** Explains only the signs that occur. */
function legend({ tenants }: Plan, colours: Paint): readonly (readonly string[])[] {
  const plans = tenants.filter((tenant) => !isFailed(tenant));
  const changing = plans.filter(({ status }) => status !== 'unchanged');
  const signs = new Set(changing.flatMap(({ steps }) => steps.flatMap(({ changes }) => changes.map(signOf))));
  const findings = plans.flatMap((plan) => plan.findings);
  const unknown = changing.some(({ impact }) => impact.unknown.length + impact.unread.length > 0);
  const meanings = [
    ...(['+', '~', '-'] as const)
      .filter((sign) => signs.has(sign))
      .map((sign) => `${signed(sign, colours)} ${MEANINGS[sign]}`),
    ...(findings.some(({ severity }) => severity !== 'info') ? ['! refusal or warning'] : []),
    ...(findings.some(({ severity }) => severity === 'info') ? ['i noticed'] : []),
    ...(unknown ? ['? not known'] : []),
  ];
  return meanings.length === 0 ? [] : [[`Signs: ${meanings.join('  ')}`]];
}
