import type { FailedTenant, Plan, TenantPlan } from '../core/plan.ts';
import { type ApplyReport, REPORT_FORMAT, type TenantReport } from '../core/report.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { OnWait } from '../core/wait.ts';
import type { Connection } from '../graph/connect.ts';
import type { Clock } from '../graph/edge.ts';
import { openReader } from '../graph/open-reader.ts';
import { openWriter } from '../graph/open-writer.ts';
import type { GraphReader } from '../graph/reader.ts';
import { each } from '../planning/each.ts';
import { type Hide, judgedByRealNames } from '../planning/hide-names.ts';
import { type Problem, problemOf } from '../planning/problem.ts';
import { applyTenant } from './apply-tenant.ts';
import type { Review } from './applying.ts';
import { begunIn, hasBegun, openJournal } from './journal.ts';
import { type Holder, LockHeld, takeLock } from './tenant-lock.ts';

/** What applying a plan file needs. */
export type FleetApply = {
  readonly plan: Plan;
  /** The policies of the repository, by tenant name. */
  readonly policies: ReadonlyMap<string, TenantPolicy>;
  /** Signs in to one tenant with the identity that may write. */
  readonly connect: (policy: TenantPolicy) => Promise<Connection>;
  /** The review of each tenant, by its id; unset for a person at a desk. */
  readonly reviews?: ReadonlyMap<string, Review>;
  /** Ids of people who lost access by applies of the last seven days. */
  readonly recentLosses: (tenantId: string) => ReadonlySet<string>;
  /** Asked right before the first write to a tenant: why the newest policies hold it back, or nothing. */
  readonly heldNow?: (tenant: TenantPlan['tenant']) => Promise<Problem | undefined>;
  readonly journal: string;
  /** The lines of a tenant's journal that are kept elsewhere, beside those in the folder. */
  readonly journalElsewhere?: (tenantId: string) => string;
  readonly run: string;
  /** The process that holds the lock of each tenant while it is applied. */
  readonly holder: Holder;
  readonly clock: Clock;
  /** For the jitter of waits; unset: none. */
  readonly random?: () => number;
  /** Told of the waits between reads and writes; those of the connection are told by its edge. */
  readonly onWait?: OnWait;
  readonly day: Day;
  readonly version: string;
  readonly stopping: () => boolean;
  /** Set where reports show no names of people. */
  readonly hide?: Hide;
  readonly onTenant?: (at: number, of: number) => void;
};

/** Tenants applied at the same time. */
const WIDTH = 4;

/** Applies every tenant of a plan; what stops one stops no other. */
export async function applyFleet(fleet: FleetApply): Promise<ApplyReport> {
  let at = 0;
  const tenants = await each(fleet.plan.tenants, WIDTH, async (planned) => {
    const review = fleet.reviews?.get(planned.tenant.id);
    const report = withReview(await applyOne(fleet, planned, review), review);
    at += 1;
    fleet.onTenant?.(at, fleet.plan.tenants.length);
    return report;
  });
  return { formatVersion: REPORT_FORMAT, tool: { name: 'iosmail', version: fleet.version }, tenants };
}

function withReview(report: TenantReport, review: Review | undefined): TenantReport {
  return review === undefined ? report : { ...report, review: review.under };
}

async function applyOne(
  fleet: FleetApply,
  planned: TenantPlan | FailedTenant,
  review: Review | undefined,
): Promise<TenantReport> {
  const { tenant } = planned;
  const nothingSent = (outcome: 'failed' | 'refused', message: string, fix: string): TenantReport => ({
    tenant,
    outcome,
    steps: [],
    problem: { message, fix },
  });
  if (planned.status === 'failed') {
    return nothingSent('failed', `This tenant was not planned: ${planned.error.message}`, planned.error.fix);
  }
  const policy = fleet.policies.get(tenant.name);
  if (policy === undefined || policy.desired.tenant.id !== tenant.id) {
    const why = `There is no valid policy for tenant ${tenant.name} (${tenant.id}) in the repository. Nothing was sent.`;
    return nothingSent('refused', why, 'Correct the policy (`iosmail validate`), then plan again.');
  }
  if (fleet.stopping())
    return nothingSent(
      'failed',
      'Interrupted before this tenant. Nothing was sent.',
      'Run the same apply again.',
    );
  let release = () => {};
  try {
    // Before the first read: what is judged must be what is written to.
    const { holder, run } = fleet;
    release = takeLock(fleet.journal, tenant, { holder, run, now: fleet.clock.now });
    const losses = fleet.recentLosses(tenant.id);
    const { digest } = planned;
    // A person at a desk answers for their plan file; under a review it is somebody else's word.
    const begun =
      review === undefined ||
      hasBegun(fleet.journal, tenant.id, digest) ||
      begunIn(fleet.journalElsewhere?.(tenant.id) ?? '', digest);
    const connection = await fleet.connect(policy);
    const head = { run: fleet.run, tenant: tenant.id, digest };
    return await applyTenant({
      reader: readerOf(fleet, connection, tenant.id),
      writer: openWriter(connection),
      policy: judgedByRealNames(policy, fleet.hide),
      reviewed: planned,
      journal: openJournal(fleet.journal, head, fleet.clock.now),
      recentLosses: losses,
      begun,
      ...(review === undefined ? {} : { review: underHide(review, fleet.hide) }),
      heldNow: async () => fleet.heldNow?.(tenant),
      clock: fleet.clock,
      ...(fleet.random === undefined ? {} : { random: fleet.random }),
      onWait: (wait) => fleet.onWait?.({ ...wait, tenant: tenant.name }),
      day: fleet.day,
      stopping: fleet.stopping,
    });
  } catch (error) {
    const { message, fix } = problemOf(error);
    return nothingSent(error instanceof LockHeld ? 'refused' : 'failed', message, fix);
  } finally {
    release();
  }
}

/** The guardrails that stood before the change name people as those of the policy do. */
function underHide(review: Review, hide: Hide | undefined): Review {
  const { guard } = review;
  return hide === undefined || guard === undefined ? review : { ...review, guard: hide.judging(guard) };
}

function readerOf({ hide }: FleetApply, connection: Connection, tenantId: string): GraphReader {
  const reader = openReader(connection);
  return hide?.reading(reader, tenantId) ?? reader;
}
