import { posix } from 'node:path';
import { firstWith, isAncestor, isHere } from '../git/history.ts';
import { lastApplied, type RunLine } from '../git/journal-branch.ts';

/** Which merges are to be applied cannot be told. */
class HistoryUnknown extends Error {
  override readonly name = 'HistoryUnknown';
  readonly fix =
    'The default branch was rewritten. Start Actions › apply › Run workflow on it with both fields left empty: every tenant is planned afresh, nothing is sent, and later merges are walked from there.';
}

/** The part of a history that is to be walked. */
export type WalkStart = {
  /** The newest commit whose rules of review are in force, `after` or before it. */
  readonly rules: string;
  /** The last commit that was walked. */
  readonly after: string;
  /** What earlier runs did not finish. */
  readonly left: RunLine['left'];
  /** A later run was faster: it walked over this commit too. */
  readonly passed: boolean;
};

const WORKFLOW = '.github/workflows/apply.yml';

/**
 * Where all applies begin, whatever a run or an event says: the commit that brought the workflow. What stood there
 * before was put there by those who set it up; where there is no such workflow, they brought the first policies.
 * @param folder of the policies, from the root of the repository.
 * @returns undefined where there never were any.
 * @throws GitFailure where history is cut off.
 */
export async function firstOfAll(repo: string, folder: string, commit: string): Promise<string | undefined> {
  const policies = posix.normalize(folder).replace(/\/+$/, '');
  return (await firstWith(repo, WORKFLOW, commit)) ?? (await firstWith(repo, policies, commit));
}

/**
 * Where the walk to a commit begins: after the last one that was walked, by the journal, and at the first of all
 * where the journal knows of none. A run that was lost moves neither.
 * @throws HistoryUnknown, GitFailure
 */
export async function walkStart(
  repo: string,
  folder: string,
  commit: string,
  runs: readonly RunLine[],
): Promise<WalkStart> {
  const last = lastApplied(runs);
  const after = last?.commit ?? (await firstOfAll(repo, folder, commit)) ?? commit;
  const rules = last?.rules ?? after;
  const start = { after, rules, left: last?.left ?? [], passed: false };
  if (!(await leadsTo(repo, after, commit))) {
    if ((await isHere(repo, after)) && (await isAncestor(repo, commit, after)))
      return { ...start, passed: true };
    throw unknown('The last applied commit', after, commit);
  }
  if (!(await leadsTo(repo, rules, after)))
    throw unknown('The commit whose rules of review are in force,', rules, after);
  return start;
}

/**
 * The commit from whose rules the next walk has to start when nothing before `commit` is walked any more: the one in
 * force by the journal, and the first of all where that is not in this history.
 * @throws GitFailure where history is cut off.
 */
export async function rulesUpTo(
  repo: string,
  folder: string,
  commit: string,
  runs: readonly RunLine[],
): Promise<string> {
  const last = lastApplied(runs);
  const rules = last?.rules ?? last?.commit;
  if (rules !== undefined && (await leadsTo(repo, rules, commit))) return rules;
  return (await firstOfAll(repo, folder, commit)) ?? commit;
}

async function leadsTo(repo: string, older: string, newer: string): Promise<boolean> {
  return (await isHere(repo, older)) && (await isAncestor(repo, older, newer));
}

function unknown(what: string, commit: string, history: string): HistoryUnknown {
  return new HistoryUnknown(
    `${what} ${commit.slice(0, 12)} is not in the history of ${history.slice(0, 12)}. Nothing was sent.`,
  );
}
