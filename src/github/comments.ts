import { GitHubFailure } from './failure.ts';
import { once } from './once.ts';
import type { GitHub } from './open-github.ts';

export type Posted = {
  readonly id: number;
  /** As GitHub holds it. */
  readonly body: string;
  readonly url: string;
  readonly did: 'created' | 'edited' | 'unchanged';
};

export type Comment = {
  readonly id: number;
  readonly body: string;
  readonly url: string;
  /** Login; `ghost` for an account that is gone. */
  readonly author: string;
};

export type Sticky = {
  /** A hidden part of the body that makes this comment out, `<!-- … -->`. */
  readonly marker: string;
  /** Login of who posts it, `github-actions[bot]`: a comment of anybody else is left alone, whatever it holds. */
  readonly author: string;
  readonly body: string;
  /** Whether the comment there is as good as the new one; otherwise any difference counts. */
  readonly same?: (old: string) => boolean;
};

/** Longest body GitHub takes. */
const LONGEST = 65_536;

/**
 * Sees to it that a pull request or issue has exactly one comment with that marker by that author.
 * @throws GitHubFailure; Error when the body lacks the marker, since it would never be found again.
 */
export async function sticky(gh: GitHub, number: number, wanted: Sticky): Promise<Posted> {
  complete(wanted);
  const [first, ...rest] = await own(gh, number, wanted);
  return first === undefined ? created(gh, number, wanted) : replaced(gh, first, rest, wanted);
}

/** Leaves the first one, as it is wanted, and none of the rest. */
async function replaced(
  gh: GitHub,
  first: Comment,
  rest: readonly Comment[],
  wanted: Sticky,
): Promise<Posted> {
  for (const { id } of rest) await removed(gh, id);
  const same = wanted.same?.(first.body) ?? false;
  if (same || plain(first.body) === plain(wanted.body)) return { ...posted(first), did: 'unchanged' };
  const { owner, repo } = gh;
  const { data } = await gh.octokit.rest.issues.updateComment({
    owner,
    repo,
    comment_id: first.id,
    body: wanted.body,
  });
  return { ...posted(commentIn(data)), did: 'edited' };
}

/** Changes the one that is there; undefined where there is none. What changes nothing is not sent. */
export async function revise(
  gh: GitHub,
  number: number,
  wanted: Pick<Sticky, 'marker' | 'author'> & { readonly change: (old: string) => string },
): Promise<Posted | undefined> {
  const [first, ...rest] = await own(gh, number, wanted);
  if (first === undefined) return undefined;
  const changed = { ...wanted, body: wanted.change(first.body) };
  complete(changed);
  return await replaced(gh, first, rest, changed);
}

/** One comment of a pull request or issue; undefined when it is gone. */
export async function commentById(
  { octokit, owner, repo }: GitHub,
  id: number,
): Promise<Comment | undefined> {
  try {
    return commentIn((await octokit.rest.issues.getComment({ owner, repo, comment_id: id })).data);
  } catch (error) {
    if (error instanceof GitHubFailure && error.status === 404) return undefined;
    throw error;
  }
}

/** Posts one more comment. It is not sent again when the answer is lost: see `sticky` for that. */
export async function comment(gh: GitHub, number: number, body: string): Promise<Posted> {
  fits(body);
  const { octokit, owner, repo } = gh;
  const { data } = await octokit.rest.issues.createComment({ owner, repo, issue_number: number, body });
  return { ...posted(commentIn(data)), did: 'created' };
}

function created(gh: GitHub, number: number, wanted: Sticky): Promise<Posted> {
  const look = async (): Promise<Posted | undefined> => {
    const [there] = await own(gh, number, wanted);
    return there === undefined ? undefined : { ...posted(there), did: 'created' };
  };
  return once(gh, () => comment(gh, number, wanted.body), look);
}

async function own(
  { octokit, owner, repo }: GitHub,
  number: number,
  { marker, author }: Pick<Sticky, 'marker' | 'author'>,
) {
  const comments = await octokit.paginate(octokit.rest.issues.listComments, {
    owner,
    repo,
    issue_number: number,
    per_page: 100,
  });
  return comments
    .map(commentIn)
    .filter((each) => each.author.toLowerCase() === author.toLowerCase() && each.body.includes(marker));
}

async function removed({ octokit, owner, repo }: GitHub, id: number): Promise<void> {
  try {
    await octokit.rest.issues.deleteComment({ owner, repo, comment_id: id });
  } catch (error) {
    if (!(error instanceof GitHubFailure && error.status === 404)) throw error;
  }
}

/** @throws Error without the marker; GitHubFailure when it is too long. */
function complete({ body, marker }: Pick<Sticky, 'body' | 'marker'>): void {
  if (!body.includes(marker)) throw new Error('The body of a sticky comment lacks its marker.');
  fits(body);
}

function fits(body: string): void {
  if (body.length <= LONGEST) return;
  throw new GitHubFailure(
    `A comment of ${body.length} characters is longer than GitHub takes (${LONGEST}). Nothing was posted.`,
    'Have it made shorter: the whole of it is in the artifact of the run.',
  );
}

type Told = {
  readonly id: number;
  readonly body?: string;
  readonly html_url: string;
  readonly user: { readonly login: string } | null;
};

function commentIn({ id, body, html_url, user }: Told): Comment {
  return { id, body: body ?? '', url: html_url, author: user?.login ?? 'ghost' };
}

function posted({ id, body, url }: Comment): Omit<Posted, 'did'> {
  return { id, body, url };
}

/** A body edited by hand in a browser comes back with other line ends. */
function plain(body: string): string {
  return body.replaceAll('\r\n', '\n').trimEnd();
}
