import { readFile } from 'node:fs/promises';
import type { Review } from '../apply/applying.ts';
import { PlanFileError, readPlan } from '../apply/read-plan.ts';
import type { Guard } from '../core/guardrail.ts';
import { isFailed, type Plan } from '../core/plan.ts';
import { type ApplyReport, REPORT_FORMAT } from '../core/report.ts';
import { commitOf } from '../git/history.ts';
import type { RunLine } from '../git/journal-branch.ts';
import { inRepository } from '../git/worktree.ts';
import { planRoot } from '../github/record.ts';
import { guardFrom } from '../guardrails/open.ts';
import { loadPolicies } from '../policy/load.ts';
import { requireLock } from './held-lock.ts';
import { journalInForce } from './journal-in-force.ts';
import { rulesInForce, whoLetGo } from './let-go.ts';
import { lastPull } from './plan-afresh.ts';
import { type ReviewedRunOptions, reviewedRun, written } from './reviewed-run.ts';

export type ApplyFreshOptions = ReviewedRunOptions & {
  readonly plan: string;
  /** The root digest that was posted with the fresh plan. */
  readonly digest: string;
};

/** A digest stands for a review only where the environment's approval stands before it. */
class NotInWorkflow extends Error {
  override readonly name = 'NotInWorkflow';
  readonly fix = 'Start it with Actions › apply › Run workflow; at a desk, leave --digest out.';
}

/**
 * Applies a fresh plan that was posted on a merged pull request, if the file is that very plan.
 * @throws NotInWorkflow, LockNotHeld, PlanFileError, NotLetGo, GitFailure, GitHubFailure before anything was sent; failures of a tenant are in the report.
 */
export async function applyFresh(options: ApplyFreshOptions): Promise<ApplyReport> {
  const { env, day, version, digest } = options;
  if (env.GITHUB_ACTIONS !== 'true' || env.GITHUB_EVENT_NAME !== 'workflow_dispatch')
    throw new NotInWorkflow('--digest is for a workflow that was started by hand. Nothing was sent.');
  await requireLock('.', env);
  const plan = readPlan(await readFile(options.plan, 'utf8').catch(() => unreadable(options.plan)));
  const root = planRoot(plan);
  if (root !== digest.trim()) {
    throw new PlanFileError(
      `The plan file has digest ${root}, not ${digest}. Nothing was sent.`,
      'Copy run and digest from the newest fresh plan on the pull request.',
    );
  }
  const loaded = await loadPolicies(options.policies, day);
  const { path } = await inRepository(options.policies);
  const { journal: branch } = await journalInForce('.', path, await commitOf('.', 'HEAD'));
  if (branch.kind === 'none' || !branch.runs.some(({ fresh }) => fresh === root)) {
    throw new PlanFileError(
      `No run in the journal posted a fresh plan with digest ${root}. Nothing was sent.`,
      'Copy run and digest from the newest fresh plan on the pull request.',
    );
  }
  const approvedBy = await whoLetGo('.', options, loaded, branch.runs);
  // A weakening that nobody reviewed does not count here either.
  const inForce = await rulesInForce('.', { policies: path, day }, branch.runs);
  const guard = await guardFrom(inForce?.guardrails);
  const run = await reviewedRun(options, loaded, branch);
  const applied = await run.apply(
    plan.tenants.filter((tenant) => !isFailed(tenant)),
    reviewsOf(plan, branch.runs, approvedBy, guard),
  );
  const tenants = await run.planAgain(applied);
  return await written(options.report, {
    formatVersion: REPORT_FORMAT,
    tool: { name: 'iosmail', version },
    tenants,
  });
}

/** The pull request a tenant was last journalled under is the one its people look at. */
function reviewsOf(
  plan: Plan,
  runs: readonly RunLine[],
  approvedBy: readonly string[],
  guard: Guard | undefined,
): ReadonlyMap<string, Review> {
  return new Map(
    plan.tenants.flatMap((tenant) => {
      if (isFailed(tenant)) return [];
      const { id } = tenant.tenant;
      const pull = lastPull(runs, id);
      const under = {
        kind: 'fresh plan' as const,
        ...(pull === undefined ? {} : { pull }),
        digest: tenant.digest,
        approvedBy,
      };
      const judged = guard === undefined ? {} : { guard };
      return [[id, { under, recheck: async () => undefined, ...judged }] as const];
    }),
  );
}

function unreadable(file: string): never {
  throw new PlanFileError(
    `The plan file ${file} cannot be read. Nothing was sent.`,
    'Give `run` the number of the workflow run that posted the fresh plan.',
  );
}
