import type { Json } from '../core/json.ts';
import { type Answer, GraphError } from './answers.ts';

/** One item of a JSON batch. */
export type BatchItem = {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: Json;
  readonly dependsOn: readonly string[];
};

const MAX_ITEMS = 20;

function malformed(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}

/** The items of a `$batch` body. @throws GraphError 400: not a batch, more than 20 items, an id twice, unknown `dependsOn` */
export function parseBatch(text: string): BatchItem[] {
  let body: { readonly requests?: unknown };
  try {
    body = JSON.parse(text);
  } catch {
    throw malformed('Invalid batch payload format.');
  }
  const { requests } = body;
  if (!Array.isArray(requests) || requests.length === 0) throw malformed('Invalid batch payload format.');
  if (requests.length > MAX_ITEMS) {
    throw new GraphError(
      400,
      'MaximumValueExceeded',
      `Number of batch request steps exceeds the maximum value of ${MAX_ITEMS}.`,
    );
  }
  const ids = new Set<string>();
  const items = requests.map((each: unknown) => {
    const item = parseItem(each);
    // Ids are matched without regard to case.
    const key = item.id.toLowerCase();
    if (ids.has(key)) throw malformed(`Batch request id '${item.id}' is used more than once.`);
    ids.add(key);
    return item;
  });
  for (const item of items) {
    if (item.dependsOn.some((id) => !ids.has(id.toLowerCase()))) {
      throw malformed(`Batch request '${item.id}' depends on a request that does not exist.`);
    }
  }
  return items;
}

function parseItem(value: unknown): BatchItem {
  const {
    id,
    method,
    url,
    headers = {},
    body,
    dependsOn = [],
  } = (value ?? {}) as { readonly [name: string]: unknown };
  if (typeof id !== 'string' || typeof method !== 'string' || typeof url !== 'string') {
    throw malformed('Every batch request needs id, method and url.');
  }
  if (/^https?:/i.test(url) || /^\/?\$batch/i.test(url))
    throw malformed(`Invalid url in batch request '${id}'.`);
  return {
    id,
    method: method.toUpperCase(),
    url: url.startsWith('/') ? url : `/${url}`,
    headers: headers as BatchItem['headers'],
    ...(body === undefined ? {} : { body: body as Json }),
    dependsOn: dependsOn as string[],
  };
}

/**
 * Answers every item: in no order a caller may count on (last one first, unless `dependsOn` says otherwise), each with
 * a status of its own. An item whose dependency failed answers 424.
 */
export function runBatch(items: readonly BatchItem[], answer: (item: BatchItem) => Answer): Json {
  const answers = new Map<string, Answer>();
  const open = new Set<string>();
  const run = (item: BatchItem): Answer => {
    const key = item.id.toLowerCase();
    const done = answers.get(key);
    if (done) return done;
    if (open.has(key)) throw malformed('The batch requests depend on each other in a circle.');
    open.add(key);
    const before = items.filter((each) =>
      item.dependsOn.some((id) => id.toLowerCase() === each.id.toLowerCase()),
    );
    const failed = before.map(run).some((each) => each.status >= 400);
    const result = failed ? FAILED_DEPENDENCY : answer(item);
    answers.set(key, result);
    return result;
  };
  const responses = items.toReversed().map((item) => {
    const { status, body, headers = {} } = run(item);
    const type = { 'Content-Type': 'application/json' };
    return {
      id: item.id,
      status,
      headers: { 'Cache-Control': 'no-cache', ...(body === undefined ? {} : type), ...headers },
      ...(body === undefined ? {} : { body }),
    };
  });
  return { responses };
}

const FAILED_DEPENDENCY: Answer = {
  status: 424,
  body: {
    error: {
      code: 'FailedDependency',
      message: 'The batch request depends on a request that failed.',
      innerError: {},
    },
  },
};
