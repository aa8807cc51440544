import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Contexts, filledIn, holds, type Status } from './workflow-expression.ts';
import { type Handler, runSteps, type StepEnded, type StepText } from './workflow-job.ts';
import type { Texts } from './workflow-step.ts';

type Mapping = { readonly [name: string]: unknown };
type JobText = {
  readonly needs?: string | readonly string[];
  readonly if?: string | boolean;
  readonly environment?: string | { readonly name: string };
  readonly permissions?: Texts;
  readonly env?: Mapping;
  readonly outputs?: Mapping;
  readonly steps: readonly StepText[];
};
type WorkflowText = {
  readonly name?: string;
  readonly env?: Mapping;
  readonly jobs: { readonly [id: string]: JobText };
};

/** A job about to run, as GitHub would know it. */
export type JobStart = {
  readonly id: string;
  readonly environment: string | undefined;
  readonly permissions: Texts;
};
/** What the world gives to one job: its folder, and what only this job has. */
export type JobGiven = {
  readonly folder: string;
  /** Variables of its environment, over those of the repository. */
  readonly vars?: Texts;
  /** `github.token`: its own, with its permissions. */
  readonly token?: string;
  readonly env?: Texts;
};
type JobEnded = {
  readonly result: 'success' | 'failure' | 'skipped';
  readonly steps: readonly StepEnded[];
  readonly summary: string;
  readonly outputs: Texts;
};
export type WorkflowEnded = { readonly jobs: { readonly [id: string]: JobEnded } };

/**
 * Runs a workflow file as GitHub would, one job after the other: its own conditions, environment and `run:` lines.
 * Actions are played by `uses`, by their name without the commit. No matrix, no services, no reusable workflow.
 */
export async function runWorkflow(
  file: string,
  options: {
    /** The payload, as `github.event` and at GITHUB_EVENT_PATH. */
    readonly event: unknown;
    /** `github` in GitHub's words (event_name, sha, repository, run_id, …), `vars`, `secrets`, `inputs`. */
    readonly contexts: {
      readonly github: Mapping;
      readonly vars?: Texts;
      readonly secrets?: Texts;
      readonly inputs?: Mapping;
    };
    readonly uses: { readonly [action: string]: Handler };
    /** Of every step of every job, beside PATH. */
    readonly env?: Texts;
    readonly job: (start: JobStart) => Promise<JobGiven>;
    /** An earlier attempt of this run, of which only what failed, and what needs that, runs again. */
    readonly earlier?: WorkflowEnded;
  },
): Promise<WorkflowEnded> {
  const workflow: WorkflowText = parse(await readFile(file, 'utf8'));
  const own = await mkdtemp(join(tmpdir(), 'iosmail-workflow-'));
  const eventFile = join(own, 'event.json');
  await writeFile(eventFile, JSON.stringify(options.event));
  const jobs: { [id: string]: JobEnded } = {};
  try {
    for (const id of inOrder(workflow.jobs)) {
      const job = jobOf(workflow, id);
      const kept = keptOf(workflow, id, options.earlier);
      if (kept !== undefined) {
        jobs[id] = kept;
        continue;
      }
      const github = { ...options.contexts.github, event: options.event, job: id };
      const needs = Object.fromEntries(needsOf(job).map((need) => [need, jobs[need]]));
      const before = { ...options.contexts, github, needs };
      const results = ancestors(workflow, id).map((need) => jobs[need]?.result);
      const status = { failed: results.includes('failure'), skipped: results.includes('skipped') };
      if (!holds(job.if, before, status)) {
        jobs[id] = { result: 'skipped', steps: [], summary: '', outputs: {} };
        continue;
      }
      const environment = typeof job.environment === 'object' ? job.environment.name : job.environment;
      const given = await options.job({ id, environment, permissions: job.permissions ?? {} });
      const contexts = {
        ...before,
        github: { ...github, ...(given.token === undefined ? {} : { token: given.token }) },
        vars: { ...options.contexts.vars, ...given.vars },
        runner: { temp: join(own, id) },
      };
      await mkdir(join(own, id));
      const shared = filledIn(workflow.env, contexts, RUNNING);
      const env = {
        PATH: process.env.PATH ?? '',
        ...options.env,
        ...given.env,
        ...defaults(github, { event: eventFile, folder: given.folder, workflow: workflow.name ?? file }),
        RUNNER_TEMP: join(own, id),
        ...shared,
        ...filledIn(job.env, { ...contexts, env: shared }, RUNNING),
      };
      jobs[id] = await runJob(job, { id, contexts, env, folder: given.folder, uses: options.uses });
    }
    return { jobs };
  } finally {
    await rm(own, { recursive: true });
  }
}

const RUNNING: Status = { failed: false, skipped: false };

async function runJob(
  job: JobText,
  at: {
    readonly id: string;
    readonly contexts: Contexts;
    readonly env: Texts;
    readonly folder: string;
    readonly uses: { readonly [action: string]: Handler };
  },
): Promise<JobEnded> {
  const { failed, steps, summary, context } = await runSteps(job.steps, { job: at.id, ...at });
  const outputs = filledIn(job.outputs, { ...at.contexts, steps: context }, RUNNING);
  return { result: failed ? 'failure' : 'success', steps, summary, outputs };
}

/** The variables every runner sets, from the `github` context. */
function defaults(
  github: Mapping,
  at: { readonly event: string; readonly folder: string; readonly workflow: string },
): Texts {
  const named = ['job', 'sha', 'ref', 'ref_name', 'repository', 'repository_owner', 'run_id', 'run_attempt']
    .concat(['run_number', 'actor', 'event_name', 'server_url', 'api_url', 'graphql_url'])
    .flatMap((name): [string, string][] =>
      github[name] === undefined ? [] : [[`GITHUB_${name.toUpperCase()}`, String(github[name])]],
    );
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    ...Object.fromEntries(named),
    GITHUB_WORKFLOW: at.workflow,
    GITHUB_WORKSPACE: at.folder,
    GITHUB_EVENT_PATH: at.event,
  };
}

function jobOf(workflow: WorkflowText, id: string): JobText {
  const job = workflow.jobs[id];
  if (job === undefined) throw new Error(`There is no job ${id}.`);
  return job;
}

/** What an earlier attempt left of a job that is not run again: its result and its outputs count as they are. */
function keptOf(
  workflow: WorkflowText,
  id: string,
  earlier: WorkflowEnded | undefined,
): JobEnded | undefined {
  const again = [id, ...ancestors(workflow, id)].some((each) => earlier?.jobs[each]?.result === 'failure');
  return again ? undefined : earlier?.jobs[id];
}

function needsOf({ needs }: JobText): readonly string[] {
  return typeof needs === 'string' ? [needs] : (needs ?? []);
}

function ancestors(workflow: WorkflowText, id: string): readonly string[] {
  return needsOf(jobOf(workflow, id)).flatMap((need) => [need, ...ancestors(workflow, need)]);
}

function inOrder(jobs: { readonly [id: string]: JobText }): readonly string[] {
  const left = new Map(Object.entries(jobs));
  const order: string[] = [];
  while (left.size > 0) {
    const next = [...left].find(([, job]) => needsOf(job).every((need) => order.includes(need)));
    if (next === undefined) throw new Error(`These jobs need each other: ${[...left.keys()].join(', ')}`);
    order.push(next[0]);
    left.delete(next[0]);
  }
  return order;
}
