import type { TenantPolicy } from '../core/state.ts';
import type { OnWait } from '../core/wait.ts';
import { type Connection, connect } from '../graph/connect.ts';
import { type Edge, realEdge, sandboxEdge, stoppable } from '../graph/edge.ts';
import { createLimiter } from '../graph/limiter.ts';
import type { Settings } from '../policy/settings.ts';

/** How a run reaches its tenants. */
export type Session = {
  /** Its sleeps end when the run is to stop. */
  readonly edge: Edge;
  /** From 0 to below 1, for the jitter of waits. */
  readonly random: () => number;
  /** Told of waits that take time; the built-in tenants' take none. */
  readonly onWait: OnWait;
  /** Signs in to the tenant of a policy. */
  readonly connect: (policy: TenantPolicy, role: 'plan' | 'apply') => Promise<Connection>;
};

/** What stops the waits of a run, and who is told of them. */
export type Waiting = {
  /** Ends every wait between requests. */
  readonly stop?: AbortSignal;
  readonly onWait?: OnWait;
};

/** The same without anything else. */
export function waitingOf({ stop, onWait }: Waiting): Waiting {
  return { ...(stop === undefined ? {} : { stop }), ...(onWait === undefined ? {} : { onWait }) };
}

type SessionOptions = Waiting & {
  readonly sandbox: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly settings: Settings;
};

/**
 * Opens the way to the tenants: Microsoft's hosts and the identities of the environment, or the built-in tenants in
 * this process. Hosts and credentials are all that differs.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const sandbox = options.sandbox || options.env.IOSMAIL_SANDBOX === 'true';
  const opened = sandbox
    ? await sandboxed()
    : { edge: realEdge(options.env), env: (_role: 'plan' | 'apply') => options.env };
  const { clock } = opened.edge;
  const edge =
    options.stop === undefined ? opened.edge : { ...opened.edge, clock: stoppable(clock, options.stop) };
  const onWait: OnWait = (wait) => {
    if (!sandbox) options.onWait?.(wait);
  };
  const limiter = createLimiter({ clock: edge.clock });
  return {
    edge,
    random: edge.random ?? Math.random,
    onWait,
    connect: ({ desired: { tenant } }, role) =>
      // The built-in tenants know the sandbox's own identities only, whatever a policy names for its real one.
      connect(sandbox ? { id: tenant.id, cloud: tenant.cloud } : tenant, role, {
        env: opened.env(role),
        edge: { ...edge, onWait: (wait) => onWait({ ...wait, tenant: tenant.name }) },
        limiter,
        ...(sandbox ? {} : { settingsIdentity: options.settings.identity }),
      }),
  };
}

async function sandboxed(): Promise<{ edge: Edge; env: (role: 'plan' | 'apply') => NodeJS.ProcessEnv }> {
  const { createSandbox } = await import('../sandbox/sandbox.ts');
  const { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID, SANDBOX_SECRET } = await import(
    '../sandbox/clients.ts'
  );
  // Time runs on without anybody waiting for it: settle times are kept, in sandbox time.
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const clock = {
    now,
    sleep: async (ms: number) => {
      ahead += ms;
    },
  };
  const clientId = (role: 'plan' | 'apply') =>
    role === 'plan' ? SANDBOX_CLIENT_ID : SANDBOX_APPLY_CLIENT_ID;
  return {
    edge: sandboxEdge(createSandbox({ now }).fetch, clock),
    env: (role) => ({ AZURE_CLIENT_ID: clientId(role), AZURE_CLIENT_SECRET: SANDBOX_SECRET }),
  };
}
