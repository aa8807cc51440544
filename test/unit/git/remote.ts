import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runGit } from './repository.ts';

/** A bare remote and clones of it, all in one temporary folder. */
export function remote(): {
  readonly clone: (name: string) => string;
  readonly run: (...args: string[]) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-remote-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bare = join(folder, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare]);
  return {
    clone: (name) => {
      runGit(folder, ['clone', '-q', bare, name]);
      return join(folder, name);
    },
    run: (...args) => runGit(bare, args),
  };
}
