import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** What a commit changes: text, a link, or nothing any more. */
export type Files = { readonly [path: string]: string | Uint8Array | { readonly linkTo: string } | null };

/** A real repository in a temporary folder, gone when the test is. */
export type Repository = {
  readonly folder: string;
  readonly run: (...args: readonly string[]) => string;
  /** Writes the files and commits them; returns the commit. */
  readonly commit: (files: Files, message?: string) => string;
  readonly write: (files: Files) => void;
};

export function repository(): Repository {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-git-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: readonly string[]) => runGit(folder, args);
  run('init', '-q', '-b', 'main');
  const write = (files: Files) => {
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, path);
      rmSync(file, { recursive: true, force: true });
      if (content === null) continue;
      mkdirSync(dirname(file), { recursive: true });
      if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(file, content);
      else symlinkSync(content.linkTo, file);
    }
  };
  return {
    folder,
    run,
    write,
    commit: (files, message = 'change') => {
      write(files);
      run('add', '-A');
      run('commit', '-q', '--allow-empty', '-m', message);
      return run('rev-parse', 'HEAD');
    },
  };
}

/** Nothing of the machine's own configuration counts. */
export function runGit(folder: string, args: readonly string[]): string {
  const who = { NAME: 'Ada Example', EMAIL: 'ada@example.com', DATE: '2026-11-24T09:00:00Z' };
  const env = Object.fromEntries(
    Object.entries(who).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]),
  );
  return execFileSync('git', ['-c', 'commit.gpgsign=false', ...args], {
    cwd: folder,
    env: { ...process.env, ...env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}
