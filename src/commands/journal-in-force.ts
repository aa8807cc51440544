import { isHere } from '../git/history.ts';
import { type JournalBranch, lastApplied, readJournalBranch } from '../git/journal-branch.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { policiesOf } from '../policy/policies.ts';
import { DEFAULTS } from '../policy/settings.ts';
import { rulesIn } from './merged.ts';
import { firstOfAll } from './walk-start.ts';

/** The journal that counts. */
export type JournalInForce = {
  /** The branch that the next run is written to; it may not be there yet. */
  readonly branch: string;
  /** Everything journalled so far, also on branches that were left for another one by a reviewed change. */
  readonly journal: JournalBranch;
};

/**
 * Finds the journal without asking the newest settings, which nobody may have reviewed: it begins on the branch that
 * was named first of all, and goes on where the rules say that its last run found in force. A branch that was left is
 * not gone back to.
 * @param folder of the policies, from the root of the repository.
 * @throws GitFailure for a branch that is there and cannot be read, or history that is cut off.
 */
export async function journalInForce(repo: string, folder: string, commit: string): Promise<JournalInForce> {
  const first = await firstOfAll(repo, folder, commit);
  let branch = (first && (await namedAt(repo, folder, first))) ?? DEFAULTS.journal.branch;
  const parts = new Map<string, JournalBranch>();
  for (;;) {
    const part = await readJournalBranch(repo, `refs/remotes/origin/${branch}`);
    parts.set(branch, part);
    const last = part.kind === 'read' ? lastApplied(part.runs) : undefined;
    const rules = last?.rules ?? last?.commit;
    const next = rules && (await isHere(repo, rules)) ? await namedAt(repo, folder, rules) : undefined;
    if (next === undefined || parts.has(next)) return { branch, journal: joined([...parts.values()]) };
    branch = next;
  }
}

/** The branch that settings without errors name there. */
async function namedAt(repo: string, folder: string, commit: string): Promise<string | undefined> {
  const files = await policyFilesAt(repo, commit, folder);
  // Only the settings are looked at, and no date is in them.
  return rulesIn(policiesOf({ ...files, tenants: [], baselines: [] }, '1970-01-01'))?.journal;
}

function joined(parts: readonly JournalBranch[]): JournalBranch {
  const read = parts.flatMap((part) => (part.kind === 'read' ? part : []));
  if (read.length === 0) return { kind: 'none' };
  const whole = (lines: string) => (lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`);
  return {
    kind: 'read',
    runs: read.flatMap(({ runs }) => runs),
    tenantLines: (id) => read.map(({ tenantLines }) => whole(tenantLines(id))).join(''),
  };
}
