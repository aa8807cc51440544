import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type Blocked, blockTenant } from '../apply/block.ts';
import type { Incident } from '../core/incident.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import { type Committed, commitFile, whoCommits } from '../git/commit-file.ts';
import { inRepository } from '../git/worktree.ts';
import { problemOf } from '../planning/problem.ts';
import { withIncident } from '../policy/incident-entry.ts';
import { type LoadedPolicies, loadPolicies } from '../policy/load.ts';
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
  /** Set where the tenant is blocked: the commit, or why there is none. */
  readonly kept?:
    | (Committed & { readonly kind: 'committed' })
    | {
        readonly kind: 'not committed';
        readonly written: boolean;
        readonly message: string;
        readonly fix: string;
      };
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
 * Switches the app off in one tenant at once, then writes that into the tenant's policy and commits it, so that no
 * later plan takes it for drift. First the tenant: Git can wait.
 * @throws NoPolicy, LockHeld, JournalError and what reading throws, before anything is sent.
 */
export async function block(options: BlockOptions): Promise<BlockReport> {
  const { day, policies, reason } = options;
  const loaded = await loadPolicies(policies, day);
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
  const sent = await sendBlock(options, loaded, policy);
  if (sent.kind === 'failed' || sent.kind === 'not known') return { ...about, sent };
  return { ...about, sent, kept: await keep(options, tenant.name, file, incident) };
}

async function sendBlock(
  options: BlockOptions,
  { settings }: LoadedPolicies,
  policy: TenantPolicy,
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
    clock: session.edge.clock,
    random: session.random,
    onWait: (wait) => session.onWait({ ...wait, tenant: policy.desired.tenant.name }),
  });
}

/** The tenant is blocked whatever happens here: every failure is told with what is left to do. */
async function keep(
  { policies, reason }: BlockOptions,
  name: string,
  file: string,
  incident: Incident,
): Promise<NonNullable<BlockReport['kept']>> {
  let written = false;
  try {
    const text = withIncident(await readFile(file, 'utf8'), incident);
    if (text === undefined) throw new Error(`${file} cannot be edited in place`);
    await writeFile(file, text);
    written = true;
    const { repo, path } = await inRepository(policies);
    const message = `incident: block ${name}\n\n${reason}\n`;
    return {
      kind: 'committed',
      ...(await commitFile(repo, posix.join(path, 'tenants', `${name}.yaml`), message)),
    };
  } catch (error) {
    return { kind: 'not committed', written, ...problemOf(error) };
  }
}

/** Blocked and kept is fine; blocked and not kept is half of it. */
export function codeOfBlock({ sent, kept }: BlockReport) {
  if (sent.kind === 'not confirmed') return EXIT.refused;
  if (sent.kind === 'failed' || sent.kind === 'not known') return EXIT.failed;
  return sent.kind === 'not shown yet' || kept?.kind !== 'committed' ? EXIT.partly : EXIT.ok;
}
