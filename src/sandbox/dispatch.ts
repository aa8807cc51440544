import type { Json } from '../core/json.ts';
import { type Answer, GraphError, tooManyRequests } from './answers.ts';
import { type BatchItem, parseBatch, runBatch } from './batch.ts';
import type { Fault } from './fault.ts';
import { answerCall, authenticate, type Call, type Caller, refusal } from './graph.ts';
import { signIn } from './signin.ts';
import type { Tenant } from './tenant.ts';

type LoggedItem = { readonly method: string; readonly path: string; status: number };

/** One exchange as it came in, and what the sandbox wants to know of it meanwhile. */
type Incoming = {
  readonly tenants: Iterable<Tenant>;
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly text: string;
  readonly now: Date;
  /** Answer as if writes were done, and do none. */
  readonly discard: boolean;
  readonly itemFault: (item: { readonly method: string; readonly path: string }) => Fault | undefined;
  readonly itemsLogged: (items: LoggedItem[]) => void;
  readonly committed: (
    tenant: Tenant,
    written: { readonly method: string; readonly path: string; readonly body: Json },
  ) => void;
};

/** Who asks Graph, or why nobody is known; undefined for the sign-in endpoints. */
export function callerOf(
  tenants: Iterable<Tenant>,
  headers: Headers,
  url: URL,
  now: Date,
): Caller | GraphError | undefined {
  if (!url.pathname.startsWith('/v1.0/')) return undefined;
  try {
    return authenticate(tenants, headers, url.origin, now);
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
}

/** Answers sign-in, a single Graph request or a batch. */
export function answerExchange(caller: Caller | GraphError | undefined, incoming: Incoming): Answer {
  const { method, url, headers, text, now } = incoming;
  if (caller === undefined) return answerSignIn(incoming);
  if (caller instanceof GraphError) return refusal(caller, now);
  const throttled = throttle(caller.tenant, 'exchange');
  if (throttled) return refusal(throttled, now);
  const path = url.pathname.slice('/v1.0'.length);
  if (path === '/$batch' && method === 'POST') return answerBatch(incoming, caller);
  return answer(incoming, caller, {
    method,
    path: path + url.search,
    headers,
    body: text,
    origin: url.origin,
    now,
    discard: incoming.discard,
  });
}

function answer(incoming: Incoming, caller: Caller, call: Call): Answer {
  const { method, path } = call;
  return answerCall(caller, call, (body) => incoming.committed(caller.tenant, { method, path, body }));
}

function answerSignIn({ tenants, method, url, text, now }: Incoming): Answer {
  const [, segment = '', rest = ''] = /^\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
  const endpoint =
    rest === 'v2.0/.well-known/openid-configuration' && method === 'GET'
      ? 'discovery'
      : rest === 'oauth2/v2.0/token' && method === 'POST'
        ? 'token'
        : undefined;
  if (!endpoint) {
    return refusal(new GraphError(404, 'ResourceNotFound', `No such resource: ${url.pathname}`), now);
  }
  const { status, body } = signIn(tenants, { segment, endpoint, origin: url.origin, form: text }, now);
  return { status, body: body as Json };
}

function answerBatch(incoming: Incoming, caller: Caller): Answer {
  const { now, text } = incoming;
  try {
    const items = parseBatch(text);
    const logged = items.map((item) => ({ method: item.method, path: item.url, status: 0 }));
    incoming.itemsLogged(logged);
    const body = runBatch(items, (item) => {
      const answered = answerItem(incoming, caller, item);
      const line = logged[items.indexOf(item)];
      if (line) line.status = answered.status;
      return answered;
    });
    return { status: 200, body };
  } catch (error) {
    if (error instanceof GraphError) return refusal(error, now);
    throw error;
  }
}

function answerItem(incoming: Incoming, caller: Caller, item: BatchItem): Answer {
  const { url, now } = incoming;
  const fault = incoming.itemFault({ method: item.method, path: item.url });
  const lost = refusal(new GraphError(504, 'GatewayTimeout', 'The request timed out.'), now);
  if (fault?.kind === 'reset-before') return lost;
  if (fault?.kind === 'answer') return fault;
  const throttled = throttle(caller.tenant, 'item');
  if (throttled) return refusal(throttled, now);
  const answered = answer(incoming, caller, {
    method: item.method,
    path: item.url,
    headers: new Headers(item.headers),
    body: item.body,
    origin: url.origin,
    now,
    discard: incoming.discard || fault?.kind === 'discard',
  });
  return fault?.kind === 'reset-after' ? lost : answered;
}

function throttle(tenant: Tenant, where: 'exchange' | 'item'): GraphError | undefined {
  const { throttle } = tenant.settings;
  if (!throttle || throttle.where !== where || throttle.remaining <= 0) return undefined;
  throttle.remaining--;
  return tooManyRequests(throttle.retryAfter);
}
