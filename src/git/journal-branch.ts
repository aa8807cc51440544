import type { Outcome } from '../core/report.ts';
import { GitFailure, git, gitAnswer } from './git.ts';
import { refIsThere } from './history.ts';
import { remoteFailure } from './push.ts';
import { plainText, RESTORE, type RUN_FORMAT, readRunLine } from './read-run-line.ts';
import { filesIn } from './tree.ts';

/** What became of a tenant in one run. Ids and logins only. */
export type RunTenant = {
  readonly outcome: Outcome;
  readonly digest?: string;
  readonly pull?: number;
  readonly head?: string;
  readonly approvedBy?: readonly string[];
};

/** One line of `runs.jsonl`. */
export type RunLine = {
  /** Unset: 1, as before there was a number. */
  readonly format?: typeof RUN_FORMAT;
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
  /** `all afresh`: every tenant was planned and nothing sent; the walk begins anew at `commit`. */
  readonly by: 'merge' | 'fresh plan' | 'all afresh';
  /** `unknown`: the run left no report, so it may have applied anything or nothing · `nothing sent`: it ended before. */
  readonly outcome: 'whole' | 'unknown' | 'nothing sent';
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

/**
 * Reads the journal branch.
 * @throws GitFailure where it is there and cannot be read or trusted: what it says is unknown, never "not applied".
 */
export async function readJournalBranch(repo: string, ref: string): Promise<JournalBranch> {
  if (!(await refIsThere(repo, ref))) return { kind: 'none' };
  const files = await journalFiles(repo, ref);
  const textAt = (path: string) => {
    const bytes = files.get(path);
    return bytes === undefined ? '' : plainText(bytes, `${path} on ${ref}`);
  };
  return {
    kind: 'read',
    runs: runsIn(textAt('runs.jsonl'), ref),
    tenantLines: (id) => textAt(`tenants/${id}.jsonl`),
  };
}

/**
 * Every file of the branch, by path, byte for byte.
 * @throws GitFailure where one is no plain file, `runs.jsonl` is missing, or nothing on it is a journal's.
 */
export async function journalFiles(repo: string, ref: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const found = await filesIn(repo, ref, '');
  if (!found.some(({ path }) => path === 'runs.jsonl' || path.startsWith('tenants/'))) {
    throw new GitFailure(
      `There is no journal on ${ref}: nothing that a run writes is there.`,
      'If a run ever wrote to that branch, restore it from a clone. Otherwise delete it: the first run makes it by itself.',
    );
  }
  for (const { path, bytes } of found) {
    if (bytes === undefined) throw new GitFailure(`${path} on ${ref} is not a plain file.`, RESTORE);
    files.set(path, bytes);
  }
  if (!files.has('runs.jsonl')) throw new GitFailure(`There is no runs.jsonl on ${ref}.`, RESTORE);
  return files;
}

/** The runs in the text of `runs.jsonl`. @throws GitFailure naming the line that is damaged. */
export function runsIn(text: string, ref: string): readonly RunLine[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      line === '' ? [] : [readRunLine(line, `line ${index + 1} of runs.jsonl on ${ref}`)],
    );
}

/** Where the next walk begins, and what it must not forget. */
export function lastApplied(runs: readonly RunLine[]):
  | {
      readonly commit: string;
      readonly rules: string | undefined;
      readonly left: RunLine['left'];
    }
  | undefined {
  const last = runs.findLast(
    ({ by, outcome, commit }) => by !== 'fresh plan' && outcome === 'whole' && commit !== undefined,
  );
  if (last?.commit === undefined) return undefined;
  const left = new Map<string, RunLine['left'][number]>();
  for (const run of runs) {
    // A run that had a tenant to do settles it one way or another, or leaves it once more.
    for (const id of Object.keys(run.tenants)) left.delete(id);
    for (const each of run.left) left.set(each.tenant, each);
  }
  return { commit: last.commit, rules: last.rules, left: [...left.values()] };
}

/** Whether every tenant ended as planned the last time it had to do, and no run since is unknown. */
export function allWell(runs: readonly RunLine[]): boolean {
  const outcomes = new Map(runs.flatMap(({ tenants }) => Object.entries(tenants)));
  // A merge that could not even begin is still to come; a fresh plan that could not changes nothing.
  const lost = runs.findLastIndex(
    ({ outcome, by }) => outcome === 'unknown' || (outcome === 'nothing sent' && by === 'merge'),
  );
  const whole = runs.findLastIndex(({ outcome }) => outcome === 'whole');
  return lost <= whole && [...outcomes.values()].every(({ outcome }) => WELL.has(outcome));
}

const WELL: ReadonlySet<string> = new Set(['applied', 'nothing to do']);

/**
 * Brings the branch as it is now; a branch that is gone from the remote is gone here too.
 * @throws GitFailure with what stands in the way: network, permission.
 */
export async function fetchBranch(
  repo: string,
  branch: string,
  env: { readonly [name: string]: string } = {},
): Promise<void> {
  const ref = `refs/remotes/origin/${branch}`;
  const ask = async (args: readonly string[]) => {
    const answer = await gitAnswer(repo, args, { env, answers: [1, 128] });
    if (answer.status === 0) return answer.output.toString('utf8').trim();
    throw remoteFailure(`The branch ${branch} cannot be fetched`, answer.said, answer.status);
  };
  if ((await ask(['ls-remote', '--heads', 'origin', `refs/heads/${branch}`])) === '') {
    await git(repo, ['update-ref', '-d', ref]);
    return;
  }
  await ask(['fetch', '--quiet', '--no-tags', 'origin', `+refs/heads/${branch}:${ref}`]);
}

/** Who commits, whoever runs it. */
export const WHO = {
  GIT_AUTHOR_NAME: 'iosmail',
  GIT_AUTHOR_EMAIL: 'iosmail@users.noreply.github.com',
  GIT_COMMITTER_NAME: 'iosmail',
  GIT_COMMITTER_EMAIL: 'iosmail@users.noreply.github.com',
};
