// A tiny login host and a tiny Graph behind one fetch, and a clock that never waits.
import { connect } from '../../../src/graph/connect.ts';
import { type Clock, type Edge, sandboxEdge } from '../../../src/graph/edge.ts';
import type { Outgoing } from '../../../src/graph/exchange.ts';
import type { Role, TenantIdentity } from '../../../src/graph/identity.ts';
import type { Limiter } from '../../../src/graph/limiter.ts';

export const TENANT: TenantIdentity = { id: '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11', cloud: 'global' };
export const CLIENT_ID = '3f0c3e6f-3c7a-4c38-9d1f-6f4f2f7f0a11';
export const SECRET = 'S3cret~with+odd/chars=&"quote';
export const ENV: NodeJS.ProcessEnv = { AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_SECRET: SECRET };

export type Call = {
  readonly method: string;
  readonly url: URL;
  readonly href: string;
  readonly headers: Headers;
  readonly text: string;
};

export type Item = {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
};
export type ItemResponse = {
  readonly status: number;
  readonly headers?: Record<string, unknown>;
  readonly body?: unknown;
};

/** A clock that moves only when somebody sleeps. */
export function fakeClock(start = '2026-11-24T08:00:00Z'): Clock & { readonly slept: number[] } {
  let now = Date.parse(start);
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(now),
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
}

/** A token as far as anybody looks at it. */
export function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.${Buffer.from('signature').toString('base64url')}`;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

export type World = {
  readonly edge: Edge;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly signIns: Call[];
  readonly calls: Call[];
  /** The tokens given out, in order. */
  readonly tokens: string[];
};

export type WorldOptions = {
  readonly graph?: ((call: Call, turn: number) => Response | Promise<Response>) | undefined;
  /** Answers the token request; default: a token for the tenant asked. */
  readonly token?: (form: URLSearchParams, call: Call, turn: number) => Response | Promise<Response>;
  readonly discovery?: (call: Call) => Response | undefined;
  readonly tid?: string;
  readonly timeout?: number;
};

export function world(options: WorldOptions = {}): World {
  const clock = fakeClock();
  const signIns: Call[] = [];
  const calls: Call[] = [];
  const tokens: string[] = [];
  let tokenTurn = 0;
  const login = (call: Call): Response | Promise<Response> => {
    const tenant = call.url.pathname.split('/')[1] ?? '';
    const base = `${call.url.origin}/${tenant}`;
    if (call.url.pathname.endsWith('/openid-configuration')) {
      return (
        options.discovery?.(call) ??
        json(200, {
          issuer: `${base}/v2.0`,
          authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
          token_endpoint: `${base}/oauth2/v2.0/token`,
          jwks_uri: `${base}/discovery/v2.0/keys`,
        })
      );
    }
    const form = new URLSearchParams(call.text);
    tokenTurn++;
    const own = options.token?.(form, call, tokenTurn);
    if (own !== undefined) return own;
    const token = jwt({ tid: options.tid ?? tenant, appid: form.get('client_id'), n: tokenTurn });
    tokens.push(token);
    return json(200, { token_type: 'Bearer', expires_in: 3599, access_token: token });
  };
  const fetch = async (href: string, init: Outgoing): Promise<Response> => {
    const url = new URL(href);
    const call = {
      method: init.method,
      url,
      href,
      headers: new Headers(init.headers),
      text: init.body ?? '',
    };
    if (url.hostname.startsWith('login.')) {
      signIns.push(call);
      return await login(call);
    }
    calls.push(call);
    return (await options.graph?.(call, calls.length)) ?? json(500, {});
  };
  const endpoints = { graph: 'https://graph.sandbox.localhost', login: 'https://login.sandbox.localhost' };
  const edge = { ...sandboxEdge(fetch, clock), endpoints: () => endpoints, random: () => 0.5 };
  return {
    edge: options.timeout === undefined ? edge : { ...edge, timeout: options.timeout },
    clock,
    signIns,
    calls,
    tokens,
  };
}

/** Answers a `$batch` item by item; the responses come back in reverse order, as order means nothing. */
export function batchOf(answer: (item: Item) => ItemResponse): (call: Call) => Response {
  return (call) => {
    if (call.method !== 'POST' || call.url.pathname !== '/v1.0/$batch') return json(405, {});
    const responses = itemsOf(call).map((item) => ({ id: item.id, ...answer(item) }));
    return json(200, { responses: responses.reverse() });
  };
}

export function itemsOf(call: Call): Item[] {
  const { requests }: { requests: Item[] } = JSON.parse(call.text);
  return requests;
}

export async function open(
  { edge }: World,
  { role = 'plan', env = ENV, limiter }: { role?: Role; env?: NodeJS.ProcessEnv; limiter?: Limiter } = {},
) {
  return await connect(TENANT, role, { env, edge, limiter });
}

export function graphErrorBody(code: string, message: string): object {
  return { error: { code, message, innerError: { 'request-id': 'd3e3a3e6-9d1c-4bb3-8a0e-1d8a3c1ea001' } } };
}

/** Everything an error says anywhere: message, stack, properties, causes. */
export function everythingIn(error: unknown): string {
  const parts: string[] = [];
  let each: unknown = error;
  for (let depth = 0; depth < 10 && each !== undefined && each !== null; depth++) {
    parts.push(String(each), JSON.stringify(each));
    if (!(each instanceof Error)) break;
    parts.push(
      each.stack ?? '',
      ...Object.getOwnPropertyNames(each).map((name) => String(Reflect.get(Object(each), name))),
    );
    each = each.cause;
  }
  return parts.join('\n');
}
