import { GitFailure, gitAnswer } from './git.ts';
import { filesIn } from './tree.ts';

/**
 * The journals of tenants on the branch that keeps them, `tenants/<id>.jsonl`, by tenant id. A branch that is not there
 * yet knows of nothing.
 * @param ref the full name, `refs/remotes/origin/iosmail-journal`.
 * @throws GitFailure for a branch that is there and cannot be read: that is not "nothing happened".
 */
export async function journalLines(
  repo: string,
  ref: string,
  tenantIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (!(await isThere(repo, ref))) return new Map();
  const wanted = new Set(tenantIds.map((id) => `tenants/${id}.jsonl`));
  const files = await filesIn(repo, ref, 'tenants', { only: (path) => wanted.has(path) });
  return new Map(
    files
      .filter(({ path }) => wanted.has(path))
      .map(({ path, bytes }) => {
        if (bytes === undefined) {
          throw new GitFailure(
            `${path} on ${ref} is not a plain file.`,
            'Restore the journal branch; nothing of it is ever rewritten.',
          );
        }
        return [path.slice('tenants/'.length, -'.jsonl'.length), bytes.toString('utf8')];
      }),
  );
}

/** A listing and no look-up, since those call a damaged name and an absent one the same; a listing warns of it. */
async function isThere(repo: string, ref: string): Promise<boolean> {
  const { output, said } = await gitAnswer(repo, ['for-each-ref', '--format=%(refname)', ref]);
  if (said.includes(ref)) {
    throw new GitFailure(`The journal branch cannot be read: ${said.trim()}`, 'Fetch the branch again.');
  }
  return output.toString('utf8').split('\n').includes(ref);
}
