import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { applyFleet } from '../../src/apply/apply-fleet.ts';
import type { Review } from '../../src/apply/applying.ts';
import { type Blocked, type Blocking, blockTenant } from '../../src/apply/block.ts';
import { recentLosses } from '../../src/apply/journal.ts';
import { readPlan } from '../../src/apply/read-plan.ts';
import type { Holder } from '../../src/apply/tenant-lock.ts';
import type { Position } from '../../src/core/finding.ts';
import type { Plan, TenantPlan } from '../../src/core/plan.ts';
import type { ApplyReport } from '../../src/core/report.ts';
import type { Day, TenantPolicy } from '../../src/core/state.ts';
import type { WhoReport } from '../../src/core/who.ts';
import { type Connection, connect } from '../../src/graph/connect.ts';
import { type Clock, httpClientOver, sandboxEdge } from '../../src/graph/edge.ts';
import type { Hide } from '../../src/planning/hide-names.ts';
import { planFleet } from '../../src/planning/plan-fleet.ts';
import { whoFleet } from '../../src/planning/who-fleet.ts';
import { type LoadedPolicies, loadPolicies } from '../../src/policy/load.ts';
import { planJson } from '../../src/render/plan-json.ts';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../../src/sandbox/clients.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { checkedFetch } from '../contract/openapi-check.ts';
import { newProcess } from './holder.ts';
import { recordWire, type Sent } from './wire.ts';

/** The day and hour of every scenario: nothing here depends on the machine's clock, and nobody waits. */
const START = '2026-11-24T09:00:00.000Z';
const DAY: Day = '2026-11-24';

type Fetch = Sandbox['fetch'];

/** Tenants behind the wire and everything the tool needs to reach them: planning and applying as the commands do. */
export type World = {
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  /** Every exchange that arrived, in order. */
  readonly wire: Sent[];
  /** The folder of the apply journals. */
  readonly journal: string;
  readonly plan: (policies: Policies, day?: Day) => Promise<Plan>;
  readonly who: (policies: Policies) => Promise<WhoReport>;
  /** Signs in as the identity that may write. */
  readonly connect: (policy: TenantPolicy) => Promise<Connection>;
  readonly block: (policy: TenantPolicy, holder?: Holder, more?: Partial<Blocking>) => Promise<Blocked>;
  readonly apply: (plan: Plan, policies: Policies, how?: ApplyOptions) => Promise<ApplyReport>;
};

export type Policies = Pick<LoadedPolicies, 'tenants' | 'findings'> & {
  /** The policies of the base, by tenant id, where these are a proposal's. */
  readonly base?: ReadonlyMap<string, TenantPolicy>;
  /** Set where no names are shown. */
  readonly hide?: Hide;
};

type ApplyOptions = {
  readonly stopping?: () => boolean;
  readonly day?: Day;
  readonly secret?: string;
  /** Of every tenant; unset: a person at a desk. */
  readonly review?: Review;
  /** The process it runs in; unset: one that nobody else runs beside. */
  readonly holder?: Holder;
  /** The folder of its journals; unset: that of the world. */
  readonly journal?: string;
};

/**
 * @param around wraps the sandbox's fetch, to break it on purpose.
 * @param beyond wraps everything, the check of the contract too: for answers that Graph would never give.
 */
export function openWorld(
  tenants: readonly Tenant[],
  around: (fetch: Fetch) => Fetch = (fetch) => fetch,
  /** Milliseconds for one exchange, in real time. */
  timeout?: number,
  beyond: (fetch: Fetch) => Fetch = (fetch) => fetch,
): World {
  let now = Date.parse(START);
  const clock: Clock = {
    now: () => new Date(now),
    sleep: async (ms) => {
      now += ms;
    },
  };
  const sandbox = createSandbox({ now: clock.now, tenants });
  const { wire, fetch: recorded } = recordWire(checkedFetch(around(sandbox.fetch)), clock);
  const fetch = beyond(recorded);
  const journal = temporaryFolder();
  const plain = { ...sandboxEdge(fetch, clock), random: () => 0 };
  const edge =
    timeout === undefined ? plain : { ...plain, timeout, signInHttp: httpClientOver(fetch, timeout) };
  const signIn = (role: 'plan' | 'apply', secret = SANDBOX_SECRET) => {
    const clientId = role === 'plan' ? SANDBOX_CLIENT_ID : SANDBOX_APPLY_CLIENT_ID;
    const env = { AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: secret };
    return ({ desired }: TenantPolicy): Promise<Connection> => connect(desired.tenant, role, { env, edge });
  };
  return {
    sandbox,
    clock,
    wire,
    journal,
    plan: (policies, day = DAY) =>
      planFleet({
        tenants: policies.tenants,
        day,
        version: '0.0.0',
        connect: signIn('plan'),
        recentLosses: (tenantId) => recentLosses(journal, tenantId, clock.now()),
        findingsAbout: (name) =>
          policies.findings.filter(({ at }) => at?.file.endsWith(`tenants/${name}.yaml`) === true),
        ...(policies.base === undefined ? {} : { base: policies.base }),
        ...(policies.hide === undefined ? {} : { hide: policies.hide }),
      }),
    who: ({ tenants: policies }) =>
      whoFleet({ tenants: policies, day: DAY, version: '0.0.0', connect: signIn('plan') }),
    connect: signIn('apply'),
    block: (policy, holder = newProcess(), more = {}) =>
      blockTenant({
        connect: () => signIn('apply')(policy),
        policy,
        journal,
        run: 'test',
        holder,
        reason: 'INC-204',
        day: DAY,
        clock,
        ...more,
      }),
    apply: (
      plan,
      policies,
      {
        stopping = () => false,
        day = DAY,
        secret,
        review,
        holder = newProcess(),
        journal: folder = journal,
      } = {},
    ) =>
      applyFleet({
        // As the commands do: what is applied is the plan file.
        plan: readPlan(planJson(plan)),
        ...(policies.hide === undefined ? {} : { hide: policies.hide }),
        policies: new Map(policies.tenants.map((policy) => [policy.desired.tenant.name, policy])),
        connect: signIn('apply', secret),
        ...(review === undefined
          ? {}
          : { reviews: new Map(plan.tenants.map(({ tenant }) => [tenant.id, review])) }),
        recentLosses: (tenantId) => recentLosses(folder, tenantId, clock.now()),
        journal: folder,
        run: 'test',
        holder,
        clock,
        day,
        version: '0.0.0',
        stopping,
      }),
  };
}

/** The policies of a folder, as they lie there; a folder with errors in it is no scenario. */
export async function policiesIn(folder: string, tenant?: string, day: Day = DAY): Promise<Policies> {
  const { tenants, findings } = await loadPolicies(folder, day);
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  if (errors.length > 0) throw new Error(`${folder}: ${errors.join(' ')}`);
  // As if the command ran beside the policies: where a scenario lies in this repository is nobody's business.
  const beside = (at: Position): Position => ({ ...at, file: at.file.replace(`${folder}/`, 'policies/') });
  return {
    tenants: tenants
      .filter(({ desired }) => tenant === undefined || desired.tenant.name === tenant)
      .map(({ desired, origins }) => ({
        desired,
        origins: Object.fromEntries(Object.entries(origins).map(([key, at]) => [key, beside(at)])),
      })),
    findings: findings.map(({ at, ...said }) => (at === undefined ? said : { ...said, at: beside(at) })),
  };
}

/** The one tenant of a plan. A tenant that failed is an error here. */
export function only(plan: Plan): TenantPlan {
  const [planned] = plan.tenants;
  if (planned === undefined || plan.tenants.length > 1) throw new Error('expected a plan of one tenant');
  if (planned.status === 'failed') throw new Error(`planning failed: ${planned.error.message}`);
  return planned;
}

/** A folder for journals; gone with the test. */
export function temporaryFolder(): string {
  // In memory where there is such a place: every line of a journal waits for the disk.
  const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = mkdtempSync(join(place, 'iosmail-scenario-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
