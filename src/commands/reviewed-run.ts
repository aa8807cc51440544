import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { applyFleet } from '../apply/apply-fleet.ts';
import type { Review } from '../apply/applying.ts';
import { lossesIn, recentLosses } from '../apply/journal.ts';
import { PLAN_FORMAT, type Plan, type TenantPlan } from '../core/plan.ts';
import { type ApplyReport, REPORT_FORMAT, type TenantReport } from '../core/report.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { JournalBranch } from '../git/journal-branch.ts';
import { inRepository } from '../git/worktree.ts';
import { hideNames } from '../planning/hide-names.ts';
import { planFleet } from '../planning/plan-fleet.ts';
import type { LoadedPolicies } from '../policy/policies.ts';
import { notToBeHad, unplanned, writeFresh } from './fresh-plan.ts';
import { requireLock } from './held-lock.ts';
import { heldOnBranch } from './held-now.ts';
import { openSession, type Waiting } from './session.ts';
import { thisProcess } from './this-process.ts';

/** What both ways to apply under a review are told. */
export type ReviewedRunOptions = Waiting & {
  readonly policies: string;
  readonly sandbox: boolean;
  readonly journal: string;
  /** Where to write the report and, for tenants that need another review, a fresh plan. */
  readonly report?: string;
  readonly fresh?: string;
  readonly day: Day;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly stopping: () => boolean;
  readonly onTenant?: (at: number, of: number) => void;
  /** Told right before anything may be sent. */
  readonly onBegin?: () => void;
};

/** Applying under a review: with the policies of one commit, and the journal branch beside the folder at hand. */
export type ReviewedRun = {
  readonly plan: (tenants: readonly TenantPolicy[]) => Promise<Plan>;
  /** @throws LockNotHeld when the lock was lost since the run began; then nothing is sent. */
  readonly apply: (
    plans: readonly TenantPlan[],
    reviews: ReadonlyMap<string, Review>,
  ) => Promise<readonly TenantReport[]>;
  /**
   * Plans every tenant that nothing may be sent to under this review, and writes what could be applied instead.
   * @returns the reports; where no plan could be made they say so, and are marked to be tried again.
   */
  readonly planAgain: (reports: readonly TenantReport[]) => Promise<readonly TenantReport[]>;
};

/** Opens a run that signs in with the identity that may write. */
export async function reviewedRun(
  options: ReviewedRunOptions,
  loaded: LoadedPolicies,
  branch: JournalBranch,
): Promise<ReviewedRun> {
  const { day, version, env, journal, stopping, onTenant } = options;
  const session = await openSession({ ...options, settings: loaded.settings });
  const connect = (policy: TenantPolicy) => session.connect(policy, 'apply');
  const lines = (tenantId: string) => (branch.kind === 'read' ? branch.tenantLines(tenantId) : '');
  const recent = (tenantId: string) => {
    const now = session.edge.clock.now();
    return new Set([...recentLosses(journal, tenantId, now), ...lossesIn(lines(tenantId), now)]);
  };
  const hiding = loaded.settings.privacy.people === 'counts' ? { hide: hideNames().hide } : {};
  const plan = (tenants: readonly TenantPolicy[]) =>
    planFleet({ tenants, day, version, connect, recentLosses: recent, findingsAbout: () => [], ...hiding });
  const apply = async (plans: readonly TenantPlan[], reviews: ReadonlyMap<string, Review>) => {
    // Deciding may have taken long.
    if (plans.length > 0) await requireLock('.', env);
    if (plans.length > 0) options.onBegin?.();
    const { path } = await inRepository(options.policies);
    const report = await applyFleet({
      plan: { formatVersion: PLAN_FORMAT, tool: { name: 'iosmail', version }, day, tenants: plans },
      policies: new Map(loaded.tenants.map((policy) => [policy.desired.tenant.name, policy])),
      connect,
      reviews,
      recentLosses: recent,
      heldNow: heldOnBranch('.', path, env, day),
      journal,
      journalElsewhere: lines,
      run: randomUUID(),
      holder: thisProcess(),
      clock: session.edge.clock,
      random: session.random,
      onWait: session.onWait,
      day,
      version,
      stopping,
      ...hiding,
      ...(onTenant === undefined ? {} : { onTenant }),
    });
    return report.tenants;
  };
  const planAgain = async (reports: readonly TenantReport[]) => {
    // A frozen tenant needs no other plan: the pull request that lifts the freeze has one.
    const held = new Set(
      loaded.tenants.flatMap(({ desired }) => (desired.incident === undefined ? [] : [desired.tenant.id])),
    );
    const ids = new Set(
      reports.flatMap(({ outcome, tenant }) =>
        ['stale', 'refused'].includes(outcome) && !held.has(tenant.id) ? [tenant.id] : [],
      ),
    );
    if (options.fresh === undefined || ids.size === 0) return reports;
    const again = await plan(loaded.tenants.filter(({ desired }) => ids.has(desired.tenant.id)));
    await writeFresh(options.fresh, again);
    const whyNot = new Map(again.tenants.map((tenant) => [tenant.tenant.id, notToBeHad(tenant)]));
    return reports.map((report) => {
      const why = ids.has(report.tenant.id) ? whyNot.get(report.tenant.id) : undefined;
      return why === undefined ? report : unplanned(report, why);
    });
  };
  return { plan, apply, planAgain };
}

/** Writes the report where it was asked for. */
export async function written(file: string | undefined, report: ApplyReport): Promise<ApplyReport> {
  if (file !== undefined) {
    const { applyJson } = await import('../render/apply-json.ts');
    await writeFile(file, applyJson(report));
  }
  return report;
}

/**
 * Has a run that ends before anything could be sent leave a report that says so: nobody need wonder what it sent.
 * @throws whatever the run throws.
 */
export async function orNothingSent<T extends ReviewedRunOptions>(
  options: T,
  run: (options: T) => Promise<ApplyReport>,
): Promise<ApplyReport> {
  let begun = false;
  const onBegin = () => {
    begun = true;
  };
  try {
    return await run({ ...options, onBegin });
  } catch (error) {
    const nothingSent = error instanceof Error ? error.message : 'unknown';
    const tool = { name: 'iosmail', version: options.version } as const;
    if (!begun)
      await written(options.report, { formatVersion: REPORT_FORMAT, tool, tenants: [], nothingSent });
    throw error;
  }
}
