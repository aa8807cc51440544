import type { ApplyReport, Outcome, StepResult, TenantReport } from '../core/report.ts';
import { count, number } from './words.ts';

/** Every outcome in the order in which the last line counts them. */
const OUTCOMES: readonly Outcome[] = [
  'applied',
  'nothing to do',
  'partly applied',
  'stale',
  'refused',
  'failed',
];
const RESULTS: readonly StepResult[] = ['done', 'already so', 'not sent', 'failed', 'not known'];

const MEANINGS: { readonly [outcome in Outcome]: string } = {
  applied: 'APPLIED',
  'nothing to do': 'NOTHING TO DO · the live settings are the planned ones already',
  'partly applied': 'PARTLY APPLIED',
  stale: 'STALE · nothing was sent · the live settings are not the reviewed ones any more',
  refused: 'REFUSED · nothing was sent',
  failed: 'FAILED · nothing was sent',
};

/** "PARTLY APPLIED · of 3 steps: 1 done, 2 not sent · read back: not as planned". Only our own words. */
export function outcomeWords({ outcome, steps, verification }: TenantReport): string {
  const results = RESULTS.flatMap((result) => {
    const those = steps.filter((step) => step.result === result).length;
    return those === 0 ? [] : [`${number(those)} ${result}`];
  });
  const sent = outcome === 'applied' || outcome === 'partly applied';
  const told = `of ${count(steps.length, 'step', 'steps')}: ${results.join(', ')}`;
  const parts = [
    MEANINGS[outcome],
    ...(sent && results.length > 0 ? [told] : []),
    ...(verification === undefined ? [] : [`read back: ${verification.result}`]),
  ];
  return parts.join(' · ');
}

/** The last line: "Apply: 1 applied, 1 partly applied, 1 stale of 3 tenants." Outcomes nobody had are left out. */
export function applyFooter(report: ApplyReport): string {
  return `Apply: ${outcomeCounts(report)}.`;
}

/** "1 applied, 1 stale of 2 tenants". */
export function outcomeCounts({ tenants }: Pick<ApplyReport, 'tenants'>): string {
  const counts = OUTCOMES.flatMap((outcome) => {
    const those = tenants.filter((tenant) => tenant.outcome === outcome).length;
    return those === 0 ? [] : [`${number(those)} ${outcome}`];
  });
  return `${counts.length === 0 ? 'nothing' : counts.join(', ')} of ${count(tenants.length, 'tenant', 'tenants')}`;
}
