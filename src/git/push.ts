import { GitFailure, gitAnswer } from './git.ts';

type Env = { readonly [name: string]: string };

/**
 * taken: the branch is at the commit now · overtaken: somebody else wrote to it since it was fetched, or writes to it
 * this very moment.
 */
export type Pushed = 'taken' | 'overtaken';

/** How Git, and the server behind it, say that another writer was faster. */
const OVERTAKEN =
  /\(fetch first\)|\(non-fast-forward\)|\(stale info\)|cannot lock ref|failed to update ref|incorrect old value|reference already exists/i;

/**
 * Sends one commit to a branch of `origin`, never by force.
 * @throws GitFailure for whatever trying again would not help, with a fix for what stands in the way.
 */
export async function push(repo: string, commit: string, branch: string, env: Env): Promise<Pushed> {
  const target = `refs/heads/${branch}`;
  const { status, output, said } = await gitAnswer(
    repo,
    ['push', '--porcelain', 'origin', `${commit}:${target}`],
    { env, answers: [1, 128] },
  );
  if (status === 0) return 'taken';
  // The connection may have broken after the server had taken it.
  if (await isAt(repo, commit, target, env)) return 'taken';
  const told = `${output.toString('utf8')}\n${said}`;
  if (status === 1 && OVERTAKEN.test(told)) return 'overtaken';
  throw remoteFailure(`The branch ${branch} cannot be written`, told, status);
}

async function isAt(repo: string, commit: string, target: string, env: Env): Promise<boolean> {
  const { status, output } = await gitAnswer(repo, ['ls-remote', 'origin', target], {
    env,
    answers: [1, 128],
  });
  return status === 0 && output.toString('utf8').startsWith(`${commit}\t`);
}

/** Why the remote did not do as asked, from what Git said, with what to do about it. */
export function remoteFailure(what: string, said: string, status?: number): GitFailure {
  const lines = said.split('\n').map((line) => line.replace(/^(?:remote: )+/, '').trim());
  const telling = lines.filter(
    (line) =>
      /^(?:error|fatal|!)|rejected|denied|GH\d{3}|violation/i.test(line) &&
      !/failed to push some refs/.test(line),
  );
  const why = [...new Set(telling.length > 0 ? telling : lines.filter(Boolean))].slice(0, 4).join(' ');
  return new GitFailure(`${what}: ${why === '' ? 'Git does not say why' : why}`, fixFor(said), status);
}

const FIXES: readonly (readonly [RegExp, string])[] = [
  [
    /GH0\d\d|rule violation|protected branch|hook declined/i,
    'Let no ruleset forbid pushes to this branch: only deletions and force pushes are to be forbidden. Then run the job again.',
  ],
  [
    /returned error: 40[13]|permission to .* denied|not granted|authentication failed|could not read (?:username|password)|invalid username/i,
    'Give the job `permissions: contents: write` and GITHUB_TOKEN, then run it again.',
  ],
  [
    /could not resolve|failed to connect|could not connect|connection|timed out|unable to access|returned error: 5\d\d|early eof|hung up/i,
    'GitHub was not reached: run the job again; where it keeps failing, see https://www.githubstatus.com.',
  ],
];

function fixFor(said: string): string {
  return (
    FIXES.find(([pattern]) => pattern.test(said))?.[1] ??
    'Run the job again in a complete clone with a remote `origin` (in GitHub Actions: fetch-depth: 0).'
  );
}
