import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Blocked, blockTenant } from '../apply/block.ts';
import type { Incident } from '../core/incident.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import { whoCommits } from '../git/commit-file.ts';
import { type LoadedPolicies, loadToBlock } from '../policy/load.ts';
import { type Kept, openEntry } from './block-entry.ts';
import { EXIT } from './exit-code.ts';
import { openSession, type Waiting } from './session.ts';
import { thisProcess } from './this-process.ts';

export type BlockOptions = Waiting & {
  readonly policies: string;
  /** The one tenant. */
  readonly tenant: string;
  readonly reason: string;
  readonly journal: string;
  readonly day: Day;
  readonly env: NodeJS.ProcessEnv;
  /** Asks whoever sits there; false: nothing is sent. */
  readonly confirm: (policy: TenantPolicy['desired']['tenant']) => Promise<boolean>;
};

/** What became of a block, and of its entry in Git. */
export type BlockReport = {
  readonly tenant: TenantPolicy['desired']['tenant'];
  readonly incident: Incident;
  /** The policy file, as it was named. */
  readonly file: string;
  readonly sent: Blocked | { readonly kind: 'not confirmed' };
  /** Set unless nothing was changed: the commit of the entry, or why there is none. */
  readonly kept?: Kept;
  /** Whether the policy itself says how sign-in is to be once the entry is gone. */
  readonly managed: boolean;
};

/** There is no policy to take the tenant from, so nobody knows which tenant is meant. */
class NoPolicy extends Error {
  override readonly name = 'NoPolicy';
  readonly fix =
    'Name a tenant whose policy has no errors (`iosmail validate`); or switch sign-in off in the Entra admin centre: Enterprise apps › Apple Internet Accounts › Properties.';
}

/**
 * Switches the app off in one tenant at once. The entry is written into the tenant's policy right before, so that no
 * later plan here takes the block for drift even where this run is killed, and committed afterwards: Git can wait.
 * @throws NoPolicy, LockHeld, JournalError and what reading throws, before anything is sent.
 */
export async function block(options: BlockOptions): Promise<BlockReport> {
  const { day, policies, reason } = options;
  const loaded = await loadToBlock(policies, day);
  const policy = loaded.tenants.find(({ desired }) => desired.tenant.name === options.tenant);
  if (policy === undefined)
    throw new NoPolicy(`There is no policy without errors for tenant ${options.tenant}. Nothing was sent.`);
  const { tenant } = policy.desired;
  const by = await whoCommits('.').catch(() => undefined);
  const incident: Incident = {
    kind: 'blocked',
    reason,
    ...(by === undefined ? {} : { by }),
    since: day,
  };
  const file = join(policies, 'tenants', `${tenant.name}.yaml`);
  const about = {
    tenant,
    incident,
    file,
    managed: policy.desired.application.enabledForSignIn !== 'unmanaged',
  };
  if (!(await options.confirm(tenant))) return { ...about, sent: { kind: 'not confirmed' } };
  const entry = openEntry(policies, tenant.name, file, incident);
  const sent = await sendBlock(options, loaded, policy, entry.write);
  if (sent.kind !== 'failed') return { ...about, sent, kept: await entry.commit() };
  const left = await entry.putBack();
  return { ...about, sent: left === undefined ? sent : { ...sent, fix: `${sent.fix} ${left}` } };
}

async function sendBlock(
  options: BlockOptions,
  { settings }: LoadedPolicies,
  policy: TenantPolicy,
  onSending: () => Promise<void>,
): Promise<Blocked> {
  const session = await openSession({ ...options, sandbox: false, settings });
  return await blockTenant({
    connect: () => session.connect(policy, 'apply'),
    policy,
    journal: options.journal,
    run: randomUUID(),
    holder: thisProcess(),
    reason: options.reason,
    day: options.day,
    onSending,
    clock: session.edge.clock,
    random: session.random,
    onWait: (wait) => session.onWait({ ...wait, tenant: policy.desired.tenant.name }),
  });
}

/** Blocked and kept is fine; blocked and not kept is half of it. */
export function codeOfBlock({ sent, kept }: BlockReport) {
  if (sent.kind === 'not confirmed') return EXIT.refused;
  if (sent.kind === 'failed' || sent.kind === 'not known') return EXIT.failed;
  return sent.kind !== 'blocked' || kept?.kind !== 'committed' ? EXIT.partly : EXIT.ok;
}
