import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRef, writeRef } from './ref-files.ts';

/** A folder of bare repositories, as the server of a Git host keeps them. */
export type Bare = {
  /** Holds `<owner>/<repo>.git` of the repository and of its forks. */
  readonly root: string;
  readonly path: string;
  /** Runs git in the repository and gives what it printed, without the last line break. */
  readonly git: (args: readonly string[], options?: GitOptions) => string;
  /** The same, or nothing where git refuses. */
  readonly tryGit: (args: readonly string[], options?: GitOptions) => string | undefined;
  /** The commit that a branch is at. */
  readonly branch: (name: string) => string | undefined;
  /** Moves a ref of the host's own, which nobody pushes to. */
  readonly move: (ref: string, commit: string) => void;
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
  layOut(path, defaultBranch);
  accept(path);
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
    branch: (name) => readRef(path, `refs/heads/${name}`),
    move: (ref, commit) => writeRef(path, ref, commit),
    fork: (login) => {
      const fork = join(root, login, `${repo}.git`);
      git(['clone', '--quiet', '--bare', path, fork]);
      accept(fork);
      return fork;
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** What `git init --bare` makes, without starting it. */
function layOut(path: string, defaultBranch: string): void {
  for (const part of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info'])
    mkdirSync(join(path, part), { recursive: true });
  writeFileSync(join(path, 'HEAD'), `ref: refs/heads/${defaultBranch}\n`);
  writeFileSync(
    join(path, 'config'),
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n',
  );
}

function accept(path: string): void {
  const settings =
    '[uploadpack]\n\tallowAnySHA1InWant = true\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n';
  appendFileSync(join(path, 'config'), settings);
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
