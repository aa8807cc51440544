import type { Review } from '../apply/applying.ts';
import { asItWas, bothGuards, type Guard } from '../core/guardrail.ts';
import { isFailed, type TenantPlan } from '../core/plan.ts';
import { type ApplyReport, REPORT_FORMAT, type TenantReport } from '../core/report.ts';
import type { TenantPolicy } from '../core/state.ts';
import { commitOf, isHere } from '../git/history.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { openGitHub } from '../github/open-github.ts';
import { guardFrom, withGuardrails } from '../guardrails/open.ts';
import { type LoadedPolicies, policiesOf } from '../policy/policies.ts';
import { type Decision, decide } from './decide-merged.ts';
import { requireLock } from './held-lock.ts';
import { journalInForce } from './journal-in-force.ts';
import { type Merged, mergedSince, rulesIn } from './merged.ts';
import { type ReviewedRun, type ReviewedRunOptions, reviewedRun, written } from './reviewed-run.ts';
import { waitingOf } from './session.ts';
import { walkStart } from './walk-start.ts';

export type ApplyMergedOptions = ReviewedRunOptions & {
  /** The merge to apply: a commit of the default branch. */
  readonly commit: string;
};

/** The working directory is the repository. */
const REPOSITORY = '.';

/**
 * Applies what was reviewed in the pull requests merged since the last applied commit, tenant by tenant. Whatever may
 * not be applied is planned afresh, so that nobody is stuck.
 * @throws LockNotHeld, HistoryUnknown, GitFailure, GitHubFailure before anything was sent; failures of a tenant are in the report.
 */
export async function applyMerged(options: ApplyMergedOptions): Promise<ApplyReport> {
  const { env, day, policies: folder, version } = options;
  await requireLock(REPOSITORY, env);
  const commit = await commitOf(REPOSITORY, options.commit);
  const loaded = await withGuardrails(policiesOf(await policyFilesAt(REPOSITORY, commit, folder), day));
  const { journal } = await journalInForce(REPOSITORY, folder, commit);
  const runs = journal.kind === 'read' ? journal.runs : [];
  const { after, rules: rulesAt, left, passed } = await walkStart(REPOSITORY, folder, commit, runs);
  const report = (tenants: readonly TenantReport[], at: string, rules: string): ApplyReport => ({
    formatVersion: REPORT_FORMAT,
    tool: { name: 'iosmail', version },
    tenants,
    merged: { commit: at, after, rules },
  });
  if (passed) return await written(options.report, report([], after, rulesAt));
  const merged = await mergedSince(REPOSITORY, folder, { rules: rulesAt, after, commit }, day);
  const { decisions, rules } = await decide(() => openGitHub(env, waitingOf(options)), {
    ...merged,
    left: new Map(left.map(({ tenant, pull }) => [tenant, pull])),
    branch: env.GITHUB_REF_NAME ?? 'main',
    rulesAtHead: async (head) =>
      (await isHere(REPOSITORY, head)) ? rulesIn(await merged.policiesAt(head)) : 'not here',
    now: () => Date.now(),
  });
  const run = await reviewedRun(options, loaded, journal);
  const broken = loaded.broken.length === 0 ? [] : await lostIn(merged, loaded, decisions);
  const tenants = await run.planAgain([...broken, ...(await carryOut(run, loaded, decisions))]);
  return await written(options.report, report(tenants, commit, rules));
}

/** Tenants that were to be applied, whose policy cannot be used any more: tried again once it can. */
async function lostIn(
  { commits, policiesAt }: Merged,
  loaded: LoadedPolicies,
  decisions: ReadonlyMap<string, Decision>,
): Promise<readonly TenantReport[]> {
  const there = new Set(loaded.tenants.map(({ desired }) => desired.tenant.id));
  const lost = new Map<string, TenantReport>();
  for (const { commit } of commits) {
    for (const { desired } of (await policiesAt(commit)).tenants) {
      const { id, name, cloud } = desired.tenant;
      const decision = decisions.get(id);
      if (decision === undefined || there.has(id)) continue;
      const review = decision.kind === 'direct push' ? undefined : decision.under;
      lost.set(id, {
        tenant: { name, id, cloud },
        outcome: 'failed',
        steps: [],
        ...(review === undefined ? {} : { review }),
        problem: {
          message: 'The policies have errors at the commit that was to be applied. Nothing was sent.',
          fix: 'Correct them by a pull request (`iosmail validate`); its apply brings this tenant along.',
        },
      });
    }
  }
  return [...lost.values()];
}

/** The guardrails in force before a merge, for the tenant as it was called then and as it is now. */
async function guardBefore(
  { guardrails, was }: Exclude<Decision, { readonly kind: 'refused' }>,
  { desired }: TenantPolicy,
): Promise<Guard | undefined> {
  const guard = await guardFrom(guardrails);
  return bothGuards(asItWas(guard, was, desired.tenant), guard);
}

async function carryOut(
  run: ReviewedRun,
  loaded: LoadedPolicies,
  decisions: ReadonlyMap<string, Decision>,
): Promise<readonly TenantReport[]> {
  const byId = new Map(loaded.tenants.map((policy) => [policy.desired.tenant.id, policy]));
  const pushed = await run.plan(
    [...decisions].flatMap(([id, { kind }]) => (kind === 'direct push' ? (byId.get(id) ?? []) : [])),
  );
  const reviews = new Map<string, Review>();
  const plans: TenantPlan[] = [];
  const others: TenantReport[] = [];
  for (const [id, decision] of decisions) {
    const policy = byId.get(id);
    // Not in the policies any more: no longer managed, everything stays as it is.
    if (policy === undefined) continue;
    const { name, cloud } = policy.desired.tenant;
    const report = { tenant: { name, id, cloud }, steps: [] };
    const guard = decision.kind === 'refused' ? undefined : await guardBefore(decision, policy);
    const judged = guard === undefined ? {} : { guard };
    if (decision.kind === 'refused') {
      const { problem, under } = decision;
      others.push({ ...report, outcome: 'refused', ...(under && { review: under }), problem });
    } else if (decision.kind === 'reviewed') {
      plans.push(decision.plan);
      reviews.set(id, { ...decision, ...judged });
    } else {
      const plan = pushed.tenants.find(({ tenant }) => tenant.id === id);
      const under = { kind: 'direct push', approvedBy: [] } as const;
      if (plan === undefined) continue;
      if (isFailed(plan)) {
        others.push({ ...report, outcome: 'failed', review: under, problem: plan.error });
        continue;
      }
      plans.push(plan);
      reviews.set(id, {
        under: { ...under, digest: plan.digest },
        recheck: async () => undefined,
        ...judged,
      });
    }
  }
  const applied = await run.apply(plans, reviews);
  return [...others, ...applied].sort((a, b) => (a.tenant.name < b.tenant.name ? -1 : 1));
}
