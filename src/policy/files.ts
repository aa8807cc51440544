import type { Dirent } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Finding } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import { MAX_BYTES } from './document.ts';

/** A policy file as it lies on disk. */
export type SourceFile = {
  /** File name without `.yaml`. */
  readonly name: string;
  /** Path as the user would type it, with `/`. */
  readonly file: string;
  /** At most one byte more than may be parsed; unset when the file could not be read, which a finding says. */
  readonly bytes?: Uint8Array;
};

export type PolicyFiles = {
  readonly tenants: readonly SourceFile[];
  readonly baselines: readonly SourceFile[];
  readonly settings?: SourceFile;
  /** False when a file beside them may forbid something and cannot be heeded; a finding says which. */
  readonly isWhole: boolean;
  readonly findings: readonly Finding[];
};

/** Files that are read at once; far below the usual limit of open files. */
const AT_ONCE = 32;

/** Reads everything below a policies directory that is policy. Never throws: what cannot be read is a finding. */
export async function readPolicyFiles(directory: string): Promise<PolicyFiles> {
  const findings: Finding[] = [];
  const root = await realpath(directory).catch(() => undefined);
  const top = root === undefined ? undefined : await list(directory);
  if (root === undefined || top === undefined) {
    const message = `There is no directory ${directory}.`;
    return {
      tenants: [],
      baselines: [],
      isWhole: false,
      findings: [finding('policies-missing', message, 'Name it with --policies DIR.', directory)],
    };
  }
  const context: Context = { root, findings };
  const has = (name: string) => top.some((entry) => entry.name === name);
  findings.push(...top.flatMap((entry) => topLevel(entry, directory)));
  const isWhole = findings.every((each) => each.severity !== 'error');
  const settings = has('settings.yaml')
    ? await read({ name: 'settings', file: path(directory, 'settings.yaml') }, context)
    : undefined;
  const tenants = has('tenants') ? await readFolder(path(directory, 'tenants'), context) : [];
  const baselines = has('baselines') ? await readFolder(path(directory, 'baselines'), context) : [];
  if (tenants.length === 0 && findings.every((each) => each.severity !== 'error')) {
    const file = path(directory, 'tenants');
    findings.push(
      finding('no-tenants', 'There is no tenant policy.', 'Add one file for each tenant, <name>.yaml.', file),
    );
  }
  return { tenants, baselines, ...(settings === undefined ? {} : { settings }), isWhole, findings };
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
  const files: { readonly name: string; readonly file: string }[] = [];
  for (const { name } of entries) {
    const file = path(folder, name);
    if (name.endsWith('.yaml')) files.push({ name: name.slice(0, -'.yaml'.length), file });
    else if (/\.ya?ml$/i.test(name)) {
      const fix = `Rename it to ${name.replace(/\.ya?ml$/i, '.yaml').toLowerCase()}.`;
      context.findings.push(finding('not-yaml-suffix', 'Only files that end in .yaml are read.', fix, file));
    } else if (!name.startsWith('.')) context.findings.push(unknownFile(file));
  }
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
  const message =
    real === undefined ? 'The link points nowhere.' : 'The link points outside the policies directory.';
  findings.push(finding('link-outside', message, 'Put the file itself here.', file));
  return false;
}

function topLevel({ name }: Dirent, directory: string): readonly Finding[] {
  const file = path(directory, name);
  if (['tenants', 'baselines', 'settings.yaml', 'README.md'].includes(name) || name.startsWith('.'))
    return [];
  if (name === 'guardrails.yaml') {
    const message =
      '`guardrails.yaml` is not supported yet; since nothing would check it, no tenant is planned.';
    return [finding('not-supported-yet', message, 'Remove the file.', file)];
  }
  if (/^(settings|guardrails)\.ya?ml$/i.test(name)) {
    const fix = `Rename it to ${name.toLowerCase().replace(/\.yml$/, '.yaml')}.`;
    return [
      finding('not-yaml-suffix', 'The file is not read under this name, so no tenant is planned.', fix, file),
    ];
  }
  return [unknownFile(file)];
}

function unknownFile(file: string): Finding {
  const fix = 'Move it elsewhere; a tenant policy belongs into tenants/, with a name that ends in .yaml.';
  return { ...finding('unknown-file', 'The file is not read.', fix, file), severity: 'warning' };
}

function finding(rule: string, message: string, fix: string, file: string): Finding {
  return { rule, severity: 'error', message, fix, at: { file, line: 1, column: 1 } };
}

/** The entries of a directory by name; the order of the disk must not show. */
async function list(directory: string): Promise<readonly Dirent[] | undefined> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
  return entries?.toSorted((a, b) => byText(a.name, b.name));
}

function path(...parts: readonly string[]): string {
  return join(...parts).replaceAll(sep, '/');
}
