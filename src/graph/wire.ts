import type { Json } from '../core/json.ts';
import type { Cost } from '../core/plan.ts';
import { withoutThese } from '../core/secrets.ts';
import type { WaitReason } from '../core/wait.ts';
import { DEFAULT_TIMEOUT, type Edge, type Endpoints } from './edge.ts';
import { type Exchange, exchange } from './exchange.ts';
import type { Limiter } from './limiter.ts';
import type { Turn } from './patience.ts';
import type { Tokens } from './tokens.ts';

/** The API version of every path. */
export const VERSION = 'v1.0';

/** One HTTP request to Graph; `requests` is how many logical requests it carries. */
type Sending = {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: Json;
  readonly requests: number;
};

/** Sends to one tenant, signed in as its app. The sender of reader and writer; nobody else holds it. */
export type Wire = {
  /**
   * Sends once; a token Graph does not take (401) is replaced once.
   * @throws a failed sign-in, and what ended a pause early; then nothing was sent.
   */
  readonly send: (sending: Sending) => Promise<Exchange>;
  /** Forces the next sending to use another token; for a 401 inside a batch. */
  readonly renewToken: () => Promise<void>;
  /** Holds back everything to this tenant, and tells it. */
  readonly pause: (turn: Turn, why: WaitReason, what: string) => void;
  /** The origin that links of Graph must point to. */
  readonly graph: string;
  readonly clientId: string | undefined;
  readonly edge: Edge;
};

export type WireParts = {
  readonly edge: Edge;
  readonly endpoints: Endpoints;
  readonly tokens: Tokens;
  readonly limiter: Limiter;
  readonly bucket: string;
  readonly clientId: string | undefined;
  /** Never to be taken from an answer, wherever it stands in it. */
  readonly secrets: readonly string[];
};

const wires = new WeakMap<object, Wire>();

/** Ties a wire to a connection without putting it into anybody's hands. */
export function attachWire(connection: object, wire: Wire): void {
  wires.set(connection, wire);
}

/** The wire of an open connection; for reader and writer only. */
export function wireOf(connection: object): Wire {
  const wire = wires.get(connection);
  if (wire === undefined) throw new TypeError('This connection was not opened by connect().');
  return wire;
}

/** Opens the way to one tenant's Graph. */
export async function openWire(parts: WireParts): Promise<{ wire: Wire; cost: () => Cost }> {
  const { edge, endpoints, tokens, limiter, bucket, clientId, secrets } = parts;
  const sdk = await import('./sdk.ts');
  let roundTrips = 0;
  let requests = 0;

  const once = async (sending: Sending, token: string): Promise<Exchange> => {
    let result: Exchange | undefined;
    let ended: { readonly early: unknown } | undefined;
    // A client for every exchange: the SDK puts an error of its own in the place of one thrown in its chain, so
    // what happened is handed out past it. The SDK's retry handler is left out: it repeats a POST after a 503.
    const client = sdk.Client.initWithMiddleware({
      baseUrl: endpoints.graph,
      defaultVersion: VERSION,
      // Host names without port, or the SDK silently sends no token.
      customHosts: new Set([new URL(endpoints.graph).hostname]),
      middleware: [
        new sdk.AuthenticationHandler({ getAccessToken: async () => token }),
        {
          execute: async (context) => {
            const sent = limiter.run(bucket, () => {
              roundTrips++;
              requests += sending.requests;
              const url = typeof context.request === 'string' ? context.request : context.request.url;
              const init = {
                method: sending.method,
                headers: Object.fromEntries(new Headers(context.options?.headers)),
                ...(typeof context.options?.body === 'string' ? { body: context.options.body } : {}),
              };
              return exchange(edge.fetch, url, init, { timeout: edge.timeout ?? DEFAULT_TIMEOUT });
            });
            try {
              result = await sent;
            } catch (early) {
              ended = { early };
            }
            context.response = new Response(null, { status: 204 });
          },
        },
      ],
    });
    const request = client
      .api(sending.path)
      .responseType(sdk.ResponseType.RAW)
      // Graph refuses some lookups with the `accept-language: *` that fetch sends by itself.
      .headers({ 'Accept-Language': 'en-US', 'client-request-id': crypto.randomUUID() });
    if (sending.method === 'POST') await request.post(sending.body ?? {});
    else if (sending.method === 'PATCH') await request.patch(sending.body ?? {});
    else await request.delete();
    if (ended !== undefined) throw ended.early;
    if (result?.arrived) return { ...result, text: withoutThese(result.text, [token, ...secrets]) };
    return result ?? { arrived: false, why: 'network', detail: 'nothing was sent' };
  };

  let token: string | undefined;
  const wire: Wire = {
    send: async (sending) => {
      const first = await tokens.current();
      token = first;
      const answer = await once(sending, first);
      if (!answer.arrived || answer.status !== 401) return answer;
      token = await tokens.after(first);
      return await once(sending, token);
    },
    renewToken: async () => {
      if (token !== undefined) await tokens.after(token);
    },
    pause: (turn, why, what) => {
      edge.onWait?.({ ...turn, from: 'Graph', why, what });
      limiter.pause(bucket, turn.ms);
    },
    graph: endpoints.graph,
    clientId,
    edge,
  };
  return { wire, cost: () => ({ roundTrips, requests, signIn: tokens.exchanges() }) };
}
