import type { Finding, Position, Severity } from '../core/finding.ts';
import { isFailed, type Plan, type TenantPlan } from '../core/plan.ts';
import { changeWords } from './change-words.ts';
import { byImportance, fleetHeadline, stoppedWords, type Tenants } from './comment-headline.ts';
import { overviews } from './comment-overview.ts';
import { forMarkdown, forTerminal } from './safe.ts';
import { bySeverity, count, named } from './words.ts';

export type CheckOutput = {
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  readonly conclusion: 'success' | 'failure';
};

export type PlanAnnotation = {
  /** Path in the repository. */
  readonly path: string;
  readonly line: number;
  readonly column?: number;
  readonly level: 'failure' | 'warning' | 'notice';
  /** Plain text. */
  readonly title: string;
  readonly message: string;
};

/** GitHub takes 65,535 for a summary, 64 KB for a message and 255 characters for a title. */
const SUMMARY = 60_000;
const MESSAGE = 16_000;
const TITLE = 255;
/** Things said on one line of a file, and lines annotated at all; the comment has the rest. */
const PER_LINE = 20;
const LINES = 250;

/** The result of a check run that speaks of these tenants. Refused, failed or an error in a file: failure. */
export function checkOutput(plan: Plan, tenants: Tenants): CheckOutput {
  const errors = (plan.proposal?.findings ?? []).filter(({ severity }) => severity === 'error');
  const stopped = stoppedWords(tenants);
  const wrong = errors.length === 0 ? '' : count(errors.length, 'error in a file', 'errors in files');
  const quiet = tenants.every(({ status }) => status === 'unchanged');
  const title = [stopped, wrong, quiet ? 'No changes: nobody gains or loses access' : fleetHeadline(tenants)]
    .filter((each) => each !== '')
    .join(' · ');
  const why = [
    ...byImportance(tenants).flatMap((tenant) =>
      reasons(tenant).map((reason) => `- ${named(tenant.tenant.name, forMarkdown)}: ${forMarkdown(reason)}`),
    ),
    ...errors.map(({ message }) => `- ${forMarkdown(message)}`),
  ];
  const conclusion = stopped === '' && wrong === '' ? 'success' : 'failure';
  return { title: clipped(title, TITLE), summary: summaryOf(title, tenants, why), conclusion };
}

function reasons(tenant: Tenants[number]): readonly string[] {
  if (isFailed(tenant)) return [tenant.error.message];
  return tenant.findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

/** Whole lines only, so that no table and no escape is cut in two. */
function summaryOf(title: string, tenants: Tenants, why: readonly string[]): string {
  const said: string[] = [];
  let room = SUMMARY / 2;
  for (const line of why) {
    room -= line.length + 1;
    if (room < 0) break;
    said.push(line);
  }
  const more = why.length - said.length;
  if (more > 0) said.push(`- and ${more} more; see the plan comment`);
  const tables = overviews(byImportance(tenants)).map((blocks) =>
    [[`**${title}**`], said, ...blocks]
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n'),
  );
  return tables.find((text) => text.length <= SUMMARY) ?? `**${title}**`;
}

type Said = {
  readonly at: Position;
  readonly level: PlanAnnotation['level'];
  readonly title: string;
  readonly message: string;
};

const LEVELS: { readonly [severity in Severity]: PlanAnnotation['level'] } = {
  error: 'failure',
  warning: 'warning',
  info: 'notice',
};
const RANKS = { failure: 0, warning: 1, notice: 2 };

/** What to say on lines of the policy files: refusals, findings, and what takes access away. Failures first; bounded. */
export function annotationsOf(plan: Plan): readonly PlanAnnotation[] {
  const said = [
    ...findingsSaid(plan.proposal?.findings ?? []),
    ...plan.tenants.flatMap((tenant) =>
      isFailed(tenant) ? [] : [...findingsSaid(tenant.findings), ...removalsSaid(tenant)],
    ),
  ];
  const lines = new Map<string, Said[]>();
  for (const each of said) {
    const key = JSON.stringify([each.at.file, each.at.line, each.level, each.title]);
    lines.set(key, [...(lines.get(key) ?? []), each]);
  }
  return [...lines.values()]
    .map(annotation)
    .sort((a, b) => RANKS[a.level] - RANKS[b.level])
    .slice(0, LINES);
}

function annotation(said: readonly Said[]): PlanAnnotation {
  const [first] = said;
  if (first === undefined) throw new RangeError('nothing is said on this line');
  const { at, level, title } = first;
  const messages = [...new Set(said.map(({ message }) => message))];
  const more = messages.length - PER_LINE;
  const shown = [
    ...messages.slice(0, PER_LINE),
    ...(more > 0 ? [`and ${more} more; see the plan comment`] : []),
  ];
  const message = clipped(shown.join('\n'), MESSAGE);
  return { path: at.file, line: at.line, column: at.column, level, title: clipped(title, TITLE), message };
}

function findingsSaid(findings: readonly Finding[]): readonly Said[] {
  return bySeverity(findings).flatMap(({ at, severity, rule, message, fix }) => {
    if (at === undefined) return [];
    const title = `${severity === 'error' ? 'refused: ' : ''}${forTerminal(rule)}`;
    const words = `${message.trim() === '' ? '(no message)' : forTerminal(message)}${fix === undefined ? '' : ` Fix: ${forTerminal(fix)}`}`;
    return [{ at, level: LEVELS[severity], title, message: words }];
  });
}

/** One line of YAML may remove many: a baseline from many tenants, `unlisted` many people. */
function removalsSaid({ tenant, steps, status }: TenantPlan): readonly Said[] {
  const would = status === 'refused';
  return steps.flatMap(({ changes, direction }) => {
    const narrows = direction === 'narrows';
    return changes.flatMap((change) => {
      if (change.at === undefined || !(narrows || change.after === null)) return [];
      // Removing somebody who keeps access by a group takes nobody anything.
      const verb = narrows ? (would ? 'Would narrow' : 'Narrows') : would ? 'Would remove' : 'Removes';
      const title = `${verb}${narrows ? ' access' : ''}`;
      const message = `${named(tenant.name, forTerminal)}: ${changeWords(change, forTerminal)}`;
      return [{ at: change.at, level: 'warning' as const, title, message }];
    });
  });
}

function clipped(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
