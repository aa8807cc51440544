import { linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRefs } from './ref-files.ts';

/** Nothing is packed or swept in the background, and nothing waits for the disk. */
const SETTINGS = [
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['core.fsync', 'none'],
  ['advice.detachedHead', 'false'],
] as const;

/**
 * The environment of somebody's Git.
 * @param near addresses that are reached by a path of this machine instead, as if pushed and fetched there
 */
export function personalEnv(
  home: string,
  near: readonly { readonly url: string; readonly path: string }[] = [],
): { readonly [name: string]: string } {
  const all = [...SETTINGS, ...near.map(({ url, path }) => [`url.${path}.insteadOf`, url] as const)];
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(
      all.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  };
}

/**
 * Lays a repository out in a folder as a clone leaves it, without files to work on yet: what was pushed so far, and
 * where it came from. Git is not started for it.
 * @param head what is checked out: a branch that has no commit yet, or a commit
 */
export function layOut(
  folder: string,
  bare: string,
  origin: string,
  head: { readonly branch: string } | { readonly commit: string },
): void {
  const dir = join(folder, '.git');
  for (const part of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info'])
    mkdirSync(join(dir, part), { recursive: true });
  writeFileSync(
    join(dir, 'HEAD'),
    'branch' in head ? `ref: refs/heads/${head.branch}\n` : `${head.commit}\n`,
  );
  writeFileSync(
    join(dir, 'config'),
    `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[remote "origin"]
\turl = ${origin}
\tfetch = +refs/heads/*:refs/remotes/origin/*
[gc]
\tauto = 0
`,
  );
  // The refs before the objects: whatever they name is there then.
  const refs = [...readRefs(bare)].flatMap(([ref, commit]) => {
    const here = ref
      .replace(/^refs\/heads\//, 'refs/remotes/origin/')
      .replace(/^refs\/pull\//, 'refs/remotes/pull/');
    return `${commit} ${here}\n`;
  });
  writeFileSync(join(dir, 'packed-refs'), `# pack-refs with: sorted \n${refs.sort(byName).join('')}`);
  for (const part of readdirSync(join(bare, 'objects'))) {
    if (!/^([0-9a-f]{2}|pack)$/.test(part)) continue;
    mkdirSync(join(dir, 'objects', part), { recursive: true });
    for (const file of readdirSync(join(bare, 'objects', part)))
      if (/^([0-9a-f]{38}|pack-.*)$/.test(file))
        linkSync(join(bare, 'objects', part, file), join(dir, 'objects', part, file));
  }
}

function byName(a: string, b: string): number {
  return a.slice(41) < b.slice(41) ? -1 : 1;
}
