import { posix } from 'node:path';
import { type Finding, refusals } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import { MAX_BYTES } from '../policy/document.ts';
import {
  finding,
  inFolder,
  linkOutside,
  noTenants,
  nothingIn,
  type PolicyFiles,
  type SourceFile,
  topLevel,
} from '../policy/layout.ts';
import { filesIn, type TreeFile } from './tree.ts';

/**
 * The policies directory of a commit or tree, as data: what a pull request brings is read, never checked out.
 * What is wrong with it is a finding, as with a directory on disk; a link is one too, since it is never followed.
 * @param folder from the root of the repository, with `/`.
 * @throws GitFailure when Git cannot show the tree.
 */
export async function policyFilesAt(repo: string, treeish: string, folder: string): Promise<PolicyFiles> {
  const dir = posix.normalize(folder).replace(/\/+$/, '');
  const isPolicy = (path: string) =>
    path === within(dir, 'settings.yaml') ||
    path === within(dir, 'guardrails.yaml') ||
    /^(?:tenants|baselines)\/[^/]+\.yaml$/.test(path.slice(within(dir, '').length));
  const files = await filesIn(repo, treeish, dir, { only: isPolicy, limit: MAX_BYTES });
  const byPath = new Map(files.map((file) => [file.path, file]));
  const itself = byPath.get(dir);
  if (itself !== undefined && itself.mode !== LINK) return nothingIn(dir);
  if (itself !== undefined) return { ...nothingIn(dir), findings: [link(dir)] };
  const top = below(files, dir);
  if (top.length === 0) return nothingIn(dir);
  const findings: Finding[] = top.flatMap(({ name, file }) => topLevel(name, file));
  const isWhole = refusals(findings).length === 0;
  const one = (source: { readonly name: string; readonly file: string }): SourceFile => {
    const file = byPath.get(source.file);
    const problem = problemOf(file, source.file);
    if (problem !== undefined) findings.push(problem);
    return problem === undefined && file !== undefined ? { ...source, bytes: bytesOf(file) } : source;
  };
  const sources = (name: string): readonly SourceFile[] => {
    const path = within(dir, name);
    const notFolder = byPath.get(path);
    if (notFolder !== undefined) findings.push(notAFolder(notFolder, path));
    const listed = inFolder(below(files, path));
    findings.push(...listed.findings);
    return listed.files.map(one);
  };
  const has = (name: string) => top.some((entry) => entry.name === name);
  const settings = has('settings.yaml')
    ? one({ name: 'settings', file: within(dir, 'settings.yaml') })
    : undefined;
  const guardrails = has('guardrails.yaml')
    ? one({ name: 'guardrails', file: within(dir, 'guardrails.yaml') })
    : undefined;
  const [tenants, baselines] = [sources('tenants'), sources('baselines')];
  if (tenants.length === 0 && refusals(findings).length === 0)
    findings.push(noTenants(within(dir, 'tenants')));
  return {
    tenants,
    baselines,
    ...(settings === undefined ? {} : { settings }),
    ...(guardrails === undefined ? {} : { guardrails }),
    isWhole,
    findings,
  };
}

const LINK = '120000';

/** The entries right below a folder, by name; a folder among them is there by the files in it. */
function below(files: readonly TreeFile[], folder: string) {
  const prefix = within(folder, '');
  const names = files
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ path }) => path.slice(prefix.length).split('/')[0] ?? '');
  return [...new Set(names)].sort(byText).map((name) => ({ name, file: `${prefix}${name}` }));
}

function within(folder: string, name: string): string {
  return folder === '' || folder === '.' ? name : `${folder}/${name}`;
}

function problemOf(file: TreeFile | undefined, path: string): Finding | undefined {
  if (file?.mode === LINK) return link(path);
  if (file?.mode.startsWith('100')) return undefined;
  return finding(
    'cannot-read',
    'The file cannot be read: not a regular file.',
    'Make it a plain file.',
    path,
  );
}

function notAFolder({ mode }: TreeFile, path: string): Finding {
  if (mode === LINK) return link(path);
  return finding('cannot-read', `${path} cannot be listed.`, 'Make it a directory.', path);
}

function link(path: string): Finding {
  return linkOutside(path, 'is not followed where policies are read from Git');
}

/** A file over the limit was not fetched: a length that says so is all that is looked at. */
function bytesOf({ bytes }: TreeFile): Uint8Array {
  return bytes ?? new Uint8Array(MAX_BYTES + 1);
}
