import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { applyFleet } from '../apply/apply-fleet.ts';
import { recentLosses } from '../apply/journal.ts';
import { PlanFileError, readPlan } from '../apply/read-plan.ts';
import type { ApplyReport } from '../core/report.ts';
import type { Day } from '../core/state.ts';
import { hideNames } from '../planning/hide-names.ts';
import { loadPolicies } from '../policy/load.ts';
import { heldAtDesk } from './held-now.ts';
import { openSession, type Waiting } from './session.ts';
import { thisProcess } from './this-process.ts';

export type ApplyOptions = Waiting & {
  readonly policies: string;
  readonly tenant: readonly string[];
  readonly sandbox: boolean;
  readonly journal: string;
  /** The plan file. */
  readonly plan: string;
  readonly day: Day;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly stopping: () => boolean;
  readonly onTenant?: (at: number, of: number) => void;
};

/** The settings of the repository do not allow what was asked. */
class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
  readonly fix = 'Open a pull request, or allow it with review.allowUnreviewedApply in settings.yaml.';
}

/** A name given with --tenant is not in the plan file. */
class NotInPlan extends Error {
  override readonly name = 'NotInPlan';
  readonly fix = 'Name tenants of the plan file with --tenant, or plan again with them.';
}

/**
 * Applies a plan file: a person at a desk, journalled as unreviewed.
 * @throws PlanFileError, NotAllowed, NotInPlan; failures of a tenant are in the report.
 */
export async function apply(options: ApplyOptions): Promise<ApplyReport> {
  const { day, version, journal, stopping, onTenant } = options;
  const plan = readPlan(await textOf(options.plan));
  const loaded = await loadPolicies(options.policies, day);
  if (!loaded.settings.review.allowUnreviewedApply) {
    throw new NotAllowed(
      'settings.yaml does not allow an apply without a reviewed pull request. Nothing was sent.',
    );
  }
  const unknown = options.tenant.find((name) => !plan.tenants.some(({ tenant }) => tenant.name === name));
  if (unknown !== undefined)
    throw new NotInPlan(`The plan file holds no tenant ${unknown}. Nothing was sent.`);
  const session = await openSession({ ...options, settings: loaded.settings });
  const tenants = plan.tenants.filter(
    ({ tenant }) => options.tenant.length === 0 || options.tenant.includes(tenant.name),
  );
  return applyFleet({
    plan: { ...plan, tenants },
    policies: new Map(loaded.tenants.map((policy) => [policy.desired.tenant.name, policy])),
    connect: (policy) => session.connect(policy, 'apply'),
    recentLosses: (tenantId) => recentLosses(journal, tenantId, session.edge.clock.now()),
    heldNow: heldAtDesk(options.policies, day),
    journal,
    run: randomUUID(),
    holder: thisProcess(),
    clock: session.edge.clock,
    random: session.random,
    onWait: session.onWait,
    day,
    version,
    stopping,
    ...(loaded.settings.privacy.people === 'counts' ? { hide: hideNames().hide } : {}),
    ...(onTenant === undefined ? {} : { onTenant }),
  });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new PlanFileError(
      `The plan file ${file} cannot be read${why}. Nothing was sent.`,
      'Name the file that `iosmail plan --out FILE` wrote.',
    );
  }
}
