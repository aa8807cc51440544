import { GitFailure, git, gitAnswer } from './git.ts';
import { fetchBranch, WHO } from './journal-branch.ts';

/** The run that applies. */
export type Holder = {
  readonly run: number;
  readonly attempt: number;
  readonly url: string;
  readonly time: string;
};

export type Lock = { readonly kind: 'held' } | { readonly kind: 'taken'; readonly by: Holder };

type Env = { readonly [name: string]: string };

export const LOCK = 'iosmail-lock';
const REF = `refs/remotes/origin/${LOCK}`;

/**
 * Takes the lock: the remote makes the branch for exactly one of those who ask. A holder whose run is over, or which
 * is an earlier attempt of this very run, is taken over from, again by exactly one.
 * @throws GitFailure when the remote cannot be asked, or the lock is none of ours.
 */
export async function acquireLock(
  repo: string,
  holder: Holder,
  isOver: (run: number) => Promise<boolean>,
  env: Env = {},
): Promise<Lock> {
  await fetchBranch(repo, LOCK, env);
  const there = await lockIn(repo);
  if (there !== undefined && there.by.run !== holder.run && !(await isOver(there.by.run)))
    return { kind: 'taken', by: there.by };
  const tree = (await git(repo, ['mktree'], { input: '' })).toString('utf8').trim();
  const commit = (await git(repo, ['commit-tree', tree], { input: JSON.stringify(holder), env: WHO }))
    .toString('utf8')
    .trim();
  const lease = `--force-with-lease=refs/heads/${LOCK}:${there?.sha ?? ''}`;
  const { status } = await gitAnswer(
    repo,
    ['push', '--quiet', lease, 'origin', `${commit}:refs/heads/${LOCK}`],
    { env, answers: [1] },
  );
  if (status === 0) return { kind: 'held' };
  // Somebody was faster between our look and our push.
  await fetchBranch(repo, LOCK, env);
  const winner = await lockIn(repo);
  if (winner !== undefined && winner.by.run !== holder.run) return { kind: 'taken', by: winner.by };
  throw new GitFailure(
    `The branch ${LOCK} cannot be written.`,
    'Give the job `permissions: contents: write`, and let no ruleset forbid the branch.',
  );
}

/** Gives the lock back, if it is still held by this run. */
export async function releaseLock(repo: string, run: number, env: Env = {}): Promise<void> {
  await fetchBranch(repo, LOCK, env);
  const there = await lockIn(repo);
  if (there?.by.run !== run) return;
  const lease = `--force-with-lease=refs/heads/${LOCK}:${there.sha}`;
  await git(repo, ['push', '--quiet', lease, 'origin', `:refs/heads/${LOCK}`], { env });
}

/**
 * Who holds the lock on the remote now. Only reads.
 * @throws GitFailure when the remote cannot be asked, or the lock is none of ours.
 */
export async function lockHolder(repo: string, env: Env = {}): Promise<Holder | undefined> {
  await fetchBranch(repo, LOCK, env);
  return (await lockIn(repo))?.by;
}

async function lockIn(repo: string): Promise<{ readonly sha: string; readonly by: Holder } | undefined> {
  const { status, output } = await gitAnswer(repo, ['rev-parse', '--verify', '--quiet', REF], {
    answers: [1],
  });
  if (status !== 0) return undefined;
  const sha = output.toString('utf8').trim();
  const message = (await git(repo, ['show', '--no-patch', '--format=%B', sha])).toString('utf8');
  return { sha, by: holderIn(message) };
}

function holderIn(message: string): Holder {
  try {
    const value: unknown = JSON.parse(message);
    if (isHolder(value)) return value;
  } catch {
    // Told below.
  }
  throw new GitFailure(
    `The branch ${LOCK} was not made by iosmail.`,
    `Make sure that no apply is under way, then delete the branch ${LOCK}.`,
  );
}

function isHolder(value: unknown): value is Holder {
  if (value === null || typeof value !== 'object') return false;
  const holder = value as Partial<Record<keyof Holder, unknown>>;
  return (
    typeof holder.run === 'number' &&
    typeof holder.attempt === 'number' &&
    typeof holder.url === 'string' &&
    typeof holder.time === 'string'
  );
}
