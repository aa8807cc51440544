import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export type Step = {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: { readonly [name: string]: string };
  readonly with?: { readonly [name: string]: unknown };
};
type Job = {
  readonly permissions?: unknown;
  readonly environment?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly concurrency?: { readonly 'cancel-in-progress'?: unknown };
  readonly steps: readonly Step[];
};
type Workflow = {
  readonly on: { readonly [event: string]: unknown };
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group?: unknown; readonly 'cancel-in-progress'?: unknown };
  readonly jobs: { readonly [id: string]: Job };
};
export type WorkflowFile = {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly workflow: Workflow;
};

/** The workflows of this repository, which are also the ones of an adopter. */
export function workflowFiles(): readonly WorkflowFile[] {
  return yamlIn('.github/workflows').map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { name: path.replace(/^.*\/|\.yml$/g, ''), path, text, workflow: parse(text) };
  });
}

/** Every action of ours, with its steps where it is a composite one. */
export function actionFiles(): readonly {
  readonly path: string;
  readonly text: string;
  readonly steps: readonly Step[];
}[] {
  const paths = ['action.yml', '.github/actions/iosmail/action.yml', ...yamlIn('templates')];
  return paths.map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, steps: parse(text).runs.steps ?? [] };
  });
}

function yamlIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}
