import type { Json } from '../../src/core/json.ts';
import type { Clock } from '../../src/graph/edge.ts';
import { forTerminal } from '../../src/render/safe.ts';
import { readToken } from '../../src/sandbox/token.ts';

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** One exchange as it left the tool. */
export type Sent = {
  readonly method: string;
  /** From the root of the host, `/v1.0` included. */
  readonly path: string;
  readonly body?: Json;
  /** The application permissions in the token; unset for sign-in. */
  readonly roles?: readonly string[];
  /** By the clock of the scenario, in milliseconds. */
  readonly at: number;
  /** 0 when the connection broke. */
  status: number;
};

/** Writes down everything that is sent through a fetch. */
export function recordWire(fetch: Fetch, clock: Clock): { readonly wire: Sent[]; readonly fetch: Fetch } {
  const wire: Sent[] = [];
  const recorded: Fetch = async (input, init) => {
    const request = new Request(input instanceof Request ? input.clone() : input, init);
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    const roles = token === undefined ? undefined : readToken(token)?.claims.roles;
    const sent: Sent = {
      method: request.method,
      path: pathname + search,
      ...(text !== '' && pathname.startsWith('/v1.0/') ? { body: JSON.parse(text) as Json } : {}),
      ...(roles === undefined ? {} : { roles }),
      at: clock.now().getTime(),
      status: 0,
    };
    wire.push(sent);
    const response = await fetch(input, init);
    sent.status = response.status;
    return response;
  };
  return { wire, fetch: recorded };
}

const ROOT = '/v1.0';

function isBatch({ method, path }: Sent): boolean {
  return method === 'POST' && path === `${ROOT}/$batch`;
}

/** The requests inside a batch. */
function itemsOf(sent: Sent): readonly { readonly method: string; readonly url: string }[] {
  const { requests } = (sent.body ?? {}) as { requests?: { method: string; url: string }[] };
  return requests ?? [];
}

/** What asked Graph for anything but a look, batch items included; sign-in is no Graph request. */
export function writesIn(wire: readonly Sent[]): readonly Sent[] {
  return wire.filter((sent) =>
    isBatch(sent)
      ? itemsOf(sent).some(({ method }) => method !== 'GET')
      : sent.path.startsWith(`${ROOT}/`) && sent.method !== 'GET',
  );
}

/** Exchanges with Graph, sign-in apart. */
export function graphExchanges(wire: readonly Sent[]): readonly Sent[] {
  return wire.filter(({ path }) => path.startsWith(`${ROOT}/`));
}

/** A write as the plan spells it. */
export function asRequest({ method, path, body }: Sent): { method: string; path: string; body?: Json } {
  return { method, path: path.slice(ROOT.length), ...(body === undefined ? {} : { body }) };
}

/**
 * The writes for a reader: in order, with bodies, and the time that passes between them while the tool waits and reads.
 * @param names what the object ids stand for.
 */
export function wireText(wire: readonly Sent[], names: ReadonlyMap<string, string>): string {
  const writes = writesIn(wire);
  if (writes.length === 0) return 'No write was sent.\n';
  const lines = writes.flatMap((write, index) => {
    const from = index === 0 ? undefined : wire.indexOf(writes[index - 1] as Sent);
    const between = wire.slice(from === undefined ? 0 : from + 1, wire.indexOf(write));
    const since = (from === undefined ? wire[0] : wire[from])?.at ?? write.at;
    const reads = graphExchanges(between).length;
    const waited = Math.round((write.at - since) / 1000);
    const pause = waited === 0 ? [] : [`        ${waited} s pass, in which Graph is read ${reads} times`, ''];
    const { method, path, body } = asRequest(write);
    return [
      ...pause,
      `${method} ${path}`,
      ...(body === undefined ? [] : [JSON.stringify(body)]),
      `        ${write.status}`,
      '',
    ];
  });
  const text = lines.join('\n');
  const legend = [...names]
    .filter(([id]) => text.includes(id))
    .map(([id, name]) => `${id}  ${forTerminal(name)}`);
  return `${text}${legend.length === 0 ? '' : `\n${legend.join('\n')}\n`}`;
}
