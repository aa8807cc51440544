import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './iosmail.ts';
import type { Left } from './workflow-step.ts';
import { runScript, type ScriptEnded } from './workflow-step.ts';

export const ACTION = join(ROOT, 'dist/action.mjs');

if (!existsSync(ACTION)) throw new Error('There is no dist/action.mjs: run `npm run build` first.');

/** Runs the built action as a runner does, with files of its own to write to. */
export function setUp(
  temp: string,
  options: { readonly file?: string; readonly env?: { readonly [name: string]: string } } = {},
): Promise<ScriptEnded> {
  return runScript(`exec '${process.execPath}' "$FILE"`, {
    folder: temp,
    env: { PATH: process.env.PATH ?? '', RUNNER_TEMP: temp, FILE: options.file ?? ACTION, ...options.env },
  });
}

/** Plays `./.github/actions/iosmail` of a workflow: the built action, in the runner's own temporary folder. */
export async function playSetUp({
  env,
}: {
  readonly env: { readonly [name: string]: string };
}): Promise<Left> {
  const ended = await setUp(env.RUNNER_TEMP ?? '', { env });
  if (ended.code !== 0) throw new Error(ended.stdout + ended.stderr);
  return ended;
}
