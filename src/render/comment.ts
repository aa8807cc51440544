import type { Plan } from '../core/plan.ts';
import { type About, fittedComment } from './comment-fit.ts';
import { bare, link } from './comment-link.ts';
import { type Block, folded } from './markdown-parts.ts';
import { forCodeSpan } from './safe.ts';

/** What a plan comment says of itself in a hidden line, for the run that comes after. */
export type CommentState = {
  /** Commit the comment is about. */
  readonly head: string;
  /** When reading began; empty where nothing was read. */
  readonly read: string;
  /** Link to the run that wrote it. */
  readonly run: string;
};

/** First line of the plan comment of a pull request. */
export const PLAN_MARKER = '<!-- iosmail:plan -->';

const STATE = /^<!-- iosmail:state head=(\S*) read=(\S*) run=(\S*) -->$/;

/** The hidden line; no value may end it or hold a blank. */
function stateLine({ head, read, run }: CommentState): string {
  return `<!-- iosmail:state head=${bare(head)} read=${bare(read)} run=${link(run)} -->`;
}

/** The state in the second line of a comment; undefined where there is none. */
export function commentState(body: string): CommentState | undefined {
  const [, head, read, run] = STATE.exec(linesOf(body)[1] ?? '') ?? [];
  return head === undefined || read === undefined || run === undefined ? undefined : { head, read, run };
}

/** Whether two comments say the same, but for the time of reading and the run that they link to. */
export function sameComment(a: string, b: string): boolean {
  return timeless(a) === timeless(b);
}

function timeless(body: string): string {
  const state = commentState(body);
  if (state === undefined) return body;
  return [state.run, state.read].reduce(
    (text, part) => (part === '' ? text : text.replaceAll(part, '…')),
    body,
  );
}

/** Lines of a comment, also of one that was edited in a browser. */
function linesOf(body: string): readonly string[] {
  return body.replaceAll('\r\n', '\n').split('\n');
}

/** GitHub takes 65,536 for a comment; the line that makes it out as outdated must fit on top. */
const LIMIT = 60_000;
/** GitHub takes 1 MiB for the summary of a step, in bytes; a character here has up to three. */
const WHOLE = 340_000;

/**
 * The comment on a pull request: who gains and loses access, then every tenant, then what a merge does.
 * @returns `body` for the comment; `whole` for the job summary; `cut` when the body leaves something out, and says so.
 */
export function planComment(plan: Plan, about: About): { body: string; whole: string; cut: boolean } {
  const { head = '', readAt = '' } = plan.proposal ?? {};
  const hidden = `${PLAN_MARKER}\n${stateLine({ head, read: readAt, run: about.run.url })}\n\n`;
  const { text, cut } = fittedComment(plan, about, (about.limit ?? LIMIT) - hidden.length);
  return { body: `${hidden}${text}`, whole: fittedComment(plan, about, WHOLE).text, cut };
}

const OUTDATED = '<!-- iosmail:outdated -->';

/**
 * The comment with a line on top that says it is about an older commit, the rest folded. Done twice it is the same;
 * a comment about that very commit stays as it is.
 */
export function outdatedComment(body: string, { head, url }: { head: string; url: string }): string {
  const state = commentState(body);
  if (state?.head === bare(head)) return body;
  const lines = linesOf(body).filter((line) => line !== PLAN_MARKER);
  const hidden = state === undefined ? [] : lines.slice(0, 1);
  const rest = lines.slice(hidden.length);
  const marked = rest[0] === OUTDATED;
  const about = state === undefined ? 'an older commit' : `\`${forCodeSpan(state.head)}\``;
  const top = [
    PLAN_MARKER,
    ...hidden,
    OUTDATED,
    `**Outdated:** this plan is for ${about}; the newest commit is \`${forCodeSpan(bare(head))}\`. [A new plan is on its way](${link(url)}).`,
  ];
  const inside = marked
    ? rest.slice(2)
    : ['', ...folded('The older plan', [trimmed(rest)]).flatMap((lines) => [...lines, ''])];
  return `${[...top, ...inside].join('\n').trimEnd()}\n`;
}

function trimmed(lines: readonly string[]): Block {
  return lines.join('\n').trim().split('\n');
}

/** What a pull request from a fork is told: its code gets no identity. */
export function forkComment(): string {
  return `${PLAN_MARKER}\nThis pull request comes from a fork, so no plan is made for it: a maintainer can push its commits to a branch of this repository to have it planned.\n`;
}

/** Says that there is no plan for a commit, and where to see why. */
export function noPlanComment({ url, head }: { url: string; head: string }): string {
  const said = `**No plan could be made for \`${forCodeSpan(bare(head))}\`.** Nothing was sent to any tenant; [the run](${link(url)}) says why.`;
  return `${PLAN_MARKER}\n${stateLine({ head, read: '', run: url })}\n\n${said}\n`;
}
