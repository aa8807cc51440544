import type { CommonFlags } from './commands/command-parts.ts';
import { EXIT } from './commands/exit-code.ts';
import type { Medium } from './commands/shown.ts';
import { Interrupted } from './core/interrupted.ts';
import { secretsOf, withoutSecrets } from './core/secrets.ts';
import type { OnWait } from './core/wait.ts';
import { inPlace, progressLine } from './render/progress.ts';
import { forTerminal } from './render/safe.ts';
import { waitLine, worthTelling } from './render/wait.ts';

// What whoever sits at the terminal is shown, and how they stop a run. With cli.ts the only place that touches process.

const { stdout, stderr, env } = process;

/** Writes to standard output. */
export function print(text: string): void {
  stdout.write(text);
}

// Whoever read our output may have read enough (`| head`): that must not stop an apply half-way.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** NO_COLOR wins over FORCE_COLOR, and either over what the stream is. */
export function mediumOf({ format, color }: CommonFlags): Medium {
  return { format, colour: colourOf(color) };
}

/** Whether to paint, by the flag, the two variables and what the stream is. */
export function colourOf(color: boolean): boolean {
  const forced = env.FORCE_COLOR !== undefined && !['', '0', 'false'].includes(env.FORCE_COLOR);
  const capable = stdout.isTTY === true && env.TERM !== 'dumb' && env.FORCE_COLOR !== '0';
  return color && !env.NO_COLOR && (forced || capable);
}

/** Progress goes to standard error: one line in place on a terminal, plain lines elsewhere. */
export function progress(phase: 'plan' | 'apply'): {
  onTenant: (at: number, of: number) => void;
  end: () => void;
} {
  const tty = stderr.isTTY === true && env.TERM !== 'dumb';
  return {
    onTenant: (at, of) => {
      const line = progressLine(phase, at, of);
      stderr.write(tty ? inPlace(line) : `${line}\n`);
    },
    end: () => {
      if (tty) stderr.write(inPlace(undefined));
    },
  };
}

/** Waits go to standard error, a line each; what several parts of a run wait for together is told once. */
export function waits(verbose: boolean): OnWait {
  const tty = stderr.isTTY === true && env.TERM !== 'dumb';
  let last = '';
  return (wait) => {
    const line = waitLine(wait);
    if (!worthTelling(wait, verbose) || line === last) return;
    last = line;
    stderr.write(`${tty ? inPlace(line) : line}\n`);
  };
}

/**
 * The first Ctrl-C (or SIGTERM) lets the step under way finish and be reported, and ends whatever is only waited for;
 * the second stops at once.
 */
export function onStop(): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) {
      stderr.write('\nStopped at once. The same apply reads first, and sends only what is left.\n');
      process.exit(EXIT.partly);
    }
    stderr.write('\nFinishing the step under way, then stopping. Press Ctrl-C again to stop at once.\n');
    stopping.abort(new Interrupted());
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  return stopping.signal;
}

/** Everything that is piped in, as text. */
export async function standardInput(): Promise<string> {
  const { text } = await import('node:stream/consumers');
  return await text(process.stdin);
}

/** Tells a failure on standard error: what, and what to do next; never with a stack, or with a secret it carries. */
export function tell(error: unknown): void {
  const message = withoutSecrets(
    error instanceof Error ? error.message : 'something that is no error was thrown',
    secretsOf(env),
  );
  const known =
    error instanceof Error && 'fix' in error && typeof error.fix === 'string' ? error.fix : undefined;
  const fix = known ?? 'This is a defect of iosmail: please report it with this message.';
  stderr.write(`error: ${forTerminal(message)}\nfix: ${forTerminal(fix)}\n`);
}

/** Whatever was thrown where nobody listens ends the run, told like any failure. */
export function unexpected(error: unknown): never {
  tell(error);
  process.exit(EXIT.failed);
}
