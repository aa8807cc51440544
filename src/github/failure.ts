import { withoutSecrets } from '../core/secrets.ts';
import { forTerminal } from '../render/safe.ts';

/** GitHub could not be asked, refused, or gave an answer that cannot be relied upon. */
export class GitHubFailure extends Error {
  override readonly name: string = 'GitHubFailure';
  readonly fix: string;
  /** HTTP status of GitHub's answer; unset where there was none, or where the answer itself is the trouble. */
  readonly status: number | undefined;
  constructor(message: string, fix: string, status?: number) {
    super(message);
    this.fix = fix;
    this.status = status;
  }
}

/** What was asked of GitHub, as far as a message may say it: no header and no query. */
export type Asked = { readonly method: string; readonly path: string };

/** What GitHub answered; unset where nothing came back. */
export type Answered = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | number | undefined };
  readonly data: unknown;
};

const TRY_AGAIN = 'Run the job again; where it keeps failing, see https://www.githubstatus.com.';

/** The failure of one request, in words that hold no secret. */
export function failureOf(
  asked: Asked,
  answered: Answered | undefined,
  secret: string,
  why?: string,
): GitHubFailure {
  const what = `${asked.method} ${asked.path}`;
  const said = forTerminal(withoutSecrets(wordsOf(answered?.data) ?? why ?? '', [secret]));
  const more = said === '' ? '' : `: ${said}`;
  if (answered === undefined) {
    return new GitHubFailure(`GitHub did not answer ${what}${more}.`, TRY_AGAIN);
  }
  const { status } = answered;
  // octokit takes an error of status 409 for the end of a list, and what it read so far for the whole.
  const told = status === 409 && asked.method === 'GET' ? undefined : status;
  return new GitHubFailure(`GitHub answered ${status} to ${what}${more}.`, fixOf(asked, answered), told);
}

/** How long GitHub asks to stay away: a rate limit, primary or secondary. Unset for every other answer. */
export function limitedFor({ status, headers, data }: Answered, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(after)) return Math.max(0, after) * 1000;
  if (String(headers['x-ratelimit-remaining']) === '0') {
    // A second more, because the limit is lifted after that second and clocks differ.
    const reset = Number(headers['x-ratelimit-reset']) * 1000 - now + 1000;
    return Number.isFinite(reset) ? Math.max(0, reset) : UNTOLD;
  }
  if (status === 429 || /\bsecondary rate limit|\babuse detection/i.test(wordsOf(data) ?? '')) return UNTOLD;
  return undefined;
}

/** GitHub asks for at least a minute where it does not say how long. */
const UNTOLD = 60_000;

function wordsOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('message' in data)) return undefined;
  return typeof data.message === 'string' ? data.message : undefined;
}

function fixOf(asked: Asked, answered: Answered): string {
  const { status } = answered;
  if (limitedFor(answered, 0) !== undefined) {
    return "GitHub's rate limit for this token is used up: run the job again in an hour.";
  }
  const permission = permissionFor(asked);
  if (status === 401) {
    return 'GITHUB_TOKEN is wrong or has expired: set it to `github.token` in the `env` of the step, and run the job again.';
  }
  if (status === 403) {
    return `Give the job \`permissions: ${permission}\`; a run for a fork's pull request can only read.`;
  }
  if (status === 404) {
    return `It is not there, or the token may not see it: look at GITHUB_REPOSITORY, and give the job \`permissions: ${permission}\`.`;
  }
  if (status === 422) return 'GitHub takes this for wrong: see its words above.';
  return TRY_AGAIN;
}

const SCOPES: readonly (readonly [RegExp, string])[] = [
  [/\/graphql$/, 'pull-requests'],
  [/\/check-runs/, 'checks'],
  [/\/issues\/(?:comments|\d+\/comments)/, 'pull-requests'],
  [/\/issues(?:\/|$)/, 'issues'],
  [/\/pulls(?:\/|$)/, 'pull-requests'],
  [/\/actions\//, 'actions'],
  [/\/deployments/, 'deployments'],
];

/** The permission of a job that a request needs, as it stands in a workflow file. */
function permissionFor({ method, path }: Asked): string {
  const scope = SCOPES.find(([pattern]) => pattern.test(path))?.[1] ?? 'contents';
  const reads = method === 'GET' || method === 'HEAD' || path.endsWith('/graphql');
  return `${scope}: ${reads ? 'read' : 'write'}`;
}
