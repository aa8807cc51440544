import type { Day, TenantPolicy } from '../core/state.ts';
import type { Explanation } from '../explain/explanation.ts';
import { tenantsOf } from '../explain/tenant-of.ts';
import { openReader } from '../graph/open-reader.ts';
import { explainPerson } from '../planning/explain-person.ts';
import { problemOf } from '../planning/problem.ts';
import { loadPolicies } from '../policy/load.ts';
import { selectTenants } from '../policy/select.ts';
import { openSession, type Waiting, waitingOf } from './session.ts';

export type ExplainOptions = Waiting & {
  readonly policies: string;
  /** Sign-in name, mail address or object id. */
  readonly user: string;
  readonly tenant?: string;
  readonly sandbox: boolean;
  readonly day: Day;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
};

/** Which tenant the person is of cannot be told, its policy cannot be used, or it could not be read. */
class NotExplained extends Error {
  override readonly name = 'NotExplained';
  readonly fix: string;
  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

/**
 * Walks the gates between one person and their mail. It reads, by the identity that plans, and cannot write.
 * @throws NotExplained; GraphFailure where nobody can sign in to the tenant.
 */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  const { user, day, version, sandbox, env } = options;
  const loaded = await loadPolicies(options.policies, day);
  const policy = tenantFor(options, loaded);
  const session = await openSession({ sandbox, env, settings: loaded.settings, ...waitingOf(options) });
  const reader = openReader(await session.connect(policy, 'plan'));
  try {
    return await explainPerson(reader, { policy, asked: user, day, version });
  } catch (error) {
    const { message, fix } = problemOf(error);
    throw new NotExplained(message, fix);
  }
}

function tenantFor(
  { user, tenant, policies }: ExplainOptions,
  loaded: Awaited<ReturnType<typeof loadPolicies>>,
): TenantPolicy {
  if (tenant !== undefined) {
    const { tenants, findings } = selectTenants(loaded, [tenant]);
    const [found] = tenants;
    if (found !== undefined) return found;
    const why = findings.find(({ severity }) => severity === 'error');
    throw new NotExplained(
      why?.message ?? `The policy of tenant ${tenant} cannot be used.`,
      why?.fix ?? `Run iosmail validate --policies ${policies}.`,
    );
  }
  const [found, ...others] = tenantsOf(user, loaded.tenants);
  if (found !== undefined && others.length === 0) return found;
  const all = loaded.tenants.map(({ desired }) => desired.tenant.name);
  if (all.length === 0) {
    throw new NotExplained(
      `There is no usable tenant policy in ${policies}.`,
      `Run iosmail validate --policies ${policies}.`,
    );
  }
  const several = found === undefined ? [] : [found, ...others].map(({ desired }) => desired.tenant.name);
  throw new NotExplained(
    several.length > 0
      ? `${user} may be of several tenants: ${several.join(', ')}.`
      : `Which tenant ${user} is of cannot be told by the name.`,
    `Name it with --tenant, one of: ${(several.length > 0 ? several : all).slice(0, 20).join(', ')}.`,
  );
}
