#!/usr/bin/env node
import { CommanderError } from 'commander';
import pkg from '../package.json' with { type: 'json' };
import {
  type ApplyFlags,
  commandsOf,
  type GitHubFlags,
  type GitHubVerb,
  type PlanFlags,
  type SandboxFlags,
} from './commands/arguments.ts';
import type { CommonFlags } from './commands/command-parts.ts';
import {
  codeOfFindings,
  codeOfPlan,
  codeOfReport,
  codeOfWho,
  EXIT,
  type ExitCode,
  worst,
} from './commands/exit-code.ts';
import { afterPlan } from './commands/next.ts';
import type { BlockFlags, ExplainFlags, WhoFlags } from './commands/people-arguments.ts';
import { accessIn, annotationsIn, findingsIn, type Medium, planIn, reportIn } from './commands/shown.ts';
import { Interrupted } from './core/interrupted.ts';
import { secretsOf, withoutSecrets } from './core/secrets.ts';
import type { OnWait } from './core/wait.ts';
import { inPlace, progressLine } from './render/progress.ts';
import { forTerminal } from './render/safe.ts';
import { waitLine, worthTelling } from './render/wait.ts';

// argv → command → exit code; the only place that touches process and console.

const { stdout, stderr, env } = process;
const today = () => new Date().toISOString().slice(0, 10);
const print = (text: string) => stdout.write(text);

// Whoever read our output may have read enough (`| head`): that must not stop an apply half-way.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** NO_COLOR wins over FORCE_COLOR, and either over what the stream is. */
function mediumOf({ format, color }: CommonFlags): Medium {
  return { format, colour: colourOf(color) };
}

function colourOf(color: boolean): boolean {
  const forced = env.FORCE_COLOR !== undefined && !['', '0', 'false'].includes(env.FORCE_COLOR);
  const capable = stdout.isTTY === true && env.TERM !== 'dumb' && env.FORCE_COLOR !== '0';
  return color && !env.NO_COLOR && (forced || capable);
}

/** Progress goes to standard error: one line in place on a terminal, plain lines elsewhere. */
function progress(phase: 'plan' | 'apply'): { onTenant: (at: number, of: number) => void; end: () => void } {
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
function waits(verbose: boolean): OnWait {
  const tty = stderr.isTTY === true && env.TERM !== 'dumb';
  let last = '';
  return (wait) => {
    const line = waitLine(wait);
    if (!worthTelling(wait, verbose) || line === last) return;
    last = line;
    stderr.write(`${tty ? inPlace(line) : line}\n`);
  };
}

async function validate(flags: CommonFlags): Promise<ExitCode> {
  const { validate: run } = await import('./commands/validate.ts');
  const report = await run({ policies: flags.policies, tenant: flags.tenant, day: today() });
  // The runner listens to both streams, and standard output may be a file: the summary of the job.
  if (env.GITHUB_ACTIONS === 'true') stderr.write(await annotationsIn(report.findings, env, process.cwd()));
  print(await findingsIn(mediumOf(flags), report));
  return codeOfFindings(report.findings);
}

async function plan(flags: PlanFlags): Promise<ExitCode> {
  const { plan: run } = await import('./commands/plan.ts');
  const { onTenant, end } = progress('plan');
  const onWait = waits(flags.verbose);
  const planned = await run({ ...flags, day: today(), env, version: pkg.version, onTenant, onWait });
  end();
  if (planned.findings.length > 0) {
    const report = { findings: planned.findings, tenants: [...planned.origins.keys()], broken: [] };
    stderr.write(`${await findingsIn({ format: 'text', colour: false }, report)}\n`);
  }
  // What is frozen is not to be applied.
  const pending = planned.plan.tenants.some(
    (tenant) => tenant.status === 'changes' && tenant.policy.incident === undefined,
  );
  const options = {
    verbose: flags.verbose,
    policies: planned.origins,
    ...(pending ? { next: afterPlan(flags) } : {}),
  };
  print(await planIn(mediumOf(flags), planned.plan, options));
  return worst([codeOfFindings(planned.findings), codeOfPlan(planned.plan, flags.detailedExitcode)]);
}

async function who(flags: WhoFlags): Promise<ExitCode> {
  const { diff } = flags;
  const options = { ...flags, day: today(), env, version: pkg.version, onWait: waits(flags.verbose) };
  const { report, findings } =
    diff === undefined
      ? await (await import('./commands/who.ts')).who(options)
      : await (await import('./commands/who-diff.ts')).whoDiff({ ...options, diff });
  if (findings.length > 0) {
    const said = { findings, tenants: [], broken: [] };
    stderr.write(`${await findingsIn({ format: 'text', colour: false }, said)}\n`);
  }
  print(await accessIn({ format: flags.format, colour: colourOf(flags.color) }, report));
  return worst([codeOfFindings(findings), codeOfWho(report)]);
}

async function explain(user: string | undefined, flags: ExplainFlags): Promise<ExitCode> {
  const { error, format, color } = flags;
  const medium = { format, colour: colourOf(color) };
  const { explanationIn, pastedIn } = await import('./commands/shown-explanation.ts');
  if (user === undefined) {
    const text = error === '-' ? await standardInput() : (error ?? '');
    print(await pastedIn(medium, text, pkg.version));
  } else {
    const { explain: run } = await import('./commands/explain.ts');
    const options = { ...flags, user, day: today(), env, version: pkg.version, onWait: waits(flags.verbose) };
    print(await explanationIn(medium, await run(options)));
  }
  return EXIT.ok;
}

async function standardInput(): Promise<string> {
  const { text } = await import('node:stream/consumers');
  return await text(process.stdin);
}

async function apply(flags: ApplyFlags): Promise<ExitCode> {
  const stop = onStop();
  const { onTenant, end } = progress('apply');
  const { plan, commit, digest, replan } = flags;
  const options = {
    ...flags,
    day: today(),
    env,
    version: pkg.version,
    stop,
    stopping: () => stop.aborted,
    onTenant,
    onWait: waits(flags.verbose),
  };
  const applied = async () => {
    if (commit === undefined && digest === undefined)
      return await (await import('./commands/apply.ts')).apply({ ...options, plan: plan ?? '' });
    const { orNothingSent } = await import('./commands/reviewed-run.ts');
    if (commit === undefined) {
      const { applyFresh } = await import('./commands/apply-fresh.ts');
      return await orNothingSent({ ...options, plan: plan ?? '', digest: digest ?? '' }, applyFresh);
    }
    const run = replan
      ? (await import('./commands/plan-afresh.ts')).planAfresh
      : (await import('./commands/apply-merged.ts')).applyMerged;
    return await orNothingSent({ ...options, commit }, run);
  };
  const report = await applied();
  end();
  print(await reportIn(mediumOf(flags), report));
  return codeOfReport(report);
}

async function block(flags: BlockFlags): Promise<ExitCode> {
  const { block: run, codeOfBlock } = await import('./commands/block.ts');
  const { typed } = await import('./commands/confirm.ts');
  const { blockText } = await import('./render/block-text.ts');
  const asking = { input: process.stdin, output: stderr };
  const report = await run({
    ...flags,
    day: today(),
    env,
    onWait: waits(flags.verbose),
    confirm: async ({ name, id }) => {
      const question = `This switches Apple Mail off for everybody in ${name} (${id}). Type the tenant's name to go on: `;
      return flags.yes || (await typed(question, name, asking));
    },
  });
  print(blockText(report, { colour: colourOf(flags.color) }));
  return codeOfBlock(report);
}

async function github(verb: GitHubVerb, flags: GitHubFlags): Promise<ExitCode> {
  const options = {
    ...flags,
    repository: '.',
    env,
    version: pkg.version,
    day: today(),
    now: () => new Date(),
    onWait: waits(flags.verbose),
  };
  const { code, lines } = await (await import('./commands/github.ts')).github(verb, options);
  for (const line of lines) print(`${forTerminal(line)}\n`);
  return code;
}

/**
 * The first Ctrl-C (or SIGTERM) lets the step under way finish and be reported, and ends whatever is only waited for;
 * the second stops at once.
 */
function onStop(): AbortSignal {
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

async function sandbox({ port, tour }: SandboxFlags): Promise<ExitCode> {
  if (tour) {
    const { tour: run } = await import('./commands/tour.ts');
    return await run({
      write: print,
      node: process.execPath,
      cli: process.argv[1] ?? '',
      env,
      day: today(),
    });
  }
  const { sandbox: run } = await import('./commands/sandbox.ts');
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await run({ port, write: print, stopped });
  return EXIT.ok;
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = commandsOf(pkg.version, async (invoked) => {
    if (invoked.command === 'validate') code = await validate(invoked.flags);
    else if (invoked.command === 'plan') code = await plan(invoked.flags);
    else if (invoked.command === 'apply') code = await apply(invoked.flags);
    else if (invoked.command === 'who') code = await who(invoked.flags);
    else if (invoked.command === 'explain') code = await explain(invoked.user, invoked.flags);
    else if (invoked.command === 'block') code = await block(invoked.flags);
    else if (invoked.command === 'github') code = await github(invoked.verb, invoked.flags);
    else code = await sandbox(invoked.flags);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { message, fix } = toldOf(error);
    stderr.write(`error: ${forTerminal(message)}\nfix: ${forTerminal(fix)}\n`);
    return error instanceof Error && 'exit' in error && error.exit === EXIT.refused
      ? EXIT.refused
      : EXIT.failed;
  }
}

/** Whatever was thrown where nobody listens is told like any failure: never with a stack, or with what it carries. */
function unexpected(error: unknown): never {
  const { message, fix } = toldOf(error);
  stderr.write(`error: ${forTerminal(message)}\nfix: ${forTerminal(fix)}\n`);
  process.exit(EXIT.failed);
}

function toldOf(error: unknown): { readonly message: string; readonly fix: string } {
  const message = withoutSecrets(
    error instanceof Error ? error.message : 'something that is no error was thrown',
    secretsOf(env),
  );
  const fix =
    error instanceof Error && 'fix' in error && typeof error.fix === 'string' ? error.fix : undefined;
  return { message, fix: fix ?? 'This is a defect of iosmail: please report it with this message.' };
}

process.on('uncaughtException', unexpected);
process.exitCode = await main(process.argv.slice(2));
