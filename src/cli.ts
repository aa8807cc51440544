#!/usr/bin/env node
import { CommanderError } from 'commander';
import pkg from '../package.json' with { type: 'json' };
import {
  type ApplyFlags,
  commandsOf,
  type DriftFlags,
  type GitHubFlags,
  type GitHubVerb,
  type PlanFlags,
  type SandboxFlags,
} from './commands/arguments.ts';
import type { CommonFlags } from './commands/command-parts.ts';
import {
  codeOfDrift,
  codeOfFindings,
  codeOfPlan,
  codeOfReport,
  codeOfWho,
  EXIT,
  type ExitCode,
  worst,
} from './commands/exit-code.ts';
import type { ImportFlags } from './commands/import-arguments.ts';
import { afterPlan } from './commands/next.ts';
import type { BlockFlags, ExplainFlags, WhoFlags } from './commands/people-arguments.ts';
import { accessIn, annotationsIn, driftIn, findingsIn, planIn, reportIn } from './commands/shown.ts';
import {
  colourOf,
  mediumOf,
  onStop,
  print,
  progress,
  standardInput,
  tell,
  unexpected,
  waits,
} from './console.ts';
import type { Finding } from './core/finding.ts';
import { forTerminal } from './render/safe.ts';

// argv → command → exit code; with console.ts the only place that touches process.

const { stderr, env } = process;
const today = () => new Date().toISOString().slice(0, 10);
/** What every command that asks a tenant is told of its surroundings. */
const around = ({ verbose }: { readonly verbose: boolean }) => ({
  day: today(),
  env,
  version: pkg.version,
  onWait: waits(verbose),
});

/** What is wrong with policy files goes to standard error: standard output is the answer. */
async function warn(findings: readonly Finding[], tenants: readonly string[] = []): Promise<void> {
  if (findings.length === 0) return;
  stderr.write(`${await findingsIn({ format: 'text', colour: false }, { findings, tenants, broken: [] })}\n`);
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
  const planned = await run({ ...flags, ...around(flags), onTenant });
  end();
  await warn(planned.findings, [...planned.origins.keys()]);
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

async function drift(flags: DriftFlags): Promise<ExitCode> {
  const { drift: run } = await import('./commands/drift.ts');
  const { onTenant, end } = progress('plan');
  const { report, findings } = await run({ ...flags, ...around(flags), onTenant });
  end();
  await warn(findings);
  print(await driftIn(mediumOf(flags), report));
  return worst([codeOfFindings(findings), codeOfDrift(report, flags.detailedExitcode)]);
}

async function who(flags: WhoFlags): Promise<ExitCode> {
  const { diff } = flags;
  const options = { ...flags, ...around(flags) };
  const { report, findings } =
    diff === undefined
      ? await (await import('./commands/who.ts')).who(options)
      : await (await import('./commands/who-diff.ts')).whoDiff({ ...options, diff });
  await warn(findings);
  print(await accessIn({ format: flags.format, colour: colourOf(flags.color) }, report));
  return worst([codeOfFindings(findings), codeOfWho(report)]);
}

async function importing(flags: ImportFlags): Promise<ExitCode> {
  const { importTenants } = await import('./commands/import.ts');
  const { mayReplace } = await import('./commands/confirm.ts');
  const { tenantId, name, cloud, tenant: only, ...rest } = flags;
  const report = await importTenants({
    ...rest,
    ...(tenantId === undefined || name === undefined ? {} : { tenant: { id: tenantId, name, cloud } }),
    only,
    ...around(flags),
    overwrite: (file) => mayReplace(forTerminal(file), { input: process.stdin, output: stderr }),
  });
  if (flags.format === 'json') print((await import('./render/json-text.ts')).jsonText(report));
  else {
    const { importText } = await import('./render/import-text.ts');
    print(importText(report.tenants, { colour: colourOf(flags.color) }));
  }
  return report.tenants.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.ok;
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
    print(await explanationIn(medium, await run({ ...flags, user, ...around(flags) })));
  }
  return EXIT.ok;
}

async function apply(flags: ApplyFlags): Promise<ExitCode> {
  const stop = onStop();
  const { onTenant, end } = progress('apply');
  const { plan, commit, digest, replan } = flags;
  const options = {
    ...flags,
    ...around(flags),
    stop,
    stopping: () => stop.aborted,
    onTenant,
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
    ...around(flags),
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
    ...around(flags),
    repository: '.',
    now: () => new Date(),
  };
  const { code, lines } = await (await import('./commands/github.ts')).github(verb, options);
  for (const line of lines) print(`${forTerminal(line)}\n`);
  return code;
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
    else if (invoked.command === 'import') code = await importing(invoked.flags);
    else if (invoked.command === 'drift') code = await drift(invoked.flags);
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
    tell(error);
    return error instanceof Error && 'exit' in error && error.exit === EXIT.refused
      ? EXIT.refused
      : EXIT.failed;
  }
}

process.on('uncaughtException', unexpected);
process.exitCode = await main(process.argv.slice(2));
