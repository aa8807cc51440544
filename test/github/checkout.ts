import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { FakeGitHub } from './fake.ts';

const run = promisify(execFile);

/** Somebody's working copy of the repository, on `main` with one commit pushed. */
export type Checkout = {
  readonly path: string;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Writes one file, commits as `<by>@users.test`, and gives the commit. */
  readonly commit: (file: string, content: string, by?: string, message?: string) => Promise<string>;
  /** A branch off main with one commit for each file, pushed; gives its commit. */
  readonly branch: (name: string, ...files: readonly string[]) => Promise<string>;
  readonly remove: () => void;
};

/** Clones the empty repository of a fake GitHub, and gives it its first commit. */
export async function checkout(fake: FakeGitHub): Promise<Checkout> {
  const path = mkdtempSync(join(tmpdir(), 'github-fake-work-'));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: path,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
  const git: Checkout['git'] = async (...args) =>
    (await run('git', ['-C', path, ...args], { env })).stdout.trim();
  const commit: Checkout['commit'] = async (file, content, by = 'ada', message = `Change ${file}`) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), content);
    await git('add', '--all');
    await git(
      '-c',
      `user.name=${by}`,
      '-c',
      `user.email=${by}@users.test`,
      'commit',
      '--quiet',
      '-m',
      message,
    );
    return await git('rev-parse', 'HEAD');
  };
  const token = fake.token({ login: 'ada', permissions: { contents: 'write' } });
  await git('clone', '--quiet', fake.cloneUrl(token), '.');
  await git('checkout', '--quiet', '-B', 'main');
  await commit('README.md', 'hello\n');
  await git('push', '--quiet', 'origin', 'main');
  return {
    path,
    git,
    commit,
    branch: async (name, ...files) => {
      await git('checkout', '--quiet', '-B', name, 'main');
      for (const file of files) await commit(file, `${name}\n`);
      await git('push', '--quiet', '--force', 'origin', name);
      return await git('rev-parse', 'HEAD');
    },
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
