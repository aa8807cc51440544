import { writeFile } from 'node:fs/promises';
import { refusals } from '../core/finding.ts';
import { type FailedTenant, isFailed, type Plan, type TenantPlan } from '../core/plan.ts';
import type { TenantReport } from '../core/report.ts';
import type { Problem } from '../planning/problem.ts';

/** Writes the tenants of a plan that can be applied by its digest; no file where there are none. */
export async function writeFresh(file: string, plan: Plan): Promise<void> {
  // A tenant that matches needs no review, and one that a rule refuses cannot be had by one.
  const tenants = plan.tenants.filter(({ status }) => status === 'changes');
  if (tenants.length === 0) return;
  const { planJson } = await import('../render/plan-json.ts');
  await writeFile(file, planJson({ ...plan, tenants }));
}

/** Why a tenant could not be planned so that it can be applied; undefined where it could, or where it matches. */
export function notToBeHad(tenant: TenantPlan | FailedTenant): Problem | undefined {
  if (isFailed(tenant)) return tenant.error;
  if (tenant.status !== 'refused') return undefined;
  const found = refusals(tenant.findings);
  return {
    message: found.map(({ message }) => message).join(' ') || 'A rule refuses it.',
    fix: found.map(({ fix }) => fix).join(' ') || 'Plan this tenant (`iosmail plan`).',
  };
}

/** A tenant that nothing was sent to, and of which there is no fresh plan: it says why, and is tried again. */
export function unplanned(report: TenantReport, { message, fix }: Problem): TenantReport {
  const before = report.problem === undefined ? '' : `${report.problem.message} `;
  return {
    ...report,
    unplanned: true,
    problem: {
      message: `${before}There is no fresh plan of it: ${message}`,
      fix: `${fix} Then start Actions › apply › Run workflow with both fields left empty; the next apply tries it again, too.`,
    },
  };
}
