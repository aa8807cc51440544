import { createHash } from 'node:crypto';
import { canonical, type Json } from '../core/json.ts';
import { isFailed, type Plan, type TenantPlan } from '../core/plan.ts';

/** One tenant of a record: what its review is about (`digest`), and the whole of what was shown (`sum`). */
export type RecordedTenant = {
  readonly name: string;
  readonly id: string;
  /** The plan's own digest. */
  readonly digest: string;
  /** SHA-256 over the whole tenant plan, so that nothing of an artifact can be exchanged. */
  readonly sum: string;
};

/** What a check run says was shown to the reviewers of a pull request. */
export type ReviewRecord = {
  readonly format: 1;
  /** Number of the pull request: another one may have the same head, and other reviewers. */
  readonly pull: number;
  readonly base: string;
  readonly head: string;
  /** The workflow run whose artifact holds the plan file. */
  readonly run: number;
  /** The plan comment and the SHA-256 of its text; unset where none could be posted. */
  readonly comment?: { readonly id: number; readonly sum: string };
  readonly tenants: readonly RecordedTenant[];
};

/** The artifact that holds the plan file, and its name in there. */
export const PLAN_ARTIFACT = 'iosmail-plan';
export const PLAN_FILE = 'plan.json';
/** Tenants one check run speaks of. */
const PER_CHECK = 100;

/** SHA-256 of a text, `sha256:` and 64 hex digits. */
export function sumOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** What a record says of a tenant's plan. */
export function recorded(plan: TenantPlan): RecordedTenant {
  const { name, id } = plan.tenant;
  return { name, id, digest: plan.digest, sum: sumOf(canonical(plan as Json)) };
}

/** The records of a plan, one for each check run; never none, since "nothing changes" is a result too. */
export function recordsOf(
  plan: Plan,
  about: Omit<ReviewRecord, 'format' | 'tenants'>,
): readonly ReviewRecord[] {
  const tenants = plan.tenants.flatMap((tenant) => (isFailed(tenant) ? [] : [recorded(tenant)]));
  const parts = Math.max(1, Math.ceil(tenants.length / PER_CHECK));
  return Array.from({ length: parts }, (_, part) => ({
    format: 1 as const,
    ...about,
    tenants: tenants.slice(part * PER_CHECK, (part + 1) * PER_CHECK),
  }));
}

/** The root of a record: over everything it says. A check run carries it as its `external_id`. */
export function rootOf(record: ReviewRecord): string {
  return sumOf(canonical(record as Json));
}

/** The root of a plan file made for `iosmail apply --digest`: over every tenant it plans. */
export function planRoot(plan: Plan): string {
  return sumOf(
    canonical(plan.tenants.map((tenant) => (isFailed(tenant) ? tenant.tenant.id : recorded(tenant))) as Json),
  );
}
