import type { Cost } from '../core/plan.ts';
import { secretsOf } from '../core/secrets.ts';
import type { Cloud } from '../core/state.ts';
import type { Edge } from './edge.ts';
import { type ClientIds, clientIdFor, type Role, type TenantIdentity } from './identity.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import { tokensFor } from './tokens.ts';
import { attachWire, openWire } from './wire.ts';

/** One tenant, signed in. What can be done with it is up to whom it is handed to: `openReader`, `openWriter`. */
export type Connection = {
  readonly tenant: { readonly id: string; readonly cloud: Cloud };
  readonly role: Role;
  /** The app registration that signed in; unset with the Azure CLI. */
  readonly clientId: string | undefined;
  /** What was asked for so far, sign-in included. */
  readonly cost: () => Cost;
};

export type ConnectContext = {
  readonly env: NodeJS.ProcessEnv;
  readonly edge: Edge;
  /** `identity` of settings.yaml. */
  readonly settingsIdentity?: ClientIds | undefined;
  /** One limiter for a whole run; a connection on its own gets its own. */
  readonly limiter?: Limiter | undefined;
};

/** Entra makes secrets of 40 characters. */
const SHORTEST_SECRET = 8;

/**
 * Signs in to one tenant, and makes sure that the token is for that tenant before anything else is sent.
 * @throws GraphFailure `sign-in` or `wrong-tenant`.
 */
export async function connect(
  tenant: TenantIdentity,
  role: Role,
  context: ConnectContext,
): Promise<Connection> {
  const { env, edge } = context;
  const limiter = context.limiter ?? createLimiter({ clock: edge.clock });
  const clientId = clientIdFor(tenant, role, context.settingsIdentity, env);
  const bucket = `${clientId ?? 'azure-cli'} ${tenant.id}`;
  const tokens = tokensFor({ tenant, role, defaults: context.settingsIdentity, env, edge, limiter, bucket });
  await tokens.current();
  // One that is a word would be taken out of the names of people.
  const secrets = secretsOf(env).filter((secret) => secret.length >= SHORTEST_SECRET);
  const endpoints = edge.endpoints(tenant.cloud);
  const { wire, cost } = await openWire({ edge, endpoints, tokens, limiter, bucket, clientId, secrets });
  const connection: Connection = { tenant: { id: tenant.id, cloud: tenant.cloud }, role, clientId, cost };
  attachWire(connection, wire);
  return connection;
}
