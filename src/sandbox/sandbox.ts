import type { Json } from '../core/json.ts';
import { type Answer, GraphError } from './answers.ts';
import { answerExchange, callerOf } from './dispatch.ts';
import type { Fault } from './fault.ts';
import type { Tenant } from './tenant.ts';
import { builtInTenants } from './tenants.ts';

/** One HTTP exchange that came in; `items` are the requests inside a batch, in the order they were sent. */
type Exchange = {
  readonly method: string;
  /** With its query, from the root of the host. */
  readonly path: string;
  /** 0 when the connection was broken instead of answered. */
  status: number;
  tenant?: string;
  items?: { readonly method: string; readonly path: string; status: number }[];
};

/** Where a fault may strike: an exchange or, with `item`, one request inside a batch. Writes count like reads. */
type FaultPoint = {
  /** Counts exchanges from 0, sign-in included; an item has the index of its exchange. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly tenant?: Tenant;
  readonly item?: true;
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
  const caller = callerOf(sandbox.tenants.values(), request.headers, url, now);
  const tenant = caller && !(caller instanceof GraphError) ? caller.tenant : undefined;
  if (tenant) entry.tenant = tenant.name;
  const point = { index, ...(tenant ? { tenant } : {}) };
  const fault = sandbox.fault?.({ ...point, method: entry.method, path: entry.path });
  if (fault?.kind === 'reset-before') throw broken();
  const answer =
    fault?.kind === 'answer'
      ? fault
      : answerExchange(caller, {
          tenants: sandbox.tenants.values(),
          method: request.method,
          url,
          headers: request.headers,
          text,
          now,
          discard: fault?.kind === 'discard',
          itemFault: (item) => sandbox.fault?.({ ...point, ...item, item: true }),
          itemsLogged: (items) => {
            entry.items = items;
          },
          committed: (at, written) => sandbox.onCommit?.(at, written),
        });
  if (fault?.kind === 'reset-after') throw broken();
  entry.status = answer.status;
  return respond(answer, fault?.kind === 'truncate');
}

function respond(answer: Answer, truncate: boolean): Response {
  const plain = answer.headers?.['Content-Type'] === 'text/plain';
  const text = answer.body === undefined ? null : plain ? String(answer.body) : JSON.stringify(answer.body);
  const type = plain ? 'text/plain' : 'application/json;odata.metadata=minimal;charset=utf-8';
  const cut = truncate && text !== null ? text.slice(0, Math.floor(text.length / 2)) : text;
  const headers = new Headers(text === null ? {} : { 'content-type': type });
  // One by one: names that differ in case are one header, and two values of it would be joined.
  for (const [name, value] of Object.entries(answer.headers ?? {})) headers.set(name, value);
  return new Response(cut, { status: answer.status, headers });
}
