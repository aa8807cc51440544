import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// What Git keeps of its refs, read without starting it: the fake looks at them with every request.

/** The commit that a ref of a bare repository is at. */
export function readRef(bare: string, ref: string): string | undefined {
  return loose(join(bare, ref)) ?? packed(bare).get(ref);
}

/** All refs of a bare repository by their names. */
export function readRefs(bare: string): ReadonlyMap<string, string> {
  const found = new Map(packed(bare));
  for (const entry of readdirSync(join(bare, 'refs'), { recursive: true, encoding: 'utf8' })) {
    const commit = entry.endsWith('.lock') ? undefined : loose(join(bare, 'refs', entry));
    if (commit !== undefined) found.set(`refs/${entry}`, commit);
  }
  return found;
}

/** Moves a ref that nobody can push to; the others are for Git, which locks them. */
export function writeRef(bare: string, ref: string, commit: string): void {
  const file = join(bare, ref);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.lock`, `${commit}\n`);
  renameSync(`${file}.lock`, file);
}

function loose(file: string): string | undefined {
  try {
    return commitIn(readFileSync(file, 'utf8').trim());
  } catch {
    // Not there, or a folder of refs.
    return undefined;
  }
}

function packed(bare: string): ReadonlyMap<string, string> {
  const file = join(bare, 'packed-refs');
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const commit = commitIn(line.slice(0, 40));
      return commit === undefined ? [] : [[line.slice(41), commit] as const];
    }),
  );
}

const commitIn = (text: string) => (/^[0-9a-f]{40}$/.test(text) ? text : undefined);
