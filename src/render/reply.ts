import type { Plan } from '../core/plan.ts';
import type { ApplyReport, TenantReport } from '../core/report.ts';
import { applyMarkdown } from './apply-markdown.ts';
import { applyFooter } from './outcome.ts';
import { planMarkdown } from './plan-markdown.ts';
import { forCodeSpan } from './safe.ts';
import { tenantList } from './tenant-list.ts';

/** Longest reply; GitHub takes 65,536 characters. */
const LONGEST = 60_000;

export type ReplyAbout = {
  readonly run: { readonly id: number; readonly url: string };
  /** The commit of the journal branch; unset where it could not be written. */
  readonly journal?: { readonly commit: string; readonly branch: string };
  /** A fresh plan of the tenants of this pull request, and the digest it is applied by. */
  readonly fresh?: { readonly plan: Plan; readonly digest: string };
};

/** What a run did with the tenants of one merged pull request, for the people who decided there. */
export function replyMarkdown(report: ApplyReport, about: ReplyAbout): string {
  const parts = [
    applyMarkdown(report),
    ...effect(report.tenants),
    ...(about.fresh === undefined ? [] : [freshPart(about.fresh, about.run.id)]),
    footer(about),
  ];
  const whole = parts.join('\n');
  if (whole.length <= LONGEST) return whole;
  // How to go on, and where the rest is, are never what is cut off.
  const rest = [
    '',
    `The steps are in the [run](${about.run.url}).`,
    '',
    ...(about.fresh === undefined
      ? []
      : [
          'The fresh plan is in the artifact of the run: read it first.',
          '',
          howToApply(about.fresh.digest, about.run.id),
          '',
        ]),
    ...effect(report.tenants),
    footer(about),
  ].join('\n');
  const head = `**${applyFooter(report)}**\n\n`;
  return `${head}${tenantList(report.tenants, LONGEST - head.length - rest.length - 1).join('\n')}\n${rest}`;
}

/** Access tokens of Entra live about an hour, so what is taken away goes with the next one. */
function effect(tenants: readonly TenantReport[]): readonly string[] {
  const sent = tenants.filter(({ outcome }) => outcome === 'applied' || outcome === 'partly applied');
  if (sent.length === 0) return [];
  return [
    '**When it takes effect.** Who gained access can add the account now. Who lost it loses mail with the next sign-in token: within about an hour by default, later where tokens live longer.',
    '',
    '**To undo it**, revert the pull request: the revert is planned, reviewed and applied like any other. It does not bring back what people had consented to for themselves.',
    '',
  ];
}

function freshPart({ plan, digest }: NonNullable<ReplyAbout['fresh']>, run: number): string {
  return [
    '### Fresh plan',
    '',
    'Nothing was sent to the tenants below under the old review. This is what the merged policy asks of them now:',
    '',
    planMarkdown(plan, { verbose: false }),
    howToApply(digest, run),
    '',
  ].join('\n');
}

/** How somebody has a fresh plan applied. */
export function howToApply(digest: string, run: number): string {
  return [
    '**To apply exactly this plan**: Actions › apply › Run workflow, with',
    '',
    `- run: \`${run}\``,
    `- digest: \`${forCodeSpan(digest)}\``,
    '',
    'It waits for the approval of the environment `apply`, and sends nothing if the tenant moves again.',
  ].join('\n');
}

function footer({ run, journal }: ReplyAbout): string {
  const kept =
    journal === undefined
      ? 'the journal could not be written'
      : `journal \`${forCodeSpan(journal.branch)}\` commit ${journal.commit.slice(0, 12)}`;
  return `<sub>[run ${run.id}](${run.url}) · ${kept}</sub>\n`;
}
