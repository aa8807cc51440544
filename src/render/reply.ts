import type { Plan } from '../core/plan.ts';
import type { ApplyReport, TenantReport } from '../core/report.ts';
import { applyMarkdown } from './apply-markdown.ts';
import { applyFooter } from './outcome.ts';
import { planMarkdown } from './plan-markdown.ts';
import { forCodeSpan } from './safe.ts';
import { tenantList } from './tenant-list.ts';

/** Longest reply; GitHub takes 65,536 characters. */
const LONGEST = 60_000;
/** Longest fresh plan in a reply: the rest leaves room for the tenants, and for how to go on. */
const LONGEST_PLAN = 50_000;
/** Longest summary of a step, in bytes; GitHub takes 1 MiB. */
const LONGEST_SUMMARY = 1_000_000;
/** What the workflow keeps of an apply. */
const ARTIFACT = 'iosmail-apply';
/** Where the workflow keeps a fresh plan. */
const FRESH = 'iosmail-fresh';

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
  const { fresh, run } = about;
  if (fresh === undefined) return shortened(report, about, []);
  // A plan that somebody is to decide on is worth more room than the steps of what is done.
  const plan = freshPart(fresh, run.id);
  return shortened(report, about, [plan.length <= LONGEST_PLAN ? plan : elsewhere(fresh.digest, run)]);
}

/** Tenants line by line, then how to go on and where the rest is: those are never what is cut off. */
function shortened(report: ApplyReport, about: ReplyAbout, plan: readonly string[]): string {
  const rest = [
    '',
    `The steps are in the artifact \`${ARTIFACT}\` of the [run](${about.run.url}), and in the log of its job \`apply\`.`,
    '',
    ...plan,
    ...effect(report.tenants),
    footer(about),
  ].join('\n');
  const head = `**${applyFooter(report)}**\n\n`;
  return `${head}${tenantList(report.tenants, LONGEST - head.length - rest.length - 1).join('\n')}\n${rest}`;
}

function elsewhere(digest: string, run: ReplyAbout['run']): string {
  return [
    '### Fresh plan',
    '',
    `Nothing was sent to some tenants. What the merged policy asks of them now is too long for a reply: read it in the [summary of the run](${run.url}), under \`record\`, before you have it applied. The file \`fresh.json\` in the artifact \`${FRESH}\` has the same for machines.`,
    '',
    howToApply(digest, run.id),
    '',
  ].join('\n');
}

/**
 * A fresh plan for the summary of the run, to read before it is applied. What is too long even for that is said, with
 * how many tenants are missing.
 */
export function freshSummary(fresh: NonNullable<ReplyAbout['fresh']>, run: number): string {
  const { plan, digest } = fresh;
  for (let shown = plan.tenants.length; ; shown = Math.floor(shown / 2)) {
    const tenants = plan.tenants.slice(0, shown);
    const missing = plan.tenants.length - shown;
    const cut = `**${missing} more tenants are not shown here.** The file \`fresh.json\` in the artifact \`${FRESH}\` has all; having it applied applies all of them.\n`;
    const text = `${missing === 0 ? '' : `${cut}\n`}${freshPart({ plan: { ...plan, tenants }, digest }, run)}`;
    if (shown === 0 || new TextEncoder().encode(text).length <= LONGEST_SUMMARY) return text;
  }
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
    'Nothing was sent to the tenants below. This is what the merged policy asks of them now:',
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
    'Somebody other than whoever starts it approves it at the environment `apply`. It sends nothing if the tenant moves again.',
  ].join('\n');
}

function footer({ run, journal }: ReplyAbout): string {
  const kept =
    journal === undefined
      ? 'the journal could not be written'
      : `journal \`${forCodeSpan(journal.branch)}\` commit ${journal.commit.slice(0, 12)}`;
  return `<sub>[run ${run.id}](${run.url}) · ${kept}</sub>\n`;
}
