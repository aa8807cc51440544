import type { Json } from '../core/json.ts';
import { type Answer, badRequest, errorBody, GraphError, insufficientPrivileges } from './answers.ts';
import type { Actor } from './audit.ts';
import { guid } from './ids.ts';
import { allows } from './permissions.ts';
import { parseQuery } from './query.ts';
import { findRoute, isKnownRoot, segmentsOf } from './routes.ts';
import { newStore } from './store.ts';
import type { Tenant } from './tenant.ts';
import { readToken } from './token.ts';

/** One request below `/v1.0`, alone or out of a batch. `path` carries the query and is relative to the version. */
export type Call = {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  /** The body as text or, in a batch, as JSON. */
  readonly body: string | Json | undefined;
  readonly origin: string;
  readonly now: Date;
  /** Answer as if it was done, and do nothing. */
  readonly discard?: boolean;
};

/** Who is asking: the tenant, the permissions of a token, and what the audit log calls whoever has it. */
export type Caller = { readonly tenant: Tenant; readonly roles: ReadonlySet<string>; readonly actor: Actor };

const GRAPH_HOSTS = new Set([
  'graph.microsoft.com',
  'graph.microsoft.us',
  'dod-graph.microsoft.us',
  'microsoftgraph.chinacloudapi.cn',
]);

function unauthenticated(message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message);
}

/** Who a request's token speaks for. @throws GraphError 401 */
export function authenticate(tenants: Iterable<Tenant>, headers: Headers, origin: string, now: Date): Caller {
  const header = headers.get('authorization') ?? '';
  if (!/^bearer ./i.test(header)) throw unauthenticated('Access token is empty.');
  const claims = readToken(header.slice('bearer '.length))?.claims;
  if (!claims) throw unauthenticated('CompactToken parsing failed with error code: 80049217');
  if ((claims.exp ?? 0) * 1000 <= now.getTime()) {
    throw unauthenticated('Lifetime validation failed, the token is expired.');
  }
  const host = new URL(origin).hostname;
  const audience = URL.canParse(claims.aud ?? '') ? new URL(claims.aud ?? '').hostname : '';
  // A real Graph takes tokens for itself only; on this machine any cloud's name will do.
  if (audience !== host && !(isLoopback(host) && (GRAPH_HOSTS.has(audience) || isLoopback(audience)))) {
    throw unauthenticated('Access token validation failure. Invalid audience.');
  }
  for (const tenant of tenants) {
    if (tenant.id !== claims.tid) continue;
    const { appid = '', app_displayname: displayName = '', oid: servicePrincipalId = '' } = claims;
    const actor: Actor = { kind: 'app', appId: appid, displayName, servicePrincipalId };
    return { tenant, roles: new Set(claims.roles ?? []), actor };
  }
  throw unauthenticated('The identity of the calling application could not be established.');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

/** How often each tenant was asked. */
const turns = new WeakMap<Tenant, number>();

/**
 * Answers one call for a caller who is known: permission, query, handler. Never throws a GraphError.
 * `committed` is called after a write that took.
 */
export function answerCall(caller: Caller, call: Call, committed: (body: Json) => void): Answer {
  try {
    return handle(caller, call, committed);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return refusal(error, call.now);
  }
}

/** An error as an answer. */
export function refusal(error: GraphError, now: Date): Answer {
  const requestId = guid('request', now.toISOString(), error.message);
  return { status: error.status, body: errorBody(error, requestId, now), headers: error.headers };
}

function handle(caller: Caller, call: Call, committed: (body: Json) => void): Answer {
  const { tenant } = caller;
  const [rawPath = '', search = ''] = splitQuery(call.path);
  const segments = segmentsOf(rawPath);
  const found = findRoute(call.method, segments);
  if (!found) throw unknownPath(call.method, segments);
  const roles = new Set([...caller.roles].filter((role) => !tenant.settings.refuse?.includes(role)));
  const path = `/${segments.join('/')}`.toLowerCase();
  const refused = tenant.settings.refuse?.some(
    (each) => each.startsWith('/') && path.startsWith(each.toLowerCase()),
  );
  if (refused || !allows(found.route.allowed, roles)) throw insufficientPrivileges();
  const turn = turns.get(tenant) ?? 0;
  turns.set(tenant, turn + 1);
  const body = parseBody(call);
  const answer = found.route.handle({
    tenant,
    now: call.now,
    params: found.params,
    query: parseQuery(new URLSearchParams(search)),
    headers: call.headers,
    body,
    root: `${call.origin}/v1.0`,
    path: rawPath,
    roles,
    store: newStore(call.now, call.discard === true, caller.actor),
    turn,
  });
  if (call.method !== 'GET' && !QUESTIONS.has(path) && call.discard !== true) committed(body);
  return answer;
}

/** Posted, and yet nothing is written. */
const QUESTIONS: ReadonlySet<string> = new Set([
  '/directoryobjects/getbyids',
  '/identity/conditionalaccess/evaluate',
]);

function splitQuery(path: string): [string, string] {
  const at = path.indexOf('?');
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at + 1)];
}

function parseBody(call: Call): { readonly [name: string]: Json } {
  const { body, method } = call;
  if (body === undefined || body === '') {
    if (method === 'POST' || method === 'PATCH') throw badRequest('Empty Payload. JSON content expected.');
    return {};
  }
  if (!/^application\/json\b/i.test(call.headers.get('content-type') ?? '')) {
    throw new GraphError(
      400,
      'Request_BadRequest',
      'Write requests must contain the Content-Type header declaration.',
    );
  }
  let value: Json;
  try {
    value = typeof body === 'string' ? JSON.parse(body) : body;
  } catch {
    throw badRequest(
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('A JSON object is expected.');
  return value as { readonly [name: string]: Json };
}

function unknownPath(method: string, segments: readonly string[]): GraphError {
  const [root = '', last = root] = [segments[0], segments.at(-1)];
  const elsewhere = ['GET', 'POST', 'PATCH', 'DELETE'].some(
    (each) => each !== method && findRoute(each, segments),
  );
  if (elsewhere)
    return new GraphError(
      405,
      'Request_BadRequest',
      'Specified HTTP method is not allowed for the request target.',
    );
  return isKnownRoot(segments)
    ? new GraphError(400, 'BadRequest', `Resource not found for the segment '${last}'.`)
    : new GraphError(404, 'ResourceNotFound', `Resource not found for the segment '${root}'.`);
}
