import { delimiter } from 'node:path';
import { type Contexts, filled, filledIn, holds, type Status } from './workflow-expression.ts';
import { type Left, runScript, type Texts } from './workflow-step.ts';

export type StepText = {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string | boolean;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: { readonly [name: string]: unknown };
  readonly env?: { readonly [name: string]: unknown };
  readonly 'continue-on-error'?: boolean;
};
/** What a `uses:` step is told; `uses` without the commit. */
export type Used = {
  readonly uses: string;
  readonly with: Texts;
  readonly env: Texts;
  readonly job: string;
  readonly folder: string;
};
/** Plays an action. What it throws fails the step. */
export type Handler = (used: Used) => Promise<Partial<Left> | undefined>;
export type StepEnded = {
  readonly name: string;
  readonly outcome: 'success' | 'failure' | 'skipped';
  /** 0 for what was skipped. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};
export type StepsEnded = {
  readonly failed: boolean;
  readonly steps: readonly StepEnded[];
  readonly summary: string;
  /** The `steps` context, for the outputs of the job. */
  readonly context: { readonly [id: string]: unknown };
};

const NOTHING = { code: 0, stdout: '', stderr: '' };

/** Runs the steps of one job in order. */
export async function runSteps(
  steps: readonly StepText[],
  options: {
    readonly job: string;
    readonly folder: string;
    readonly contexts: Contexts;
    readonly uses: { readonly [action: string]: Handler };
    /** Of the runner and of the job; the steps' own come on top. */
    readonly env: Texts;
  },
): Promise<StepsEnded> {
  const context: { [id: string]: unknown } = {};
  const ended: StepEnded[] = [];
  let { env } = options;
  let failed = false;
  let summary = '';
  for (const step of steps) {
    const name = step.name ?? step.run ?? step.uses ?? '';
    const status: Status = { failed, skipped: false };
    const known = { ...options.contexts, steps: context, env };
    if (!holds(step.if, known, status)) {
      ended.push({ name, outcome: 'skipped', ...NOTHING });
      note(context, step, { outcome: 'skipped', conclusion: 'skipped', outputs: {} });
      continue;
    }
    const own = { ...env, ...filledIn(step.env, known, status) };
    const { left, code, stdout, stderr } = await runStep(step, own, known, status, options);
    env = { ...env, ...left.env };
    if (left.path !== undefined)
      env = { ...env, PATH: [...[...left.path].reverse(), env.PATH ?? ''].join(delimiter) };
    summary += left.summary ?? '';
    const outcome = code === 0 ? 'success' : 'failure';
    const conclusion = step['continue-on-error'] === true ? 'success' : outcome;
    failed ||= conclusion === 'failure';
    ended.push({ name, outcome, code, stdout, stderr });
    note(context, step, { outcome, conclusion, outputs: left.outputs ?? {} });
  }
  return { failed, steps: ended, summary, context };
}

async function runStep(
  step: StepText,
  env: Texts,
  known: Contexts,
  status: Status,
  options: Parameters<typeof runSteps>[1],
): Promise<{ left: Partial<Left>; code: number; stdout: string; stderr: string }> {
  const { job, folder } = options;
  if (step.run !== undefined) {
    const script = filled(step.run, known, status);
    const { code, stdout, stderr, ...left } = await runScript(script, { folder, env });
    return { left, code, stdout, stderr };
  }
  const action = (step.uses ?? '').replace(/@.*$/, '');
  const handler = options.uses[action];
  if (handler === undefined) throw new Error(`Nobody plays ${action} in the job ${job}.`);
  try {
    const left = await handler({ uses: action, with: filledIn(step.with, known, status), env, job, folder });
    return { left: left ?? {}, ...NOTHING };
  } catch (error) {
    return { left: {}, ...NOTHING, code: 1, stderr: error instanceof Error ? error.message : String(error) };
  }
}

function note(context: { [id: string]: unknown }, step: StepText, ended: unknown): void {
  if (step.id !== undefined) context[step.id] = ended;
}
