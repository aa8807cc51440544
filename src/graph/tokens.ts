import { Interrupted } from '../core/interrupted.ts';
import { secretsOf } from '../core/secrets.ts';
import { type SignInAttempt, signInFailure } from './aadsts.ts';
import { CLOUDS, DEFAULT_TIMEOUT, type Edge, httpClientOver } from './edge.ts';
import type { HttpClient } from './exchange.ts';
import { GraphFailure } from './failure.ts';
import { type ClientIds, clientIdFor, credentialFor, type Role, type TenantIdentity } from './identity.ts';
import { claimsOf } from './jwt.ts';
import type { Limiter } from './limiter.ts';
import { type Budget, createBudget, createPatience, isPassing, retryAfter } from './patience.ts';

/** The access tokens of one connection, each checked to be for its tenant. */
export type Tokens = {
  /** A token that is not about to expire. */
  readonly current: () => Promise<string>;
  /** A token other than the given one, which Graph did not take. */
  readonly after: (refused: string) => Promise<string>;
  /** HTTP exchanges with the sign-in host so far. */
  readonly exchanges: () => number;
};

export type SignIn = {
  readonly tenant: TenantIdentity;
  readonly role: Role;
  readonly defaults: ClientIds | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly edge: Edge;
  readonly limiter: Limiter;
  readonly bucket: string;
};

/** A token is replaced this long before it expires. */
const MARGIN_MS = 5 * 60_000;

/** Nothing is asked for until the first `current`. */
export function tokensFor(signIn: SignIn): Tokens {
  const { clock } = signIn.edge;
  let exchanges = 0;
  let held: Promise<{ readonly token: string; readonly until: number }> | undefined;
  const renew = () => {
    const renewed = requestToken(signIn, () => exchanges++);
    held = renewed;
    // A failed sign-in is not kept: the next caller may be luckier.
    renewed.catch(() => {
      if (held === renewed) held = undefined;
    });
    return renewed;
  };
  /** The held token; a new one in its place when it will not do. One of many callers asks, all get the answer. */
  const take = async (willDo: (token: string, until: number) => boolean) => {
    const mine = held ?? renew();
    const { token, until } = await mine;
    if (willDo(token, until)) return token;
    return (await (held === undefined || held === mine ? renew() : held)).token;
  };
  return {
    current: () => take((_, until) => clock.now().getTime() < until),
    after: (refused) => take((token) => token !== refused),
    exchanges: () => exchanges,
  };
}

async function requestToken(signIn: SignIn, count: () => void): Promise<{ token: string; until: number }> {
  const { tenant, role, defaults, env, edge } = signIn;
  const clientId = clientIdFor(tenant, role, defaults, env);
  const attempt: SignInAttempt = {
    tenantId: tenant.id,
    loginHost: new URL(edge.endpoints(tenant.cloud).login).host,
    secrets: secretsOf(env),
    ...(clientId === undefined ? {} : { clientId }),
  };
  const heard: Heard = { budget: createBudget(edge.clock, SIGN_IN_BUDGET_MS) };
  try {
    // A credential of its own each time: the SDK would give a refused token again, from its cache.
    const credential = await credentialFor(
      tenant,
      role,
      defaults,
      env,
      edge,
      attentive(signIn, heard, count),
    );
    const answer = await credential.getToken(`${CLOUDS[tenant.cloud].graph}/.default`);
    if (answer === null) throw new Error('the sign-in service gave no token');
    checkTenant(answer.token, tenant.id);
    // The SDK tells the end by the machine's clock; ours may be another.
    const lifetime = answer.expiresOnTimestamp - Date.now();
    const now = edge.clock.now().getTime();
    return { token: answer.token, until: now + Math.max(lifetime - MARGIN_MS, lifetime / 2) };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    if (heard.interrupted !== undefined) throw heard.interrupted;
    throw signInFailure(error, attempt, heard.last);
  }
}

function checkTenant(token: string, tenantId: string): void {
  const tid = claimsOf(token)?.tid;
  if (typeof tid === 'string' && tid.toLowerCase() === tenantId.toLowerCase()) return;
  throw new GraphFailure(
    'wrong-tenant',
    `The token is for ${typeof tid === 'string' ? `tenant ${tid}` : 'no tenant that can be told'}, the policy file is about tenant ${tenantId}. Nothing was read or written.`,
    'Check tenant.id in the policy file and the credential that this run signs in with.',
  );
}

/** How long the waits of one sign-in may add up to, however many requests it takes. */
const SIGN_IN_BUDGET_MS = 5 * 60_000;

type Heard = { readonly budget: Budget; last?: string; interrupted?: Interrupted };

/** Counts, waits out passing trouble by our clock, and remembers what was said: the SDK keeps little of it. */
function attentive({ edge, limiter, bucket }: SignIn, heard: Heard, count: () => void): HttpClient {
  const http = edge.signInHttp ?? httpClientOver(edge.fetch, edge.timeout ?? DEFAULT_TIMEOUT);
  return {
    sendRequest: async (request) => {
      const patience = createPatience(edge.random ?? Math.random, 3, heard.budget);
      for (;;) {
        const result = await limiter
          .run(bucket, async () => {
            count();
            try {
              return await http.sendRequest(request);
            } catch (error) {
              return error instanceof Error ? error : new Error(String(error));
            }
          })
          .catch(noted(heard));
        const failed = result instanceof Error;
        if (!failed && result.status < 400) return result;
        heard.last = failed
          ? result.message
          : (descriptionOf(result.bodyAsText) ?? `status ${result.status}`);
        const told = failed ? undefined : retryAfter(result.headers.get('Retry-After'), edge.clock);
        const wait = failed || isPassing(result.status) ? patience.next(told) : undefined;
        if (wait !== undefined) {
          const why = failed ? 'unreached' : result.status === 429 ? 'throttled' : 'failing';
          edge.onWait?.({ ...wait, from: 'the sign-in service', why, what: 'sign-in' });
          await edge.clock.sleep(wait.ms).catch(noted(heard));
        } else if (failed) throw result;
        else return result;
      }
    },
  };
}

/** The SDK would put an error of its own in the place of this one. */
function noted(heard: Heard): (error: unknown) => never {
  return (error) => {
    if (error instanceof Interrupted) heard.interrupted = error;
    throw error;
  };
}

function descriptionOf(body: string | null | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body ?? '');
    if (typeof parsed !== 'object' || parsed === null || !('error_description' in parsed)) return undefined;
    return typeof parsed.error_description === 'string' ? parsed.error_description : undefined;
  } catch {
    return undefined;
  }
}
