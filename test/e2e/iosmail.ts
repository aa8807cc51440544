import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository, and the command that `npm run build` made there. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

if (!existsSync(CLI)) throw new Error('There is no dist/cli.js: run `npm run build` first.');

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Environment = { readonly [name: string]: string };

/** A run that is under way. */
export type Running = {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once either stream has said this. */
  readonly said: (text: string) => Promise<void>;
  /** What was printed so far. */
  readonly stdout: () => string;
};

/**
 * Starts the built command in an environment of its own: nothing of this machine's colours, certificates or
 * credentials reaches it.
 */
export function start(
  argv: readonly string[],
  options: { readonly env?: Environment; readonly cwd?: string; readonly node?: readonly string[] } = {},
): Running {
  const child = spawn(process.execPath, [...(options.node ?? []), CLI, ...argv], {
    cwd: options.cwd ?? ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      heard[name] += text;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...heard }));
  });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!(heard.stdout + heard.stderr).includes(text)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      ended.then(({ stderr }) => reject(new Error(`It ended without saying “${text}”: ${stderr}`)), reject);
    });
  return { child, ended, said, stdout: () => heard.stdout };
}

/** Runs the built command to its end. */
export function iosmail(
  argv: readonly string[],
  options: { readonly env?: Environment; readonly cwd?: string; readonly node?: readonly string[] } = {},
): Promise<Ended> {
  return start(argv, options).ended;
}
