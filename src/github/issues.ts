import { comment } from './comments.ts';
import { once } from './once.ts';
import type { GitHub } from './open-github.ts';

/** Longest title and body GitHub takes. */
const LONGEST_TITLE = 256;
const LONGEST_BODY = 65_536;

type Made = {
  /** A hidden part at the start of the body that makes this issue out, `<!-- … -->`. */
  readonly marker: string;
  /** Login of who opens it: an issue of anybody else is left alone. */
  readonly author: string;
};

/** What is wrong now; or that nothing is any more, `closed` being the words to close it with. */
export type FailureIssue =
  | (Made & { readonly title: string; readonly body: string })
  | (Made & { readonly closed: string });

export type Told = {
  readonly number: number;
  readonly url: string;
  readonly did: 'opened' | 'edited' | 'unchanged' | 'closed';
};

/**
 * Sees to it that there is one open issue with that marker by that author, or none with `closed`.
 * Undefined when there was nothing to close.
 */
export async function failureIssue(gh: GitHub, wanted: FailureIssue): Promise<Told | undefined> {
  const [first, ...rest] = await open(gh, wanted);
  for (const each of rest) await close(gh, each.number);
  if ('closed' in wanted) {
    if (first === undefined) return undefined;
    await comment(gh, first.number, wanted.closed);
    await close(gh, first.number);
    return { number: first.number, url: first.html_url, did: 'closed' };
  }
  const title = cut(wanted.title, LONGEST_TITLE);
  const body = cut(wanted.body, LONGEST_BODY);
  if (first === undefined) return created(gh, { ...wanted, title, body });
  const { number, html_url: url } = first;
  if (first.title === title && first.body === body) return { number, url, did: 'unchanged' };
  const { octokit, owner, repo } = gh;
  await octokit.rest.issues.update({ owner, repo, issue_number: number, title, body });
  return { number, url, did: 'edited' };
}

function created(
  gh: GitHub,
  wanted: Made & { readonly title: string; readonly body: string },
): Promise<Told> {
  const { octokit, owner, repo } = gh;
  const { title, body } = wanted;
  const told = (issue: { readonly number: number; readonly html_url: string }): Told => ({
    number: issue.number,
    url: issue.html_url,
    did: 'opened',
  });
  const send = async () => told((await octokit.rest.issues.create({ owner, repo, title, body })).data);
  const look = async () => (await open(gh, wanted)).map(told)[0];
  return once(gh, send, look);
}

/** Open issues with the marker, oldest first. */
async function open({ octokit, owner, repo }: GitHub, { marker, author }: Made) {
  const issues = await octokit.paginate(octokit.rest.issues.listForRepo, {
    owner,
    repo,
    state: 'open',
    per_page: 100,
  });
  return issues
    .filter(
      ({ user, body, pull_request }) =>
        pull_request === undefined &&
        user?.login.toLowerCase() === author.toLowerCase() &&
        (body ?? '').includes(marker),
    )
    .sort((a, b) => a.number - b.number);
}

/** A failure that is too long to tell is told in part: the marker is at the start, and the run has it all. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // No half of a character is left at the end.
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

async function close({ octokit, owner, repo }: GitHub, number: number): Promise<void> {
  await octokit.rest.issues.update({ owner, repo, issue_number: number, state: 'closed' });
}
