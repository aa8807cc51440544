import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { FakeGitHub } from './fake.ts';
import { writeRef } from './ref-files.ts';
import { sync } from './sync.ts';
import { layOut, personalEnv } from './working-copy.ts';

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

/**
 * Clones the empty repository of a fake GitHub, and gives it its first commit.
 * @param by how this person's own Git reaches it; whatever else runs in the working copy goes over HTTP
 */
export async function checkout(fake: FakeGitHub, by: 'path' | 'http' = 'path'): Promise<Checkout> {
  const path = mkdtempSync(join(tmpdir(), 'github-fake-work-'));
  const token = fake.token({ login: 'ada', permissions: { contents: 'write' } });
  const url = fake.cloneUrl(token);
  const shown = `${fake.origin}${new URL(url).pathname}`;
  const near = [url, shown].map((each) => ({ url: each, path: fake.gitDir }));
  const { commit, git } = working(path, personalEnv(path, by === 'path' ? near : []), (verb) => {
    if (verb === 'push') sync(fake.hub);
  });
  const first = await firstCommit();
  cpSync(join(first.path, '.git/objects'), join(fake.gitDir, 'objects'), { recursive: true });
  writeRef(fake.gitDir, 'refs/heads/main', first.commit);
  layOut(path, fake.gitDir, url, { branch: 'main' });
  writeRef(join(path, '.git'), 'refs/heads/main', first.commit);
  for (const file of ['README.md', '.git/index']) cpSync(join(first.path, file), join(path, file));
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

function working(
  path: string,
  env: { readonly [name: string]: string },
  done: (verb: string | undefined) => void,
): Pick<Checkout, 'git' | 'commit'> {
  const git: Checkout['git'] = async (...args) => {
    const { stdout } = await run('git', ['-C', path, ...args], { env });
    done(args[0]);
    return stdout.trim();
  };
  const commit: Checkout['commit'] = async (file, content, by = 'ada', message = `Change ${file}`) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), content);
    await git('add', '--all');
    const who = ['-c', `user.name=${by}`, '-c', `user.email=${by}@users.test`];
    await git(...who, 'commit', '--quiet', '-m', message);
    return await git('rev-parse', 'HEAD');
  };
  return { git, commit };
}

let made: Promise<{ readonly path: string; readonly commit: string }> | undefined;

/** The same for everybody, so it is made once. */
function firstCommit(): NonNullable<typeof made> {
  made ??= (async () => {
    const path = mkdtempSync(join(tmpdir(), 'github-fake-first-'));
    process.on('exit', () => rmSync(path, { recursive: true, force: true }));
    const { commit, git } = working(path, personalEnv(path), () => {});
    await git('init', '--quiet', '--initial-branch=main', '--template=');
    return { path, commit: await commit('README.md', 'hello\n') };
  })();
  return made;
}
