import type { Json } from '../core/json.ts';
import type { Answer, ReadRequest } from '../core/request.ts';
import { broken, type ItemAnswer } from './batch.ts';
import { GraphFailure } from './failure.ts';
import { graphError, isObject } from './graph-error.ts';
import { VERSION } from './wire.ts';

/** One read on its way to its last page. */
export type PendingRead = {
  readonly request: ReadRequest;
  /** What to ask for next, relative to the API version. */
  readonly url: string;
  /** Grows from page to page, as `seen` does: a long list would be copied thousands of times. */
  readonly entries: Json[];
  readonly seen: Set<string>;
};

/** Endless links that never repeat are stopped here. */
const MAX_PAGES = 10_000;
/** No list of a tenant that is asked for comes near this. */
const MAX_ENTRIES = 1_000_000;

/** A tenant without the licence for an API is told by this code, whatever the status. */
const NO_LICENCE = 'Authentication_RequestFromNonPremiumTenantOrB2CTenant';

/** A read before its first page. */
export function begin(request: ReadRequest): PendingRead {
  const [url = ''] = request.method === 'POST' ? request.path.split('#') : [request.path];
  return { request, url, entries: [], seen: new Set([url]) };
}

/**
 * What an answer makes of a read: its final answer, or the reading of the next page.
 * @param graph the origin that links must point to.
 * @throws GraphFailure when the answer is broken, or Graph says the request is wrong.
 */
export function advance(pending: PendingRead, answer: ItemAnswer, graph: string): Answer | PendingRead {
  const { request } = pending;
  if (answer.status === 200) return accept(pending, answer.body, graph);
  const { code, message, requestId } = graphError(answer.status, answer.body);
  if (answer.status === 404) {
    if (pending.seen.size > 1)
      throw broken(`${request.what}: a page is gone while the pages before it are there`);
    return { kind: 'absent' };
  }
  // A question is asked beside reads that do without its answer: one that is not understood must not fail them all.
  const misunderstood = request.method === 'POST' && answer.status === 400;
  if (answer.status === 401 || answer.status === 403 || code === NO_LICENCE || misunderstood) {
    return { kind: 'refused', status: answer.status, code, message };
  }
  throw new GraphFailure(
    'rejected',
    `Microsoft Graph did not accept the read of ${request.what}: ${answer.status} ${code}: ${message} (${request.method} ${request.path})`,
    'This is a mistake of iosmail or a change of Microsoft Graph: please report it with this message.',
    { status: answer.status, code, ...(requestId === undefined ? {} : { requestId }) },
  );
}

function accept(pending: PendingRead, body: Json | undefined, graph: string): Answer | PendingRead {
  const { request } = pending;
  if (request.shape === 'count') return { kind: 'found', value: countOf(request, body) };
  if (!isObject(body)) throw broken(`${request.what}: the answer is not an object`);
  if (request.shape === 'one') return { kind: 'found', value: body };
  if (!Array.isArray(body.value)) throw broken(`${request.what}: the answer is not a list`);
  const { entries, seen } = pending;
  if (entries.length + body.value.length > MAX_ENTRIES)
    throw broken(`${request.what}: the list does not end`);
  for (const each of body.value) entries.push(each);
  const next = body['@odata.nextLink'];
  if (next === undefined) return { kind: 'found', value: entries };
  if (request.pages !== undefined && seen.size >= request.pages.most)
    return { kind: 'found', value: entries, cut: true };
  const url = nextUrl(request, next, graph);
  if (seen.has(url)) throw broken(`${request.what}: the pages lead in a circle`);
  if (seen.size >= MAX_PAGES) throw broken(`${request.what}: the pages do not end`);
  seen.add(url);
  return { request, url, entries, seen };
}

/** Text does not travel in a batch as such: a number, its digits, or their base64. */
function countOf(request: ReadRequest, body: Json | undefined): number {
  const text = typeof body === 'number' ? String(body) : typeof body === 'string' ? body.trim() : '';
  const digits = /^\d+$/.test(text)
    ? text
    : Buffer.from(text, 'base64')
        .toString('utf8')
        .replace(/^\uFEFF/, '');
  const count = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw broken(`${request.what}: the answer is not a number`);
  return count;
}

/**
 * The next page relative to the API version, so that it fits into a batch. The link is opaque and kept as it is
 * written, but must lead to the Graph we speak to: whatever it leads to is asked with our token.
 */
function nextUrl(request: ReadRequest, next: Json, graph: string): string {
  if (typeof next !== 'string' || !URL.canParse(next))
    throw broken(`${request.what}: the link to the next page is none`);
  const url = new URL(next);
  const ours = url.origin === new URL(graph).origin && url.username === '' && url.password === '';
  if (!ours || !url.pathname.startsWith(`/${VERSION}/`)) {
    throw broken(`${request.what}: the next page is elsewhere, at ${url.origin}`);
  }
  const path = next.slice(next.indexOf('/', 'https://'.length));
  return path.slice(`/${VERSION}`.length);
}
