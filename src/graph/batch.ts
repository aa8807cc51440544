import type { Json } from '../core/json.ts';
import { GraphFailure } from './failure.ts';
import { isObject, parseJson } from './graph-error.ts';

/** Graph takes no more requests in one `$batch`. */
export const BATCH_SIZE = 20;

/** A GET that travels in a batch, or a question with its body; `url` is relative to the API version. */
export type BatchItem = { readonly url: string; readonly eventual?: true; readonly question?: Json };

/** What Graph answered to one item. */
export type ItemAnswer = {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Json | undefined;
};

/** The body of a `$batch`: GETs and questions, numbered from 1 in the given order. */
export function batchBody(items: readonly BatchItem[]): Json {
  return {
    requests: items.map((item, index) => ({
      id: String(index + 1),
      method: item.question === undefined ? 'GET' : 'POST',
      url: item.url,
      headers: {
        'Accept-Language': 'en-US',
        ...(item.eventual ? { ConsistencyLevel: 'eventual' } : {}),
        ...(item.question === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(item.question === undefined ? {} : { body: item.question }),
    })),
  };
}

/**
 * Sorts the answers, which come in any order, by item.
 * @throws GraphFailure `broken-answer` unless there is exactly one answer to each item.
 */
export function batchAnswers(text: string, count: number): readonly ItemAnswer[] {
  const body = parseJson(text);
  const responses = isObject(body) ? body.responses : undefined;
  if (!Array.isArray(responses)) throw broken('the answer to a batch is not the JSON it should be');
  const byId = new Map<string, ItemAnswer>();
  for (const response of responses) {
    const id = isObject(response) ? response.id : undefined;
    if (!isObject(response) || typeof id !== 'string' || typeof response.status !== 'number') {
      throw broken('a part of a batch has no id or no status');
    }
    if (byId.has(id)) throw broken('two parts of a batch answer the same request');
    byId.set(id, { status: response.status, headers: headersOf(response.headers), body: response.body });
  }
  if (byId.size > count) throw broken('a batch answers requests that were not made');
  return Array.from({ length: count }, (_, index) => {
    const answer = byId.get(String(index + 1));
    if (answer === undefined) throw broken('a batch leaves a request unanswered');
    return answer;
  });
}

function headersOf(headers: Json | undefined): ReadonlyMap<string, string> {
  const entries = isObject(headers) ? Object.entries(headers) : [];
  return new Map(
    entries.flatMap(([name, value]) =>
      // What is neither is no header; putting it into text could go on without end.
      typeof value === 'string' || typeof value === 'number' ? [[name.toLowerCase(), String(value)]] : [],
    ),
  );
}

/** An answer that is not what Graph promises; nothing may be concluded from it. */
export function broken(what: string): GraphFailure {
  return new GraphFailure(
    'broken-answer',
    `Microsoft Graph's answer cannot be trusted: ${what}.`,
    'Run again; if it stays, check what stands between here and Microsoft Graph (proxy, TLS inspection).',
  );
}
