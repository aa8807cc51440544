#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import pkg from '../package.json' with { type: 'json' };
import {
  codeOfFindings,
  codeOfPlan,
  codeOfReport,
  EXIT,
  type ExitCode,
  worst,
} from './commands/exit-code.ts';
import { inPlace, progressLine } from './render/progress.ts';
import { forTerminal } from './render/safe.ts';

// argv → command → exit code; the only place that touches process and console.

type Format = 'text' | 'json' | 'markdown';
type Common = { policies: string; tenant: string[]; format: Format; sandbox: boolean; color: boolean };

const today = () => new Date().toISOString().slice(0, 10);
const colourful = (common: Common) =>
  common.color &&
  !process.env.NO_COLOR &&
  (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR));

function shared(command: Command): Command {
  return command
    .option('--policies <dir>', 'the folder with the policies', 'policies')
    .option('--tenant <names...>', 'only these tenants', [])
    .addOption(
      new Option('--format <format>', 'how to print').choices(['text', 'json', 'markdown']).default('text'),
    )
    .option('--no-color', 'plain text, also with NO_COLOR set')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) });
}

/** Progress goes to standard error: one line in place on a terminal, plain lines elsewhere. */
function progress(phase: 'plan' | 'apply'): { onTenant: (at: number, of: number) => void; end: () => void } {
  const tty = process.stderr.isTTY === true;
  return {
    onTenant: (at, of) => {
      const line = progressLine(phase, at, of);
      process.stderr.write(tty ? inPlace(line) : `${line}\n`);
    },
    end: () => {
      if (tty) process.stderr.write(inPlace(undefined));
    },
  };
}

async function validate(common: Common): Promise<ExitCode> {
  const { validate: run } = await import('./commands/validate.ts');
  const report = await run({ policies: common.policies, tenant: common.tenant, day: today() });
  process.stdout.write(await findingsIn(common, report));
  return codeOfFindings(report.findings);
}

async function findingsIn(
  common: Common,
  report: Parameters<typeof import('./render/findings-text.ts').findingsText>[0],
) {
  if (common.format === 'json') return (await import('./render/findings-json.ts')).findingsJson(report);
  if (common.format === 'markdown')
    return (await import('./render/findings-markdown.ts')).findingsMarkdown(report);
  return (await import('./render/findings-text.ts')).findingsText(report, { colour: colourful(common) });
}

type PlanFlags = Common & { out?: string; verbose: boolean; detailedExitcode: boolean; journal: string };

async function plan(flags: PlanFlags): Promise<ExitCode> {
  const { plan: run } = await import('./commands/plan.ts');
  const shown = progress('plan');
  const planned = await run({
    ...flags,
    day: today(),
    env: process.env,
    version: pkg.version,
    onTenant: shown.onTenant,
  });
  shown.end();
  if (flags.out !== undefined) {
    const { planJson } = await import('./render/plan-json.ts');
    await writeFile(flags.out, planJson(planned.plan));
  }
  if (planned.findings.length > 0) {
    const report = { findings: planned.findings, tenants: [...planned.origins.keys()], broken: [] };
    process.stderr.write(
      `${(await import('./render/findings-text.ts')).findingsText(report, { colour: false })}\n`,
    );
  }
  const pending = planned.plan.tenants.some(({ status }) => status === 'changes');
  const where = flags.sandbox ? ' --sandbox' : '';
  const next = !pending
    ? undefined
    : flags.out === undefined
      ? `iosmail plan${where} --out plan.json`
      : `iosmail apply${where} --plan ${flags.out}`;
  process.stdout.write(await planIn(flags, planned, next));
  return worst([codeOfFindings(planned.findings), codeOfPlan(planned.plan, flags.detailedExitcode)]);
}

async function planIn(
  flags: PlanFlags,
  planned: import('./commands/plan.ts').Planned,
  next: string | undefined,
): Promise<string> {
  if (flags.format === 'json') return (await import('./render/plan-json.ts')).planJson(planned.plan);
  const options = {
    verbose: flags.verbose,
    policies: planned.origins,
    ...(next === undefined ? {} : { next }),
  };
  if (flags.format === 'markdown')
    return (await import('./render/plan-markdown.ts')).planMarkdown(planned.plan, options);
  return (await import('./render/plan-text.ts')).planText(planned.plan, {
    ...options,
    colour: colourful(flags),
  });
}

async function apply(flags: Common & { plan: string; journal: string }): Promise<ExitCode> {
  const { apply: run } = await import('./commands/apply.ts');
  let stopping = false;
  process.on('SIGINT', () => {
    if (stopping) process.exit(EXIT.partly);
    stopping = true;
    process.stderr.write(
      '\nFinishing the step under way, then stopping. Press Ctrl-C again to stop at once.\n',
    );
  });
  const shown = progress('apply');
  const report = await run({
    ...flags,
    plan: await readFile(flags.plan, 'utf8'),
    day: today(),
    env: process.env,
    version: pkg.version,
    stopping: () => stopping,
    onTenant: shown.onTenant,
  });
  shown.end();
  if (flags.format === 'json')
    process.stdout.write((await import('./render/apply-json.ts')).applyJson(report));
  else if (flags.format === 'markdown')
    process.stdout.write((await import('./render/apply-markdown.ts')).applyMarkdown(report));
  else
    process.stdout.write(
      (await import('./render/apply-text.ts')).applyText(report, { colour: colourful(flags) }),
    );
  return codeOfReport(report);
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return value;
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = new Command('iosmail')
    .description('Who may use Apple Mail against Exchange Online, decided in Git.')
    .version(pkg.version)
    .exitOverride()
    .showHelpAfterError('Run `iosmail --help` for the commands.')
    .addHelpText(
      'after',
      '\nExit codes: 0 ok · 1 failed or invalid policies · 2 changes pending (--detailed-exitcode) · 3 refused by a rule · 4 stale plan · 5 partly applied · 64 usage',
    );
  shared(program.command('validate').description('check the policies; talks to nobody')).action(
    async (flags) => {
      code = await validate(flags);
    },
  );
  const journal = new Option('--journal <dir>', 'the folder of the apply journals').default(
    '.iosmail/journal',
  );
  shared(program.command('plan').description('show what would change, for people first; cannot write'))
    .option('--sandbox', 'use the built-in tenants', false)
    .option('--out <file>', 'also write the plan to a file, for apply')
    .option('--verbose', 'also raw requests, everybody by name, and where each value comes from', false)
    .option('--detailed-exitcode', 'exit 2 when changes are pending', false)
    .addOption(journal)
    .action(async (flags) => {
      code = await plan(flags);
    });
  shared(program.command('apply').description('apply a plan file, exactly as it was reviewed'))
    .option('--sandbox', 'use the built-in tenants', false)
    .requiredOption('--plan <file>', 'the plan file')
    .addOption(journal)
    .action(async (flags) => {
      code = await apply(flags);
    });
  program
    .command('sandbox')
    .description('serve the built-in tenants over HTTPS')
    .option('--port <port>', 'where to listen; 0: any free port', port, 8443)
    .option('--tour', 'run the whole loop on them instead: validate, plan, apply, verify', false)
    .exitOverride()
    .action(async (flags: { port: number; tour: boolean }) => {
      const { sandbox, tour } = await import('./commands/sandbox.ts');
      const write = (text: string) => process.stdout.write(text);
      code = flags.tour
        ? await tour({ write, cli: process.argv[1] ?? '', env: process.env })
        : await sandbox({ port: flags.port, write });
    });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const message = error instanceof Error ? error.message : 'something that is no error was thrown';
    process.stderr.write(`error: ${forTerminal(message)}\n`);
    if (error instanceof Error && 'fix' in error && typeof error.fix === 'string')
      process.stderr.write(`fix: ${forTerminal(error.fix)}\n`);
    return EXIT.failed;
  }
}

process.exitCode = await main(process.argv.slice(2));
