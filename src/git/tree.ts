import { GitFailure, git } from './git.ts';

/** A file as a tree holds it: `100644`, `100755`, `120000` (a link), `160000` (a submodule). */
export type TreeFile = {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly mode: string;
  /** Unset for a submodule. */
  readonly size?: number;
  /** Unset for links and submodules, which are not followed, and for what was not asked for. */
  readonly bytes?: Buffer;
};

export type Wanted = {
  /** Whose bytes are wanted; everybody's when unset. */
  readonly only?: (path: string) => boolean;
  /** Larger files come without bytes. */
  readonly limit?: number;
};

type Row = { readonly path: string; readonly mode: string; readonly id: string; readonly size?: number };

/**
 * The files of a folder in a commit or tree, as data: nothing is checked out, no link is followed.
 * A folder that is not there has none.
 * @throws GitFailure when the tree or one of its files cannot be read.
 */
export async function filesIn(
  repo: string,
  treeish: string,
  folder: string,
  { only = () => true, limit = Number.POSITIVE_INFINITY }: Wanted = {},
): Promise<readonly TreeFile[]> {
  const inside = folder === '' || folder === '.' ? [] : [folder];
  const args = ['ls-tree', '-r', '-z', '--long', '--full-tree', '--end-of-options', treeish, ...inside];
  const rows = (await git(repo, args)).toString('utf8').split('\0').filter(Boolean).map(rowIn);
  const wanted = rows.filter(
    ({ path, mode, size = 0 }) => mode.startsWith('100') && size <= limit && only(path),
  );
  const paths = new Set(wanted.map(({ path }) => path));
  const bytes = await blobs(repo, [...new Set(wanted.map(({ id }) => id))]);
  return rows.map(({ path, mode, id, size }) => {
    const own = paths.has(path) ? bytes.get(id) : undefined;
    return {
      path,
      mode,
      ...(size === undefined ? {} : { size }),
      ...(own === undefined ? {} : { bytes: own }),
    };
  });
}

/** `<mode> SP <type> SP <id> SP+ <size, or - > TAB <path>` */
function rowIn(text: string): Row {
  const [, mode, id, size, path] = /^(\d{6}) \w+ ([0-9a-f]+) +(\d+|-)\t([\s\S]+)$/.exec(text) ?? [];
  if (mode === undefined || id === undefined || path === undefined)
    throw unreadable('a tree was listed in a way that is not known');
  return { path, mode, id, ...(size === undefined || size === '-' ? {} : { size: Number(size) }) };
}

/** All of them by one call: `<id> SP blob SP <size> LF <bytes> LF`, in the order they were asked for. */
async function blobs(repo: string, ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  if (ids.length === 0) return new Map();
  const output = await git(repo, ['cat-file', '--batch'], { input: `${ids.join('\n')}\n` });
  const found = new Map<string, Buffer>();
  let next = 0;
  for (const id of ids) {
    const end = output.indexOf(10, next);
    const [said, type, size] = output.subarray(next, end).toString('utf8').split(' ');
    if (end < 0 || said !== id || type !== 'blob' || size === undefined)
      throw unreadable(`object ${id} is missing`);
    found.set(id, output.subarray(end + 1, end + 1 + Number(size)));
    next = end + 1 + Number(size) + 1;
  }
  return found;
}

function unreadable(why: string): GitFailure {
  return new GitFailure(`The files cannot be read from Git: ${why}.`, 'Check the clone with `git fsck`.');
}
