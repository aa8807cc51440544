/** Glue between the planner's answer and the oracle. */
import type { TenantPlan } from '../../../src/core/plan.ts';
import { planTenant } from '../../../src/planning/plan-tenant.ts';
import { DEEP, runs } from '../../depth.ts';
import { count } from '../../tally.ts';
import type { Directory, Tenant } from './oracle.ts';
import type { Element, OracleGroup } from './oracle-orders.ts';
import { asPolicy, type Wish } from './random.ts';
import { type Manners, reader, sent } from './tenant-double.ts';

export const DAY = '2026-11-24';

/** `few` cases in every run, `many` in the deep one. */
export function cases(few: number, many = 3_000): { numRuns: number } {
  return { numRuns: runs(few, many) };
}
/** A property held for that many cases. */
export function compared(few: number, many?: number): void {
  count('access models compared', cases(few, many).numRuns);
}

export const PATIENCE = DEEP ? 1_800_000 : 120_000;

export function planned(before: Tenant, d: Directory, wish: Wish, manners?: Manners): Promise<TenantPlan> {
  return planTenant(reader(before, d, manners), asPolicy(wish), DAY, new Set());
}

/** Whether the planner found an order, whatever limits and guards say about it. */
export function isOrdered(plan: TenantPlan): boolean {
  return !plan.findings.some(({ rule }) => rule === 'no-safe-order');
}

/** The planner's steps as groups of the oracle: what each request does to the tenant it is sent to. */
export function asGroups(plan: TenantPlan, d: Directory): OracleGroup[] {
  const groups: { name: string; elements: Element[]; after: string[] }[] = [];
  for (const { group, request } of plan.steps) {
    if (groups.at(-1)?.name !== group) groups.push({ name: group, elements: [], after: [] });
    groups.at(-1)?.elements.push((t) => sent(request, t, d));
  }
  return groups;
}
