import type { Cloud } from '../core/state.ts';
import type { OnWait } from '../core/wait.ts';
import { exchange, type Fetch, type HttpClient } from './exchange.ts';
import { GraphFailure } from './failure.ts';
import { pooledFetch } from './pool.ts';

/** Time as a parameter: no test waits, and no plan depends on the hour. */
export type Clock = {
  readonly now: () => Date;
  /** Resolves after `ms` milliseconds; rejects when the signal fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

/** Where a cloud answers; origins without a trailing slash. */
export type Endpoints = { readonly graph: string; readonly login: string };

/** What lies outside: besides credentials the one thing that differs between the sandbox and a real tenant. */
export type Edge = {
  readonly endpoints: (cloud: Cloud) => Endpoints;
  readonly fetch: Fetch;
  /** Sends the sign-in requests; unset, they go through `fetch`. */
  readonly signInHttp?: HttpClient;
  readonly clock: Clock;
  /** Milliseconds for one exchange, in real time; 60 s when unset. */
  readonly timeout?: number;
  /** From 0 to below 1, for the jitter of waiting times; `Math.random` when unset. */
  readonly random?: () => number;
  /** Told of every wait of this edge, before it begins. */
  readonly onWait?: OnWait;
};

/** The hosts Microsoft documents for each national cloud. Tokens are always asked for these Graph origins. */
export const CLOUDS: { readonly [cloud in Cloud]: Endpoints } = {
  global: { graph: 'https://graph.microsoft.com', login: 'https://login.microsoftonline.com' },
  usgov: { graph: 'https://graph.microsoft.us', login: 'https://login.microsoftonline.us' },
  usgovdod: { graph: 'https://dod-graph.microsoft.us', login: 'https://login.microsoftonline.us' },
  china: { graph: 'https://microsoftgraph.chinacloudapi.cn', login: 'https://login.chinacloudapi.cn' },
};

/** For one exchange; generous, since a slow page of Graph takes tens of seconds. */
export const DEFAULT_TIMEOUT = 60_000;

/**
 * The real world: Microsoft's hosts per cloud, pooled connections, the system clock.
 * `AZURE_AUTHORITY_HOST` (the ecosystem's own) replaces the sign-in host and `IOSMAIL_GRAPH_ENDPOINT` the Graph
 * host, both for every cloud: for private endpoints, or for the sandbox served over HTTPS.
 * @param trust certificates (PEM) to trust besides Node's own; without it `NODE_EXTRA_CA_CERTS` counts.
 * @throws GraphFailure when an override is not an https origin.
 */
export function realEdge(env: NodeJS.ProcessEnv, trust?: string): Edge {
  const login = origin(env, 'AZURE_AUTHORITY_HOST', 'sign-in');
  const graph = origin(env, 'IOSMAIL_GRAPH_ENDPOINT', 'network');
  return {
    endpoints: (cloud) => ({ graph: graph ?? CLOUDS[cloud].graph, login: login ?? CLOUDS[cloud].login }),
    fetch: pooledFetch(env, trust),
    clock: systemClock,
  };
}

/** Nobody listens there: the fetch answers before any socket is opened. */
const IN_PROCESS: Endpoints = { graph: 'https://localhost', login: 'https://localhost' };

/** The built-in tenants in this process: the same code path, with other endpoints behind the given fetch. */
export function sandboxEdge(fetch: Fetch, clock: Clock): Edge {
  return { endpoints: () => IN_PROCESS, fetch, signInHttp: httpClientOver(fetch), clock };
}

/** Fires never: for a sleep that a stop must not cut short. */
export const TO_ITS_END: AbortSignal = new AbortController().signal;

/** The same clock, whose sleeps end with the stop's reason, except those with a signal of their own. */
export function stoppable(clock: Clock, stop: AbortSignal): Clock {
  return { now: clock.now, sleep: (ms, signal = stop) => clock.sleep(ms, signal) };
}

const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

function origin(env: NodeJS.ProcessEnv, name: string, reason: 'sign-in' | 'network'): string | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const plain = url?.username === '' && url.pathname === '/' && url.search === '' && url.hash === '';
  if (url?.protocol !== 'https:' || !plain) {
    throw new GraphFailure(
      reason,
      `${name} is not an https address of a host.`,
      `Set ${name} to something like https://host.example, without a path, or unset it.`,
    );
  }
  return url.origin;
}

/** Lets the credentials of @azure/identity send their requests through a `fetch`. Fails when no answer arrives. */
export function httpClientOver(fetch: Fetch, timeout: number = DEFAULT_TIMEOUT): HttpClient {
  return {
    sendRequest: async (request) => {
      const init = {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        ...(typeof request.body === 'string' ? { body: request.body } : {}),
      };
      const answer = await exchange(fetch, request.url, init, { timeout, maxBytes: 1024 * 1024 });
      if (!answer.arrived) throw new Error(`${new URL(request.url).host}: ${answer.detail}`);
      return {
        request,
        status: answer.status,
        headers: pipelineHeaders(answer.headers),
        bodyAsText: answer.text,
      };
    },
  };
}

type PipelineHeaders = Awaited<ReturnType<HttpClient['sendRequest']>>['headers'];

/** Fetch's headers in the shape the pipeline of @azure/identity wants. */
function pipelineHeaders(headers: Headers): PipelineHeaders {
  return {
    get: (name) => headers.get(name) ?? undefined,
    has: (name) => headers.has(name),
    set: (name, value) => headers.set(name, String(value)),
    delete: (name) => headers.delete(name),
    toJSON: () => Object.fromEntries(headers.entries()),
    [Symbol.iterator]: () => headers.entries(),
  };
}
