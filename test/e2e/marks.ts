import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Secrets by what they are, and every place something was said or left in. */
export type Marks = ReadonlyMap<string, string>;
export type Places = ReadonlyMap<string, string | Uint8Array>;

/** A secret as it may show: as it is, in an address, a form, a JSON text twice over, base64 wherever it begins, hex. */
function spellings(secret: string): readonly string[] {
  const base64 = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from(`${'x'.repeat(before)}${secret}`);
    const text = bytes.subarray(before === 0 ? 0 : 3, bytes.length - (bytes.length % 3)).toString('base64');
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    json,
    JSON.stringify(json).slice(1, -1),
    Buffer.from(secret).toString('hex'),
    ...base64,
  ];
}

/** Where which secret shows; and how many were searched for, each in every place. */
export function leaksOf(
  marks: Marks,
  places: Places,
): { readonly leaks: readonly string[]; readonly searched: number } {
  const leaks: string[] = [];
  const texts = [...places].map(([where, text]) => [where, Buffer.from(text)] as const);
  for (const [name, secret] of marks) {
    if (secret.length < 12) throw new Error(`${name} is too short to be told from other text.`);
    const wanted = new Set(spellings(secret));
    for (const [where, text] of texts)
      if ([...wanted].some((spelling) => text.includes(spelling))) leaks.push(`${name} in ${where}`);
  }
  return { leaks, searched: marks.size * places.size };
}

/** The token, and the part of it that would still show where it was cut off. */
export function tokenMarks(name: string, token: string): readonly (readonly [string, string])[] {
  const [, claims = ''] = token.split('.');
  return [
    [name, token],
    [`the claims of ${name}`, claims.slice(0, 60)],
  ];
}

/** Every file below a folder but those left out by name. */
export function filesOf(folder: string, leftOut: readonly string[]): Places {
  const places = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !leftOut.some((each) => path.includes(each))) places.set(path, readFileSync(path));
  }
  return places;
}

/** Every object of a repository: all that was ever committed or pushed, reachable or not. */
export async function objectsOf(gitDir: string): Promise<Places> {
  const options = { cwd: gitDir, encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 } as const;
  const { stdout } = await promisify(execFile)(
    'git',
    ['cat-file', '--batch-all-objects', '--batch', '--buffer'],
    options,
  );
  return new Map([[`the objects of ${gitDir}`, stdout]]);
}
