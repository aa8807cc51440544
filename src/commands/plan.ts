import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { recentLosses } from '../apply/journal.ts';
import type { Finding } from '../core/finding.ts';
import type { Plan, Proposal } from '../core/plan.ts';
import type { Day, Origins } from '../core/state.ts';
import { hideNames } from '../planning/hide-names.ts';
import { planFleet } from '../planning/plan-fleet.ts';
import { loadPolicies } from '../policy/load.ts';
import { selectTenants } from '../policy/select.ts';
import type { OpenedProposal } from './plan-proposal.ts';
import { openSession, type Waiting } from './session.ts';

export type PlanOptions = Pick<Waiting, 'onWait'> & {
  readonly policies: string;
  readonly tenant: readonly string[];
  readonly sandbox: boolean;
  readonly journal: string;
  /** Where to write the plan file for `apply`; none when unset. */
  readonly out?: string;
  /** Where to write who stands behind the pseudonyms; none when unset. */
  readonly names?: string;
  /** Plan a proposal: against the policies of this commit. */
  readonly base?: string;
  /** What is to be merged into it; unset: the working directory. */
  readonly head?: string;
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

/** A file that was asked for cannot be written. */
class PlanNotWritten extends Error {
  override readonly name = 'PlanNotWritten';
  readonly fix: string;
  constructor(option: '--out' | '--names', file: string, why: string) {
    const what = option === '--out' ? 'plan' : 'list of names';
    super(`The ${what} cannot be written to ${file} (${why}).`);
    this.fix = `Give ${option} a file in a folder that is there and can be written to.`;
  }
}

/** There are no pseudonyms to explain. */
class NamesAreShown extends Error {
  override readonly name = 'NamesAreShown';
  readonly fix = 'Leave --names out, or set privacy.people to counts in settings.yaml.';
  constructor() {
    super('The settings let the plan show names, so there are none to write to --names.');
  }
}

/**
 * Plans the tenants of a policies directory; of a proposal, those whose effective policy it changes. Policies with errors are not planned; their findings are returned.
 * @throws GitFailure for a proposal that cannot be read; PlanNotWritten before anything is read where that can be told; GraphFailure for a wrong endpoint.
 */
export async function plan(options: PlanOptions): Promise<Planned> {
  const { day, version, out, onTenant } = options;
  if (out !== undefined) await writing('--out', out, () => checkWritable(out));
  const proposal = await proposed(options);
  const loaded = proposal?.loaded ?? selectTenants(await loadPolicies(options.policies, day), options.tenant);
  // The proposal's identities: its policies are what is planned, and they only ever read.
  const session = await openSession({ ...options, settings: loaded.settings });
  const ready = new Set(loaded.tenants.map(({ desired }) => desired.tenant.name));
  const { clock } = session.edge;
  // A pull request that would show names is not the one to show them.
  const shows = [loaded.settings.privacy.people, proposal?.people];
  const hiding = shows.includes('counts') ? hideNames() : undefined;
  if (options.names !== undefined && hiding === undefined) throw new NamesAreShown();
  const readAt = clock.now().toISOString();
  const fleet = await planFleet({
    tenants: loaded.tenants,
    day,
    version,
    connect: (policy) => session.connect(policy, 'plan'),
    recentLosses: (tenantId) => {
      const now = clock.now();
      return new Set([
        ...recentLosses(options.journal, tenantId, now),
        ...(proposal?.losses(tenantId, now) ?? []),
      ]);
    },
    findingsAbout: (tenant) => loaded.findings.filter((finding) => tenantOf(finding) === tenant),
    ...(proposal === undefined ? {} : { base: proposal.base }),
    ...(hiding === undefined ? {} : { hide: hiding.hide }),
    ...(onTenant === undefined ? {} : { onTenant }),
  });
  const findings = loaded.findings.filter((finding) => {
    const tenant = tenantOf(finding);
    if (tenant !== undefined && ready.has(tenant)) return false;
    // What was said about a tenant that stays as it is, was said when it was reviewed; an error is said again.
    return proposal === undefined || tenant === undefined || finding.severity === 'error';
  });
  const planned = proposal === undefined ? fleet : { ...fleet, proposal: told(proposal, readAt, findings) };
  if (options.names !== undefined && hiding !== undefined) {
    const { namesJson } = await import('../render/names-json.ts');
    const { names } = options;
    await writing('--names', names, () => writeFile(names, namesJson(hiding.behind), { mode: 0o600 }));
  }
  if (out !== undefined) {
    const { planJson } = await import('../render/plan-json.ts');
    await writing('--out', out, () => writeFile(out, planJson(planned)));
  }
  return {
    plan: planned,
    findings,
    origins: new Map(loaded.tenants.map(({ desired, origins }) => [desired.tenant.name, origins])),
  };
}

async function proposed(options: PlanOptions): Promise<OpenedProposal | undefined> {
  const { base, head, policies, tenant, day } = options;
  if (base === undefined) return undefined;
  const { openProposal } = await import('./plan-proposal.ts');
  return await openProposal({ base, policies, tenant, day, ...(head === undefined ? {} : { head }) });
}

function told(proposal: OpenedProposal, readAt: string, findings: readonly Finding[]): Proposal {
  const { commits, noLongerManaged, untouched } = proposal;
  return { ...commits, readAt, noLongerManaged, untouched, findings: errorsFirst(findings) };
}

const SEVERITIES = ['error', 'warning', 'info'];

function errorsFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

function tenantOf({ at }: Finding): string | undefined {
  return /(?:^|\/)tenants\/([^/]+)\.yaml$/.exec(at?.file ?? '')?.[1];
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

async function writing(option: '--out' | '--names', file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const why = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : 'unknown';
    throw new PlanNotWritten(option, file, why);
  }
}
