import type { Json } from '../core/json.ts';
import { type Answer, GraphError, tooManyRequests } from './answers.ts';
import { type BatchItem, parseBatch, runBatch } from './batch.ts';
import { answerCall, authenticate, type Call, type Caller, refusal } from './graph.ts';
import { signIn } from './signin.ts';
import type { Tenant } from './tenant.ts';
import { builtInTenants } from './tenants.ts';

/** One HTTP exchange that came in; `items` are the requests inside a batch, in the order they were sent. */
export type Exchange = {
  readonly method: string;
  /** With its query, from the root of the host. */
  readonly path: string;
  /** 0 when the connection was broken instead of answered. */
  status: number;
  tenant?: string;
  items?: { readonly method: string; readonly path: string; status: number }[];
};

/** Where a fault may strike: an exchange or, with `item`, one request inside a batch. Writes count as any other. */
export type FaultPoint = {
  /** Counts exchanges from 0, sign-in included; an item has the index of its exchange. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly tenant?: Tenant;
  readonly item?: true;
};

/**
 * `reset-before`: the connection breaks, nothing was done · `reset-after`: it was done, the answer is lost · `answer`:
 * this answer instead of doing it · `discard`: answered as if done, and not done · `truncate`: the answer breaks off.
 * Inside a batch a broken connection is a 504 of the item.
 */
export type Fault =
  | { readonly kind: 'reset-before' | 'reset-after' | 'discard' | 'truncate' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: { readonly [name: string]: string };
      readonly body?: Json;
    };

export type Sandbox = {
  /** Entra's sign-in endpoints and Graph v1.0. Hosts are ignored, only paths count. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** By name; a test or "the portal" reads and edits them directly. */
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** Every exchange, in order of arrival. */
  readonly log: Exchange[];
  /** Called after every write that took. */
  onCommit?: (
    tenant: Tenant,
    request: { readonly method: string; readonly path: string; readonly body: Json },
  ) => void;
  /** Asked before each exchange and each item of a batch: what goes wrong here. */
  fault?: (point: FaultPoint) => Fault | undefined;
};

/**
 * Tenants behind the wire.
 * @param options.now the sandbox's clock: tokens, lag and dates of new objects hang on it; default: the real one
 * @param options.tenants default: fresh copies of the eight built-in ones
 */
export function createSandbox(
  options: { readonly now?: () => Date; readonly tenants?: readonly Tenant[] } = {},
): Sandbox {
  const now = options.now ?? (() => new Date());
  const tenants = new Map((options.tenants ?? builtInTenants()).map((tenant) => [tenant.name, tenant]));
  const log: Exchange[] = [];
  const sandbox: Sandbox = {
    tenants,
    log,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const text = await request.text();
      request.signal.throwIfAborted();
      return exchange(sandbox, request, text, now());
    },
  };
  return sandbox;
}

/** What `fetch` throws where a connection breaks. */
function broken(): TypeError {
  return new TypeError('fetch failed', {
    cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
  });
}

function exchange(sandbox: Sandbox, request: Request, text: string, now: Date): Response {
  const url = new URL(request.url);
  const entry: Exchange = { method: request.method, path: url.pathname + url.search, status: 0 };
  const index = sandbox.log.push(entry) - 1;
  const caller = callerOf(sandbox, request, url, now);
  if (caller && !(caller instanceof GraphError)) entry.tenant = caller.tenant.name;
  const known = caller && !(caller instanceof GraphError) ? { tenant: caller.tenant } : {};
  const fault = sandbox.fault?.({ index, method: entry.method, path: entry.path, ...known });
  if (fault?.kind === 'reset-before') throw broken();
  const answer =
    fault?.kind === 'answer'
      ? fault
      : answerOf(sandbox, { request, url, text, now, index, entry }, caller, fault?.kind === 'discard');
  if (fault?.kind === 'reset-after') throw broken();
  entry.status = answer.status;
  return respond(answer, fault?.kind === 'truncate');
}

type Incoming = {
  readonly request: Request;
  readonly url: URL;
  readonly text: string;
  readonly now: Date;
  readonly index: number;
  readonly entry: Exchange;
};

/** Who asks Graph; undefined for the sign-in endpoints. */
function callerOf(sandbox: Sandbox, request: Request, url: URL, now: Date): Caller | GraphError | undefined {
  if (!url.pathname.startsWith('/v1.0/')) return undefined;
  try {
    return authenticate(sandbox.tenants.values(), request.headers, url.origin, now);
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
}

function answerOf(
  sandbox: Sandbox,
  incoming: Incoming,
  caller: Caller | GraphError | undefined,
  discard: boolean,
): Answer {
  const { request, url, text, now } = incoming;
  if (caller === undefined) return answerSignIn(sandbox, incoming);
  if (caller instanceof GraphError) return refusal(caller, now);
  const throttled = throttle(caller.tenant, 'exchange');
  if (throttled) return refusal(throttled, now);
  const path = url.pathname.slice('/v1.0'.length);
  if (path === '/$batch' && request.method === 'POST') return answerBatch(sandbox, incoming, caller);
  const call: Call = {
    method: request.method,
    path: path + url.search,
    headers: request.headers,
    body: text,
    origin: url.origin,
    now,
    discard,
  };
  return answerCall(caller, call, committed(sandbox, caller, call));
}

function committed(sandbox: Sandbox, caller: Caller, call: Call): (body: Json) => void {
  return (body) => sandbox.onCommit?.(caller.tenant, { method: call.method, path: call.path, body });
}

function answerSignIn(sandbox: Sandbox, incoming: Incoming): Answer {
  const { request, url, text, now } = incoming;
  const [, segment = '', rest = ''] = /^\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
  const endpoint =
    rest === 'v2.0/.well-known/openid-configuration' && request.method === 'GET'
      ? 'discovery'
      : rest === 'oauth2/v2.0/token' && request.method === 'POST'
        ? 'token'
        : undefined;
  if (!endpoint)
    return refusal(new GraphError(404, 'ResourceNotFound', `No such resource: ${url.pathname}`), now);
  const { status, body } = signIn(
    sandbox.tenants.values(),
    { segment, endpoint, origin: url.origin, form: text },
    now,
  );
  return { status, body: body as Json };
}

function answerBatch(sandbox: Sandbox, incoming: Incoming, caller: Caller): Answer {
  const { entry, now, text } = incoming;
  try {
    const items = parseBatch(text);
    const logged = items.map((item) => ({ method: item.method, path: item.url, status: 0 }));
    entry.items = logged;
    const body = runBatch(items, (item) => {
      const answer = answerItem(sandbox, incoming, caller, item);
      const line = logged[items.indexOf(item)];
      if (line) line.status = answer.status;
      return answer;
    });
    return { status: 200, body };
  } catch (error) {
    if (error instanceof GraphError) return refusal(error, now);
    throw error;
  }
}

function answerItem(sandbox: Sandbox, incoming: Incoming, caller: Caller, item: BatchItem): Answer {
  const { url, now, index } = incoming;
  const { tenant } = caller;
  const fault = sandbox.fault?.({ index, method: item.method, path: item.url, tenant, item: true });
  const lost = refusal(new GraphError(504, 'GatewayTimeout', 'The request timed out.'), now);
  if (fault?.kind === 'reset-before') return lost;
  if (fault?.kind === 'answer') return fault;
  const throttled = throttle(tenant, 'item');
  if (throttled) return refusal(throttled, now);
  const call: Call = {
    method: item.method,
    path: item.url,
    headers: new Headers(item.headers),
    body: item.body,
    origin: url.origin,
    now,
    discard: fault?.kind === 'discard',
  };
  const answer = answerCall(caller, call, committed(sandbox, caller, call));
  return fault?.kind === 'reset-after' ? lost : answer;
}

function throttle(tenant: Tenant, where: 'exchange' | 'item'): GraphError | undefined {
  const { throttle } = tenant.settings;
  if (!throttle || throttle.where !== where || throttle.remaining <= 0) return undefined;
  throttle.remaining--;
  return tooManyRequests(throttle.retryAfter);
}

function respond(answer: Answer, truncate: boolean): Response {
  const plain = answer.headers?.['Content-Type'] === 'text/plain';
  const text = answer.body === undefined ? null : plain ? String(answer.body) : JSON.stringify(answer.body);
  const type = plain ? 'text/plain' : 'application/json;odata.metadata=minimal;charset=utf-8';
  const cut = truncate && text !== null ? text.slice(0, Math.floor(text.length / 2)) : text;
  return new Response(cut, {
    status: answer.status,
    headers: { ...(text === null ? {} : { 'content-type': type }), ...answer.headers },
  });
}
