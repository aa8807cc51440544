import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of bare repositories, as the server of a Git host keeps them. */
export type Bare = {
  /** Holds `<owner>/<repo>.git` of the repository and of its forks. */
  readonly root: string;
  readonly path: string;
  /** Runs git in the repository and gives what it printed, without the last line break. */
  readonly git: (args: readonly string[], options?: GitOptions) => string;
  /** The same, or nothing where git refuses. */
  readonly tryGit: (args: readonly string[], options?: GitOptions) => string | undefined;
  /** Makes a fork's repository, with everything pushed so far. */
  readonly fork: (owner: string) => string;
  readonly remove: () => void;
};

type GitOptions = { readonly env?: { readonly [name: string]: string }; readonly cwd?: string };

/** Nothing of the machine's own Git settings applies. */
export const GIT_ENV = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
} as const;

/**
 * Creates an empty bare repository that takes pushes over HTTP.
 * @param appendOnly branches under a ruleset: no deletion, no push that is not a fast-forward
 */
export function createBare(
  owner: string,
  repo: string,
  defaultBranch: string,
  appendOnly: readonly string[],
): Bare {
  const root = mkdtempSync(join(tmpdir(), 'github-fake-'));
  const path = join(root, owner, `${repo}.git`);
  mkdirSync(path, { recursive: true });
  const git = (args: readonly string[], options: GitOptions = {}) =>
    execFileSync('git', args, {
      cwd: options.cwd ?? path,
      env: { ...GIT_ENV, HOME: root, ...options.env },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).replace(/\n$/, '');
  git(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`]);
  accept(path, git);
  ruleset(path, appendOnly);
  return {
    root,
    path,
    git,
    tryGit: (args, options) => {
      try {
        return git(args, options);
      } catch {
        return undefined;
      }
    },
    fork: (login) => {
      const fork = join(root, login, `${repo}.git`);
      git(['clone', '--quiet', '--bare', path, fork]);
      accept(fork, (args) => git(args, { cwd: fork }));
      return fork;
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function accept(path: string, git: (args: readonly string[]) => string): void {
  git(['config', 'http.receivepack', 'true']);
  git(['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  git(['config', 'gc.auto', '0']);
  mkdirSync(join(path, 'hooks'), { recursive: true });
}

function ruleset(path: string, branches: readonly string[]): void {
  const names = branches.map((branch) => `refs/heads/${branch}`).join('|') || 'none';
  const hook = join(path, 'hooks', 'pre-receive');
  writeFileSync(
    hook,
    `#!/bin/sh
while read old new ref; do
  case "$ref" in
    refs/pull/*) echo "error: GH: deny updating a hidden ref" >&2; exit 1 ;;
    ${names}) ;;
    *) continue ;;
  esac
  case "$new" in *[!0]*) ;; *)
    echo "error: GH013: Repository rule violations found for $ref." >&2
    echo "- Cannot delete this branch" >&2; exit 1 ;;
  esac
  case "$old" in *[!0]*) ;; *) continue ;; esac
  git merge-base --is-ancestor "$old" "$new" || {
    echo "error: GH013: Repository rule violations found for $ref." >&2
    echo "- Cannot force-push to this branch" >&2; exit 1
  }
done
`,
  );
  chmodSync(hook, 0o755);
}
