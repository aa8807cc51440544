import type { Dirent } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Finding, refusals } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import { MAX_BYTES } from './document.ts';
import {
  finding,
  inFolder,
  linkOutside,
  noTenants,
  nothingIn,
  type PolicyFiles,
  type SourceFile,
  topLevel,
} from './layout.ts';

/** Files that are read at once; far below the usual limit of open files. */
const AT_ONCE = 32;

/** Reads everything below a policies directory that is policy. Never throws: what cannot be read is a finding. */
export async function readPolicyFiles(directory: string): Promise<PolicyFiles> {
  const findings: Finding[] = [];
  const root = await realpath(directory).catch(() => undefined);
  const top = root === undefined ? undefined : await list(directory);
  if (root === undefined || top === undefined) {
    return nothingIn(directory);
  }
  const context: Context = { root, findings };
  const has = (name: string) => top.some((entry) => entry.name === name);
  findings.push(...top.flatMap(({ name }) => topLevel(name, path(directory, name))));
  const isWhole = refusals(findings).length === 0;
  const settings = has('settings.yaml')
    ? await read({ name: 'settings', file: path(directory, 'settings.yaml') }, context)
    : undefined;
  const guardrails = has('guardrails.yaml')
    ? await read({ name: 'guardrails', file: path(directory, 'guardrails.yaml') }, context)
    : undefined;
  const tenants = has('tenants') ? await readFolder(path(directory, 'tenants'), context) : [];
  const baselines = has('baselines') ? await readFolder(path(directory, 'baselines'), context) : [];
  if (tenants.length === 0 && refusals(findings).length === 0)
    findings.push(noTenants(path(directory, 'tenants')));
  return {
    tenants,
    baselines,
    ...(settings === undefined ? {} : { settings }),
    ...(guardrails === undefined ? {} : { guardrails }),
    isWhole,
    findings,
  };
}

type Context = { readonly root: string; readonly findings: Finding[] };

async function readFolder(folder: string, context: Context): Promise<readonly SourceFile[]> {
  if (!(await isInside(folder, context))) return [];
  const entries = await list(folder);
  if (entries === undefined) {
    const fix = 'Make it a directory that this user may read.';
    context.findings.push(finding('cannot-read', `${folder} cannot be listed.`, fix, folder));
    return [];
  }
  const { files, findings } = inFolder(entries.map(({ name }) => ({ name, file: path(folder, name) })));
  context.findings.push(...findings);
  const sources: SourceFile[] = [];
  for (let next = 0; next < files.length; next += AT_ONCE) {
    const some = files.slice(next, next + AT_ONCE);
    sources.push(...(await Promise.all(some.map((file) => read(file, context)))));
  }
  return sources;
}

async function read(source: SourceFile, context: Context): Promise<SourceFile> {
  if (!(await isInside(source.file, context))) return source;
  try {
    const handle = await open(source.file, 'r');
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new Error('not a regular file');
      // One byte more than allowed is enough to tell that the file is too large.
      const buffer = new Uint8Array(Math.min(stat.size, MAX_BYTES + 1));
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return { ...source, bytes: buffer.subarray(0, length) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const fix = 'Make it a plain file that this user may read.';
    context.findings.push(finding('cannot-read', `The file cannot be read: ${why}.`, fix, source.file));
    return source;
  }
}

/** A link may point elsewhere in the directory, but not out of it: what is reviewed must be what is read. */
async function isInside(file: string, { root, findings }: Context): Promise<boolean> {
  const real = await realpath(file).catch(() => undefined);
  if (real?.startsWith(`${root}${sep}`)) return true;
  findings.push(
    linkOutside(file, real === undefined ? 'points nowhere' : 'points outside the policies directory'),
  );
  return false;
}

/** The entries of a directory by name; the order of the disk must not show. */
async function list(directory: string): Promise<readonly Dirent[] | undefined> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
  return entries?.toSorted((a, b) => byText(a.name, b.name));
}

function path(...parts: readonly string[]): string {
  return join(...parts).replaceAll(sep, '/');
}
