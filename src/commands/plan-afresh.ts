import type { FailedTenant, TenantPlan } from '../core/plan.ts';
import { type ApplyReport, REPORT_FORMAT, type TenantReport } from '../core/report.ts';
import { commitOf, isAncestor, isHere } from '../git/history.ts';
import { lastApplied, type RunLine } from '../git/journal-branch.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { withGuardrails } from '../guardrails/open.ts';
import { policiesOf } from '../policy/policies.ts';
import type { ApplyMergedOptions } from './apply-merged.ts';
import { notToBeHad, unplanned, writeFresh } from './fresh-plan.ts';
import { requireLock } from './held-lock.ts';
import { journalInForce } from './journal-in-force.ts';
import { reviewedRun, written } from './reviewed-run.ts';
import { rulesUpTo } from './walk-start.ts';

/** Nothing can be planned afresh from this commit. */
class NotAfresh extends Error {
  override readonly name = 'NotAfresh';
  readonly fix: string;
  constructor(why: string, fix: string) {
    super(`${why} Nothing was sent.`);
    this.fix = fix;
  }
}

/** The working directory is the repository. */
const REPOSITORY = '.';

/**
 * Plans every tenant of the policies of a commit and sends nothing: whatever differs can then be applied by the digest
 * of that plan. The walk over merges begins anew at the commit; the rules of review stay those in force.
 * @throws LockNotHeld, NotAfresh, GitFailure; failures of a tenant are in the report.
 */
export async function planAfresh(options: ApplyMergedOptions): Promise<ApplyReport> {
  const { env, day, policies: folder, version } = options;
  await requireLock(REPOSITORY, env);
  const commit = await commitOf(REPOSITORY, options.commit);
  const loaded = await withGuardrails(policiesOf(await policyFilesAt(REPOSITORY, commit, folder), day));
  if (loaded.broken.length > 0) {
    throw new NotAfresh(
      'The policies have errors at this commit.',
      'Correct them by a pull request (`iosmail validate`), then start this again.',
    );
  }
  const { journal } = await journalInForce(REPOSITORY, folder, commit);
  const runs = journal.kind === 'read' ? journal.runs : [];
  const last = lastApplied(runs)?.commit;
  if (last !== undefined && last !== commit && (await isHere(REPOSITORY, last))) {
    if (await isAncestor(REPOSITORY, commit, last)) {
      throw new NotAfresh(
        'A later commit was applied meanwhile.',
        'Start it again with Actions › apply › Run workflow, both fields left empty.',
      );
    }
  }
  const rules = await rulesUpTo(REPOSITORY, folder, commit, runs);
  const run = await reviewedRun(options, loaded, journal);
  const plan = await run.plan(loaded.tenants);
  if (options.fresh !== undefined) await writeFresh(options.fresh, plan);
  return await written(options.report, {
    formatVersion: REPORT_FORMAT,
    tool: { name: 'iosmail', version },
    tenants: plan.tenants.map((tenant) => reportOf(tenant, runs)),
    merged: { commit, rules },
    afresh: true,
  });
}

function reportOf(tenant: TenantPlan | FailedTenant, runs: readonly RunLine[]): TenantReport {
  const { name, id, cloud } = tenant.tenant;
  const report = { tenant: { name, id, cloud }, steps: [] };
  if (tenant.status === 'unchanged') return { ...report, outcome: 'nothing to do' };
  const pull = lastPull(runs, id);
  const review = { kind: 'fresh plan', ...(pull === undefined ? {} : { pull }), approvedBy: [] } as const;
  const why = notToBeHad(tenant);
  if (why !== undefined) {
    const outcome = tenant.status === 'failed' ? 'failed' : 'refused';
    return unplanned({ ...report, review, outcome }, why);
  }
  return {
    ...report,
    review,
    outcome: 'stale',
    problem: {
      message: 'Its live settings differ from the merged policies. Nothing was sent.',
      fix: 'Read the fresh plan, and have it applied by its digest; or change the policy by a pull request.',
    },
  };
}

/** The pull request a tenant was last journalled under: the one its people look at. */
export function lastPull(runs: readonly RunLine[], id: string): number | undefined {
  return runs.findLast(({ tenants }) => tenants[id]?.pull !== undefined)?.tenants[id]?.pull;
}
