import { isFailed, type Plan } from '../core/plan.ts';
import { byImportance, fleetHeadline, isUrgent, stoppedWords, type Tenants } from './comment-headline.ts';
import { bare, link } from './comment-link.ts';
import { overviews } from './comment-overview.ts';
import { hasProblem, isStopped, tenantSection } from './comment-tenant.ts';
import { findingItems } from './markdown-findings.ts';
import type { Block } from './markdown-parts.ts';
import { forCodeSpan, forMarkdown } from './safe.ts';
import { count, named, number } from './words.ts';

/** What a comment says beside the plan. */
export type About = {
  readonly version: string;
  readonly run: { readonly url: string };
  /** Name of the artifact that holds the plan file. */
  readonly artifact: string;
  /** Approvals an apply needs. */
  readonly approvals: number;
  /** Longest body in UTF-16 code units; default 60,000. */
  readonly limit?: number;
};

/** Kept free for the words that say what is not shown. */
const DROPPED = 1_500;

/** A part of a comment in its forms, the fullest first. */
type Part = { readonly forms: readonly string[]; form: number };

/** The visible part of the comment within a limit, in UTF-16 code units. `cut`: something is left out, and it says so. */
export function fittedComment(plan: Plan, about: About, limit: number): { text: string; cut: boolean } {
  const tenants = byImportance(plan.tenants);
  const part = (...forms: (readonly Block[])[]): Part => ({ forms: forms.map(text), form: 0 });
  const top = part(head(plan));
  const table = part(...overviews(tenants));
  const proposal = plan.proposal?.findings ?? [];
  const findings = part(
    proposalFindings(plan),
    proposal.length === 0
      ? []
      : [[`${count(proposal.length, 'finding', 'findings')} about other files, not listed here.`]],
  );
  const sections = tenants.map((tenant) => {
    const { brief, details } = tenantSection(tenant, plan.day, about.artifact);
    return { tenant, part: part([...brief, ...details], brief, []) };
  });
  const untouched = part(notTouched(plan, 50), notTouched(plan, 0));
  const end = part([...onMerge(plan, about), ...footer(plan, about)]);
  const parts = [top, table, findings, ...sections.map((each) => each.part), untouched, end];
  let length = parts.reduce((sum, each) => sum + size(each), 0);
  const shorten = (each: Part, form: number): void => {
    if (length <= limit - DROPPED || each.form >= form || form >= each.forms.length) return;
    // Where the shorter form leaves nothing out, nothing is to be said of it.
    if (each.forms[form] === now(each)) return;
    length -= size(each);
    each.form = form;
    length += size(each);
  };
  const last = [...sections].reverse();
  const narrow = last.filter(({ tenant }) => isUrgent(tenant));
  const wide = last.filter(({ tenant }) => !isUrgent(tenant));
  for (const each of wide) shorten(each.part, 1);
  // What a short section without a finding says, the table says too.
  for (const each of wide) if (!hasProblem(each.tenant)) shorten(each.part, 2);
  for (const each of narrow) shorten(each.part, 1);
  for (const each of last) if (!isStopped(each.tenant)) shorten(each.part, 2);
  for (const form of [1, 2, 3]) shorten(table, form);
  shorten(findings, 1);
  for (const each of last) shorten(each.part, 2);
  shorten(untouched, 1);
  shorten(table, 4);
  const shown = [top, table, findings, ...sections.map((each) => each.part)];
  const inForm = (form: number) => sections.filter((each) => each.part.form === form);
  const cut = parts.some(({ form }) => form > 0);
  const blocks = [
    ...shown.map(now),
    ...(cut ? [text(dropped(inForm(1), inForm(2).length, about))] : []),
    now(untouched),
    now(end),
  ].filter((each) => each !== '');
  return { text: `${blocks.join('\n\n')}\n`, cut };
}

function now({ forms, form }: Part): string {
  return forms[form] ?? '';
}

function size(part: Part): number {
  return now(part).length + 2;
}

function text(blocks: readonly Block[]): string {
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function head(plan: Plan): readonly Block[] {
  const { tenants } = plan;
  const rules = ruleWords(plan);
  if (tenants.every(({ status }) => status === 'unchanged')) return [...rules, [calm(plan)]];
  const stopped = stoppedWords(tenants);
  return [
    ...rules,
    [`## ${fleetHeadline(tenants)}`],
    ...(stopped === '' ? [] : [[`**${stopped}.** Nothing is sent to a tenant that is refused or failed.`]]),
    ...causeWords(tenants),
  ];
}

/** What changes the rules for everybody comes before what changes in a tenant. */
function ruleWords({ proposal }: Plan): readonly Block[] {
  const changed = (proposal?.findings ?? []).filter(({ rule }) =>
    ['guardrails-changed', 'labels-changed'].includes(rule),
  );
  return changed.map(({ message }) => [`## ${forMarkdown(message)}`]);
}

function calm({ tenants, proposal }: Plan): string {
  const gone = proposal?.noLongerManaged.length ?? 0;
  const same =
    tenants.length === 0
      ? 'The effective policy of every tenant that stays managed is the same before and after.'
      : `Live settings of ${count(tenants.length, 'tenant', 'tenants')} match the new policy already.`;
  const left =
    gone === 0 ? '' : ` ${count(gone, 'tenant is', 'tenants are')} no longer managed and stay as they are.`;
  return `**No changes: nobody gains or loses access.** ${same}${left} A merge sends nothing to Entra.`;
}

/** Said on top too, because a reviewer of the pull request's own lines would not look for it. */
function causeWords(tenants: Tenants): readonly Block[] {
  const changes = tenants.flatMap((tenant) =>
    tenant.status === 'changes' ? tenant.steps.flatMap((step) => step.changes) : [],
  );
  const of = (cause: string) => changes.filter((change) => change.cause === cause).length;
  const [drift, expiring] = [of('drift'), of('expiring')];
  if (drift + expiring === 0) return [];
  const said = [
    ...(drift === 0 ? [] : [`${number(drift)} already different (drift)`]),
    ...(expiring === 0 ? [] : [`${number(expiring)} expiring`]),
  ].join(', ');
  const others = drift + expiring;
  const verb = others === 1 ? 'is' : 'are';
  return [
    [
      `${number(others)} of ${count(changes.length, 'change', 'changes')} ${verb} not from this pull request: ${said}. **A merge applies all of them.**`,
    ],
  ];
}

function proposalFindings({ proposal, day }: Plan): readonly Block[] {
  const items = findingItems(proposal?.findings ?? [], day);
  return items.length === 0 ? [] : [['### Findings in other files'], ...items];
}

function notTouched({ proposal }: Plan, names: number): readonly Block[] {
  const { noLongerManaged = [], untouched = 0 } = proposal ?? {};
  const shown = noLongerManaged.slice(0, names);
  const rest = noLongerManaged.length - shown.length;
  const items = [
    ...shown.map(({ name }) => `- ${named(name, forMarkdown)}: no longer managed; everything stays as it is`),
    ...(rest === 0
      ? []
      : [
          `- ${count(rest, 'tenant', 'tenants')}${shown.length === 0 ? '' : ' more'} no longer managed; everything stays as it is`,
        ]),
    ...(untouched === 0
      ? []
      : [
          `- ${count(untouched, 'tenant', 'tenants')} with the same effective policy as before: not read, not planned`,
        ]),
  ];
  return items.length === 0 ? [] : [['### Not touched'], items];
}

function onMerge({ tenants }: Plan, { approvals }: About): readonly Block[] {
  if (tenants.every(({ status }) => status === 'unchanged')) return [];
  const needed =
    approvals === 0
      ? 'No approval is needed.'
      : `${count(approvals, 'approval is', 'approvals are')} needed on this commit, given after this plan was posted, by people with write access who wrote none of it (who clicks *Update branch* counts as one who did).`;
  const most = Math.max(0, ...tenants.map((tenant) => (isFailed(tenant) ? 0 : (tenant.approvals ?? 0))));
  return [
    ['### What happens on merge'],
    [
      `- ${needed}`,
      ...(most > approvals
        ? [`- The guardrails ask for up to ${most} approvals; the tenants they ask it for say so.`]
        : []),
      '- Each tenant gets exactly the steps shown, in this order, and is read again afterwards.',
      '- A tenant that moved meanwhile is stale: nothing is sent to it, and a fresh plan is made for review.',
    ],
  ];
}

function dropped(
  brief: readonly { readonly tenant: Tenants[number] }[],
  rest: number,
  about: About,
): readonly Block[] {
  const names: string[] = [];
  let room = DROPPED - 700;
  for (const {
    tenant: { tenant },
  } of brief) {
    const name = named(tenant.name, forMarkdown);
    room -= name.length + 2;
    if (room < 0) break;
    names.push(name);
  }
  const more = brief.length - names.length;
  const who = [...names, ...(more === 0 ? [] : [`${number(more)} more`])].join(', ');
  const where = `${summaryLink(about)} and in the artifact \`${forCodeSpan(about.artifact)}\``;
  return [
    [`**Not all of it fits here.** The whole plan is in ${where}.`],
    ...(brief.length === 0 ? [] : [[`Without its details here: ${who}.`]]),
    ...(rest === 0 ? [] : [[`Without a section of its own here: ${count(rest, 'tenant', 'tenants')}.`]]),
  ];
}

function summaryLink({ run }: About): string {
  return `the [job summary](${link(run.url)})`;
}

function footer({ proposal, day, tool }: Plan, about: About): readonly Block[] {
  const commit =
    proposal === undefined
      ? []
      : [
          `Commit \`${forCodeSpan(bare(proposal.head))}\` merged into \`${forCodeSpan(bare(proposal.base))}\``,
          `read at \`${forCodeSpan(bare(proposal.readAt))}\``,
        ];
  return [
    ['---'],
    [
      [
        ...commit,
        `dates judged by ${forMarkdown(day)}`,
        `iosmail ${forMarkdown(tool.version)}`,
        `whole plan: ${summaryLink(about)}, artifact \`${forCodeSpan(about.artifact)}\``,
      ].join(' · '),
    ],
  ];
}
