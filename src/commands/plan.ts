import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { recentLosses } from '../apply/journal.ts';
import type { Finding } from '../core/finding.ts';
import type { Plan } from '../core/plan.ts';
import type { Day, Origins } from '../core/state.ts';
import { planFleet } from '../planning/plan-fleet.ts';
import { loadPolicies } from '../policy/load.ts';
import { selectTenants } from '../policy/select.ts';
import { openSession } from './session.ts';

export type PlanOptions = {
  readonly policies: string;
  readonly tenant: readonly string[];
  readonly sandbox: boolean;
  readonly journal: string;
  /** Where to write the plan file for `apply`; none when unset. */
  readonly out?: string;
  readonly day: Day;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly onTenant?: (at: number, of: number) => void;
};

/** The plan, and what the policy files say that is not about a planned tenant. */
export type Planned = {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly origins: ReadonlyMap<string, Origins>;
};

/** The plan cannot be written to the file that was asked for. */
class PlanNotWritten extends Error {
  override readonly name = 'PlanNotWritten';
  readonly fix = 'Give --out a file in a folder that is there and can be written to.';
}

/**
 * Plans the tenants of a policies directory. Policies with errors are not planned; their findings are returned.
 * @throws PlanNotWritten before anything is read where that can be told; GraphFailure for a wrong endpoint.
 */
export async function plan(options: PlanOptions): Promise<Planned> {
  const { day, env, version, sandbox, out, onTenant } = options;
  if (out !== undefined) await writing(out, () => checkWritable(out));
  const loaded = selectTenants(await loadPolicies(options.policies, day), options.tenant);
  const session = await openSession({ sandbox, env, settings: loaded.settings });
  const ready = new Set(loaded.tenants.map(({ desired }) => desired.tenant.name));
  const about = (finding: Finding) =>
    /(?:^|\/)tenants\/([^/]+)\.yaml$/.exec(finding.at?.file ?? '')?.[1] ?? '';
  const planned = await planFleet({
    tenants: loaded.tenants,
    day,
    version,
    connect: (policy) => session.connect(policy, 'plan'),
    recentLosses: (tenantId) => recentLosses(options.journal, tenantId, session.edge.clock.now()),
    findingsAbout: (tenant) => loaded.findings.filter((finding) => about(finding) === tenant),
    ...(onTenant === undefined ? {} : { onTenant }),
  });
  if (out !== undefined) {
    const { planJson } = await import('../render/plan-json.ts');
    await writing(out, () => writeFile(out, planJson(planned)));
  }
  return {
    plan: planned,
    findings: loaded.findings.filter((finding) => !ready.has(about(finding))),
    origins: new Map(loaded.tenants.map(({ desired, origins }) => [desired.tenant.name, origins])),
  };
}

/** Planning a fleet takes minutes: better told before them that the file cannot be written. */
async function checkWritable(file: string): Promise<void> {
  const known = await stat(file).catch(() => undefined);
  if (known?.isDirectory()) throw new Error('it is a folder');
  // A plain file in place of the folder may well be writable.
  if (known === undefined && !(await stat(dirname(file))).isDirectory())
    throw new Error(`${dirname(file)} is no folder`);
  await access(known === undefined ? dirname(file) : file, constants.W_OK);
}

async function writing(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const why = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : 'unknown';
    throw new PlanNotWritten(`The plan cannot be written to ${file} (${why}).`);
  }
}
