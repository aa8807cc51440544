import type { TenantPlan } from '../../../src/core/plan.ts';
import type { Tenant } from '../../../src/sandbox/tenant.ts';
import { broken, levelsOf, watch } from '../../scenarios/levels.ts';
import type { Scenario } from '../../scenarios/run.ts';
import { commitsIn } from '../../scenarios/stage.ts';
import { unmanagedIn } from '../../scenarios/unmanaged.ts';
import { openWorld, type Policies, policiesIn, type World } from '../../scenarios/world.ts';
import { BOTH, type OracleLevel } from '../core/oracle.ts';

/** An answer that is given in the place of the one at a place in the order of exchanges. */
type Tampering = { readonly at: number; readonly text: () => string };

/** A scenario's tenant whose answers can be exchanged on their way. */
export type Tampered = {
  readonly world: World;
  readonly tenant: Tenant;
  readonly policies: Policies;
  /** From now on exchanges are counted, and answers exchanged. */
  readonly arm: (tampering?: Tampering) => void;
  /** Nothing is exchanged any more. Gives the answers that there were, in order, with the request's path. */
  readonly calm: () => readonly { readonly path: string; readonly text: string }[];
  readonly commits: readonly unknown[];
  readonly broken: (end: readonly OracleLevel[]) => readonly string[];
  /** Whether something changed that the plan does not manage. */
  readonly meddled: (planned: TenantPlan) => boolean;
  readonly levels: () => readonly OracleLevel[];
};

export async function tampered(name: string): Promise<Tampered> {
  const { scenario }: { scenario: Scenario } = await import(`../../scenarios/${name}/tenant.ts`);
  const tenant = scenario.tenant();
  let armed: Tampering | undefined;
  let counting = false;
  let answers: { path: string; text: string }[] = [];
  const world = openWorld([tenant], undefined, undefined, (fetch) => async (input, init) => {
    const response = await fetch(input, init);
    if (!counting || response.body === null) return response;
    const text = await response.text();
    const at = answers.push({ path: new URL(String(input)).pathname, text }) - 1;
    const { status, headers } = response;
    return new Response(armed?.at === at ? armed.text() : text, { status, headers });
  });
  const policies =
    scenario.policies === 'repository'
      ? await policiesIn('policies', name)
      : await policiesIn(`test/scenarios/${name}/policies`);
  const moments = watch(world.sandbox, tenant);
  const existed = [...tenant.servicePrincipals.values()].some(
    ({ appId }) => appId === 'f8d98a96-0999-43f5-8af3-69971c7bb423',
  );
  const [policy] = policies.tenants;
  const before = policy === undefined ? '' : unmanagedIn(tenant, policy.desired, existed);
  return {
    world,
    tenant,
    policies,
    arm: (tampering) => {
      armed = tampering;
      answers = [];
      counting = true;
    },
    calm: () => {
      counting = false;
      return answers;
    },
    commits: commitsIn(world, tenant),
    broken: (end) => broken(moments, end, scenario.rules ?? BOTH),
    meddled: ({ policy: desired }) => unmanagedIn(tenant, desired, existed) !== before,
    levels: () => levelsOf(tenant),
  };
}
