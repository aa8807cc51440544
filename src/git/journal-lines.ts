import { GitFailure } from './git.ts';
import { refIsThere } from './history.ts';
import { plainText, RESTORE } from './read-run-line.ts';
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
  if (!(await refIsThere(repo, ref))) return new Map();
  const wanted = new Set(tenantIds.map((id) => `tenants/${id}.jsonl`));
  const files = await filesIn(repo, ref, 'tenants', { only: (path) => wanted.has(path) });
  return new Map(
    files
      .filter(({ path }) => wanted.has(path))
      .map(({ path, bytes }) => {
        if (bytes === undefined) throw new GitFailure(`${path} on ${ref} is not a plain file.`, RESTORE);
        return [path.slice('tenants/'.length, -'.jsonl'.length), plainText(bytes, `${path} on ${ref}`)];
      }),
  );
}
