import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitFailure, git, gitAnswer } from './git.ts';
import { refIsThere } from './history.ts';
import { filesIn } from './tree.ts';

/** What became of a tenant in one run. Ids and logins only. */
export type RunTenant = {
  readonly outcome: string;
  readonly digest?: string;
  readonly pull?: number;
  readonly head?: string;
  readonly approvedBy?: readonly string[];
};

/** One line of `runs.jsonl`. */
export type RunLine = {
  readonly time: string;
  readonly run: number;
  readonly attempt: number;
  readonly url: string;
  /** The commit whose policies were applied; unset for a fresh plan and where the run left no report. */
  readonly commit?: string;
  readonly after?: string;
  /** The newest commit whose rules of review were in force; unset: `commit`. */
  readonly rules?: string;
  /** Root digest of the fresh plan that was posted. */
  readonly fresh?: string;
  readonly by: 'merge' | 'fresh plan';
  /** `unknown`: the run left no report, so it may have applied anything or nothing. */
  readonly outcome: 'whole' | 'unknown';
  readonly tenants: { readonly [id: string]: RunTenant };
  /** Tenants that failed or were applied in part: the next run tries them under the same review. */
  readonly left: readonly { readonly tenant: string; readonly pull?: number }[];
};

/** The journal branch: not there yet, or read whole. */
export type JournalBranch =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'read';
      readonly runs: readonly RunLine[];
      /** The lines of a tenant's journal, empty where it has none. */
      readonly tenantLines: (id: string) => string;
    };

/** What one run adds. */
export type Addition = {
  readonly run: RunLine;
  /** Lines to append, by tenant id, each ending with a newline. */
  readonly tenants: ReadonlyMap<string, string>;
  readonly message: string;
};

const FIX =
  'Restore the branch from a clone or from GitHub’s activity view; nothing of it is ever rewritten.';
const ATTEMPTS = 5;

/**
 * Reads the journal branch.
 * @throws GitFailure where it is there and cannot be read or trusted: what it says is unknown, never "not applied".
 */
export async function readJournalBranch(repo: string, ref: string): Promise<JournalBranch> {
  if (!(await refIsThere(repo, ref))) return { kind: 'none' };
  const texts = new Map<string, string>();
  for (const { path, bytes } of await filesIn(repo, ref, '')) {
    if (bytes === undefined) throw new GitFailure(`${path} on ${ref} is not a plain file.`, FIX);
    texts.set(path, bytes.toString('utf8'));
  }
  const written = texts.get('runs.jsonl');
  if (written === undefined) throw new GitFailure(`There is no runs.jsonl on ${ref}.`, FIX);
  const lines = written.split('\n').filter((line) => line !== '');
  return {
    kind: 'read',
    runs: lines.map((line, index) => runIn(line, `line ${index + 1} of runs.jsonl on ${ref}`)),
    tenantLines: (id) => texts.get(`tenants/${id}.jsonl`) ?? '',
  };
}

/** Where the next walk begins, and what it must not forget. */
export function lastApplied(runs: readonly RunLine[]):
  | {
      readonly commit: string;
      readonly rules: string | undefined;
      readonly left: RunLine['left'];
    }
  | undefined {
  const last = runs.findLast(({ by, outcome, commit }) => by === 'merge' && outcome === 'whole' && commit);
  if (last?.commit === undefined) return undefined;
  const left = new Map<string, RunLine['left'][number]>();
  for (const run of runs) {
    // A run that had a tenant to do settles it one way or another, or leaves it once more.
    for (const id of Object.keys(run.tenants)) left.delete(id);
    for (const each of run.left) left.set(each.tenant, each);
  }
  return { commit: last.commit, rules: last.rules, left: [...left.values()] };
}

/**
 * Where the first walk begins when every run so far left no report: before the oldest of them.
 * @throws GitFailure when none of them says where that is.
 */
export function firstUnknown(runs: readonly RunLine[]): string | undefined {
  const merges = runs.filter(({ by }) => by === 'merge');
  if (merges.length === 0) return undefined;
  const after = merges.find((run) => run.after !== undefined)?.after;
  if (after !== undefined) return after;
  throw new GitFailure('No run in the journal says from which commit on it applied.', FIX);
}

/** Whether every tenant ended as planned the last time it had to do, and no run since is unknown. */
export function allWell(runs: readonly RunLine[]): boolean {
  const outcomes = new Map(runs.flatMap(({ tenants }) => Object.entries(tenants)));
  const lost = runs.findLastIndex(({ outcome }) => outcome === 'unknown');
  const whole = runs.findLastIndex(({ outcome }) => outcome === 'whole');
  return lost <= whole && [...outcomes.values()].every(({ outcome }) => WELL.has(outcome));
}

const WELL: ReadonlySet<string> = new Set(['applied', 'nothing to do']);

/**
 * Appends one run as one commit and pushes it, never by force. Where another run was faster, its commit comes first.
 * @returns the commit.
 * @throws GitFailure
 */
export async function appendJournal(
  repo: string,
  branch: string,
  addition: Addition,
  env: { readonly [name: string]: string } = {},
): Promise<string> {
  const ref = `refs/remotes/origin/${branch}`;
  for (let attempt = 1; ; attempt += 1) {
    await fetchBranch(repo, branch, env);
    const commit = await commitOn(repo, ref, addition);
    try {
      await git(repo, ['push', '--quiet', 'origin', `${commit}:refs/heads/${branch}`], { env });
      return commit;
    } catch (error) {
      if (!(error instanceof GitFailure) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Brings the branch as it is now; a branch that is gone from the remote is gone here too. */
export async function fetchBranch(
  repo: string,
  branch: string,
  env: { readonly [name: string]: string } = {},
): Promise<void> {
  const ref = `refs/remotes/origin/${branch}`;
  const listed = await gitAnswer(repo, ['ls-remote', '--heads', 'origin', `refs/heads/${branch}`], { env });
  if (listed.output.toString('utf8').trim() === '') {
    await git(repo, ['update-ref', '-d', ref]);
    return;
  }
  await git(repo, ['fetch', '--quiet', '--no-tags', 'origin', `+refs/heads/${branch}:${ref}`], { env });
}

async function commitOn(repo: string, ref: string, { run, tenants, message }: Addition): Promise<string> {
  const before = await readJournalBranch(repo, ref);
  const parent =
    before.kind === 'none' ? undefined : (await git(repo, ['rev-parse', ref])).toString('utf8').trim();
  const own = await mkdtemp(join(tmpdir(), 'iosmail-index-'));
  const env = { GIT_INDEX_FILE: join(own, 'index') };
  try {
    if (parent !== undefined) await git(repo, ['read-tree', parent], { env });
    const runs =
      before.kind === 'none' ? '' : before.runs.map((line) => `${JSON.stringify(line)}\n`).join('');
    const old = parent === undefined ? '' : await textAt(repo, `${parent}:runs.jsonl`, runs);
    await add(repo, env, 'runs.jsonl', `${ended(old)}${JSON.stringify(run)}\n`);
    for (const [id, lines] of tenants) {
      const known = before.kind === 'none' ? '' : before.tenantLines(id);
      await add(repo, env, `tenants/${id}.jsonl`, `${ended(known)}${lines}`);
    }
    const tree = (await git(repo, ['write-tree'], { env })).toString('utf8').trim();
    const parents = parent === undefined ? [] : ['-p', parent];
    const commit = await git(repo, ['commit-tree', tree, ...parents], { input: message, env: WHO });
    return commit.toString('utf8').trim();
  } finally {
    await rm(own, { recursive: true });
  }
}

/** Byte for byte as it is: what was written is never written anew. */
async function textAt(repo: string, object: string, otherwise: string): Promise<string> {
  const { status, output } = await gitAnswer(repo, ['cat-file', 'blob', object], { answers: [128] });
  return status === 0 ? output.toString('utf8') : otherwise;
}

async function add(
  repo: string,
  env: { readonly [name: string]: string },
  path: string,
  text: string,
): Promise<void> {
  const id = (await git(repo, ['hash-object', '-w', '--stdin'], { input: text })).toString('utf8').trim();
  await git(repo, ['update-index', '--add', '--cacheinfo', `100644,${id},${path}`], { env });
}

/** Who commits, whoever runs it. */
export const WHO = {
  GIT_AUTHOR_NAME: 'iosmail',
  GIT_AUTHOR_EMAIL: 'iosmail@users.noreply.github.com',
  GIT_COMMITTER_NAME: 'iosmail',
  GIT_COMMITTER_EMAIL: 'iosmail@users.noreply.github.com',
};

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function runIn(line: string, where: string): RunLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new GitFailure(`${where} is damaged.`, FIX);
  }
  if (!isRun(value)) throw new GitFailure(`${where} is damaged.`, FIX);
  return value;
}

function isRun(value: unknown): value is RunLine {
  if (value === null || typeof value !== 'object') return false;
  const line = value as Partial<Record<keyof RunLine, unknown>>;
  const isId = (id: unknown) => id === undefined || (typeof id === 'string' && /^[0-9a-f]{40,64}$/.test(id));
  return (
    typeof line.run === 'number' &&
    (line.by === 'merge' || line.by === 'fresh plan') &&
    (line.outcome === 'whole' || line.outcome === 'unknown') &&
    isId(line.commit) &&
    isId(line.after) &&
    isId(line.rules) &&
    line.tenants !== null &&
    typeof line.tenants === 'object' &&
    Array.isArray(line.left)
  );
}
