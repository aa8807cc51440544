import { describe, expect, test } from 'vitest';
import type { Fetched, ReadRequest } from '../../../src/core/request.ts';
import { GraphFailure } from '../../../src/graph/failure.ts';
import { openReader } from '../../../src/graph/open-reader.ts';
import {
  batchOf,
  type Call,
  graphErrorBody,
  type ItemResponse,
  itemsOf,
  json,
  open,
  type WorldOptions,
  world,
} from './world.ts';

const GRAPH = 'https://graph.sandbox.localhost';

const one = (path: string): Fetched => ({
  method: 'GET',
  path,
  shape: 'one',
  what: `the thing at ${path}`,
  permission: 'Application.Read.All',
});
const list = (path: string): Fetched => ({ ...one(path), shape: 'list' });
const count = (path: string): Fetched => ({ ...one(path), shape: 'count', eventual: true });

/** Reads against a Graph that answers each item by its URL. */
async function reading(
  requests: readonly ReadRequest[],
  graph: WorldOptions['graph'],
  more: WorldOptions = {},
) {
  const here = world({ graph, ...more });
  const connection = await open(here);
  return { here, connection, answers: await openReader(connection).read(requests) };
}

async function failure(
  requests: readonly ReadRequest[],
  graph: WorldOptions['graph'],
  more: WorldOptions = {},
) {
  const here = world({ graph, ...more });
  const connection = await open(here);
  const error: unknown = await openReader(connection)
    .read(requests)
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof GraphFailure)) throw new Error(`expected a GraphFailure, got ${String(error)}`);
  return { error, here };
}

describe('packing', () => {
  test('all reads of a tenant travel in one batch of GETs, each path once', async () => {
    const { here, connection, answers } = await reading(
      [one('/a'), list('/b?$top=999'), one('/a')],
      batchOf((item) => ({ status: 200, body: item.url === '/a' ? { id: 1 } : { value: [1, 2] } })),
    );
    expect(answers).toEqual(
      new Map([
        ['/a', { kind: 'found', value: { id: 1 } }],
        ['/b?$top=999', { kind: 'found', value: [1, 2] }],
      ]),
    );
    expect(here.calls).toHaveLength(1);
    const items = itemsOf(here.calls[0]!);
    expect(items.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /a', 'GET /b?$top=999']);
    expect(connection.cost()).toEqual({ roundTrips: 1, requests: 2, signIn: 2 });
  });

  test('no reads, no round trip', async () => {
    const { here, answers } = await reading(
      [],
      batchOf(() => ({ status: 200 })),
    );
    expect(answers.size).toBe(0);
    expect(here.calls).toHaveLength(0);
  });

  test('more than twenty reads are split, and come back in the order of asking', async () => {
    const paths = Array.from({ length: 45 }, (_, index) => `/n/${index}`);
    const { here, answers } = await reading(
      paths.map(one),
      batchOf(({ url }) => ({ status: 200, body: { url } })),
    );
    expect(here.calls.map((call) => itemsOf(call).length)).toEqual([20, 20, 5]);
    expect([...answers.keys()]).toEqual(paths);
    for (const path of paths) expect(answers.get(path)).toEqual({ kind: 'found', value: { url: path } });
  });

  test('sends the token, a language Graph accepts, a request id, and advanced-query headers inside items', async () => {
    const { here } = await reading(
      [one('/a'), count('/b/$count')],
      batchOf(({ url }) => ({ status: 200, body: url === '/a' ? {} : 7 })),
    );
    const call = here.calls[0]!;
    expect(call.headers.get('authorization')).toBe(`Bearer ${here.tokens[0]}`);
    expect(call.headers.get('accept-language')).toBe('en-US');
    expect(call.headers.get('content-type')).toBe('application/json');
    expect(call.headers.get('client-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(itemsOf(call).map(({ headers }) => headers.ConsistencyLevel)).toEqual([undefined, 'eventual']);
  });
});

describe('what a reader can do', () => {
  test('read, and nothing else; every request it sends is a batch of GETs', async () => {
    const here = world({
      graph: batchOf(({ url }) => ({ status: 200, body: url.startsWith('/l') ? { value: [] } : {} })),
    });
    const reader = openReader(await open(here));
    expect(Object.keys(reader)).toEqual(['read']);
    await reader.read([one('/a'), list('/l')]);
    for (const call of here.calls) {
      expect(`${call.method} ${call.url.pathname}`).toBe('POST /v1.0/$batch');
      expect(itemsOf(call).every(({ method }) => method === 'GET')).toBe(true);
    }
  });

  test('only with a connection that signed in', () => {
    const cost = () => ({ roundTrips: 0, requests: 0, signIn: 0 });
    const forged = { tenant: { id: 'x', cloud: 'global' }, role: 'plan', clientId: undefined, cost } as const;
    expect(() => openReader(forged)).toThrow('connect()');
  });

  test('at most four batches at a time', async () => {
    let flying = 0;
    let most = 0;
    const answer = batchOf(() => ({ status: 200, body: {} }));
    await reading(
      Array.from({ length: 400 }, (_, index) => one(`/n/${index}`)),
      async (call) => {
        most = Math.max(most, ++flying);
        await new Promise((resolve) => setImmediate(resolve));
        flying--;
        return answer(call);
      },
    );
    expect(most).toBe(4);
  });
});

describe('answers', () => {
  const answerTo = async (request: ReadRequest, response: ItemResponse) =>
    (
      await reading(
        [request],
        batchOf(() => response),
      )
    ).answers.get(request.path);

  test('404 is absent, for objects and for lists below an object', async () => {
    const response = { status: 404, body: graphErrorBody('Request_ResourceNotFound', 'gone') };
    expect(await answerTo(one('/a'), response)).toEqual({ kind: 'absent' });
    expect(await answerTo(list('/a/b'), response)).toEqual({ kind: 'absent' });
  });

  test('403 and a missing licence are refusals, never an empty list', async () => {
    const denied = graphErrorBody('Authorization_RequestDenied', 'Insufficient privileges');
    expect(await answerTo(list('/a'), { status: 403, body: denied })).toEqual({
      kind: 'refused',
      status: 403,
      code: 'Authorization_RequestDenied',
      message: 'Insufficient privileges',
    });
    const licence = graphErrorBody('Authentication_RequestFromNonPremiumTenantOrB2CTenant', 'no P1');
    expect(await answerTo(list('/a'), { status: 400, body: licence })).toMatchObject({ kind: 'refused' });
    expect(await answerTo(list('/a'), { status: 403 })).toMatchObject({ kind: 'refused', code: 'http-403' });
  });

  test('400 is a failure that names path and message', async () => {
    const { error } = await failure(
      [one('/a?$filter=x')],
      batchOf(() => ({
        status: 400,
        body: graphErrorBody('Request_UnsupportedQuery', 'Unsupported Query.'),
      })),
    );
    expect(error).toMatchObject({
      reason: 'rejected',
      status: 400,
      code: 'Request_UnsupportedQuery',
      requestId: 'd3e3a3e6-9d1c-4bb3-8a0e-1d8a3c1ea001',
    });
    expect(error.message).toContain('/a?$filter=x');
    expect(error.message).toContain('Unsupported Query.');
  });

  test.each([
    ['a number', 12],
    ['digits', '12'],
    ['digits in base64', Buffer.from('12').toString('base64')],
    ['digits in base64 after a byte order mark', Buffer.from('\uFEFF12').toString('base64')],
  ])('a count comes as %s', async (_, body) => {
    expect(await answerTo(count('/a/$count'), { status: 200, body })).toEqual({ kind: 'found', value: 12 });
  });

  test.each([
    ['a count that is text', count('/a'), 'many'],
    ['a count that is absent', count('/a'), undefined],
    ['a negative count', count('/a'), -1],
    ['a fraction', count('/a'), 1.5],
    ['an object that is a list', one('/a'), []],
    ['an object that is null', one('/a'), null],
    ['an object that is text', one('/a'), 'PGh0bWw+'],
    ['a list without value', list('/a'), {}],
    ['a list whose value is an object', list('/a'), { value: {} }],
    ['a link that is no link', list('/a'), { value: [], '@odata.nextLink': 'page two' }],
    ['a link that is null', list('/a'), { value: [], '@odata.nextLink': null }],
    ['a link to another host', list('/a'), { value: [], '@odata.nextLink': 'https://graph.example/v1.0/a' }],
    [
      'a link without TLS',
      list('/a'),
      { value: [], '@odata.nextLink': 'http://graph.sandbox.localhost/v1.0/a?x' },
    ],
    [
      'a link to another version',
      list('/a'),
      { value: [], '@odata.nextLink': `${GRAPH}/beta/a?$skiptoken=x` },
    ],
    [
      'a link with a user',
      list('/a'),
      { value: [], '@odata.nextLink': 'https://me@graph.sandbox.localhost/v1.0/a' },
    ],
    ['a link to another port', list('/a'), { value: [], '@odata.nextLink': `${GRAPH}:444/v1.0/a` }],
    ['a link to itself', list('/a'), { value: [], '@odata.nextLink': `${GRAPH}/v1.0/a` }],
  ])('%s is a broken answer', async (_, request, body) => {
    const { error, here } = await failure(
      [request],
      batchOf(() => ({ status: 200, body })),
    );
    expect(error.reason).toBe('broken-answer');
    expect(here.calls).toHaveLength(1);
  });

  test('a key named __proto__ stays a key', async () => {
    const body = '{"responses":[{"id":"1","status":200,"body":{"id":"x","__proto__":{"polluted":true}}}]}';
    const { answers } = await reading([one('/a')], () => new Response(body));
    const answer = answers.get('/a');
    expect(JSON.stringify(answer)).toContain('__proto__');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get(Object(answer), 'polluted')).toBeUndefined();
  });
});

describe('broken batches', () => {
  const part = (id: string, more: object = {}) => ({ id, status: 200, body: {}, ...more });
  test.each([
    ['is not JSON', '<html>'],
    ['is cut off', '{"responses":[{"id":"1","status":200,"bo'],
    ['is null', 'null'],
    ['has no responses', '{}'],
    ['leaves an item out', JSON.stringify({ responses: [part('1')] })],
    ['answers an item twice', JSON.stringify({ responses: [part('1'), part('1'), part('2')] })],
    ['answers something else', JSON.stringify({ responses: [part('1'), part('2'), part('3')] })],
    ['has a part without status', JSON.stringify({ responses: [part('1'), { id: '2' }] })],
    ['has a part that is no object', JSON.stringify({ responses: [part('1'), 'x'] })],
  ])('a batch that %s is a broken answer', async (_, text) => {
    const { error } = await failure([one('/a'), one('/b')], () => new Response(text));
    expect(error.reason).toBe('broken-answer');
    expect(error.fix).not.toBe('');
  });

  test('a batch refused as a whole', async () => {
    const denied = await failure([one('/a')], () => json(403, graphErrorBody('Forbidden', 'no')));
    expect(denied.error).toMatchObject({ reason: 'refused', status: 403, code: 'Forbidden' });
    const wrong = await failure([one('/a')], () => json(400, graphErrorBody('BadRequest', 'Invalid batch')));
    expect(wrong.error).toMatchObject({ reason: 'rejected', status: 400 });
    const moved = await failure([one('/a')], () =>
      json(302, undefined, { Location: 'https://graph.example/' }),
    );
    expect(moved.error).toMatchObject({ reason: 'rejected', status: 302 });
  });
});

describe('paging', () => {
  const paged = (pages: Record<string, readonly [readonly number[], string?]>) =>
    batchOf(({ url }) => {
      const found = pages[url];
      if (found === undefined) return { status: 404 };
      const [value, next] = found;
      return {
        status: 200,
        body: { value, ...(next === undefined ? {} : { '@odata.nextLink': GRAPH + next }) },
      };
    });

  test('links of all lists are followed side by side, kept as they are written', async () => {
    const pages: Record<string, object> = {
      '/a?$top=2': { value: [1, 2], '@odata.nextLink': `${GRAPH}/v1.0/a?$top=2&$skiptoken=X%27'y` },
      "/a?$top=2&$skiptoken=X%27'y": { value: [], '@odata.nextLink': `${GRAPH}/v1.0/a?p=3` },
      '/a?p=3': { value: [3] },
      '/b': { value: ['x'], '@odata.nextLink': `${GRAPH}/v1.0/b?p=2` },
      '/b?p=2': { value: ['y'] },
      '/c': { id: 'c' },
    };
    const { here, answers } = await reading(
      [list('/a?$top=2'), list('/b'), one('/c')],
      batchOf(({ url }) => ({ status: 200, body: pages[url] })),
    );
    expect(answers.get('/a?$top=2')).toEqual({ kind: 'found', value: [1, 2, 3] });
    expect(answers.get('/b')).toEqual({ kind: 'found', value: ['x', 'y'] });
    expect(here.calls.map((call) => itemsOf(call).map(({ url }) => url))).toEqual([
      ['/a?$top=2', '/b', '/c'],
      ["/a?$top=2&$skiptoken=X%27'y", '/b?p=2'],
      ['/a?p=3'],
    ]);
  });

  test('a thousand pages', async () => {
    const { connection, answers } = await reading(
      [list('/a?p=0')],
      batchOf(({ url }) => {
        const page = Number(url.slice('/a?p='.length));
        const next = page < 999 ? { '@odata.nextLink': `${GRAPH}/v1.0/a?p=${page + 1}` } : {};
        return { status: 200, body: { value: [page], ...next } };
      }),
    );
    expect(answers.get('/a?p=0')).toEqual({
      kind: 'found',
      value: Array.from({ length: 1000 }, (_, page) => page),
    });
    expect(connection.cost().roundTrips).toBe(1000);
  });

  test('pages that lead in a circle fail the read', async () => {
    const { error } = await failure(
      [list('/a')],
      paged({ '/a': [[1], '/v1.0/a?p=2'], '/a?p=2': [[2], '/v1.0/a?p=3'], '/a?p=3': [[3], '/v1.0/a?p=2'] }),
    );
    expect(error.reason).toBe('broken-answer');
  });

  test('a later page that is gone or refused never gives half a list', async () => {
    const { error } = await failure([list('/a')], paged({ '/a': [[1], '/v1.0/a?p=2'] }));
    expect(error.reason).toBe('broken-answer');
    const { answers } = await reading(
      [list('/a')],
      batchOf(({ url }) =>
        url === '/a'
          ? { status: 200, body: { value: [1], '@odata.nextLink': `${GRAPH}/v1.0/a?p=2` } }
          : { status: 403, body: graphErrorBody('Authorization_RequestDenied', 'no') },
      ),
    );
    expect(answers.get('/a')).toMatchObject({ kind: 'refused' });
  });

  test('a later page that keeps failing fails the read', async () => {
    const { error } = await failure(
      [list('/a')],
      batchOf(({ url }) =>
        url === '/a'
          ? { status: 200, body: { value: [1], '@odata.nextLink': `${GRAPH}/v1.0/a?p=2` } }
          : { status: 503 },
      ),
    );
    expect(error).toMatchObject({ reason: 'server', status: 503 });
  });
});

describe('throttling and faults', () => {
  /** Gives the n-th answer to the n-th asking of a URL, the last one from then on. */
  const scripted = (script: Record<string, readonly ItemResponse[]>) => {
    const turns = new Map<string, number>();
    return batchOf(({ url }) => {
      const turn = turns.get(url) ?? 0;
      turns.set(url, turn + 1);
      const answers = script[url] ?? [];
      return answers[Math.min(turn, answers.length - 1)] ?? { status: 500 };
    });
  };
  const fine = { status: 200, body: { ok: true } };

  test('only throttled items are repeated, after the longest wait any of them was told', async () => {
    const { here, answers } = await reading(
      [one('/a'), one('/b'), one('/c')],
      scripted({
        '/a': [{ status: 429, headers: { 'Retry-After': '3' } }, fine],
        '/b': [fine],
        '/c': [{ status: 429, headers: { 'retry-after': 17 } }, fine],
      }),
    );
    expect([...answers.values()].every(({ kind }) => kind === 'found')).toBe(true);
    expect(here.calls.map((call) => itemsOf(call).map(({ url }) => url))).toEqual([
      ['/a', '/b', '/c'],
      ['/a', '/c'],
    ]);
    expect(here.clock.slept).toEqual([17_850]);
  });

  test('without Retry-After waits grow, with jitter', async () => {
    const { here } = await reading(
      [one('/a')],
      scripted({ '/a': [{ status: 429 }, { status: 503 }, { status: 502 }, fine] }),
    );
    expect(here.clock.slept).toEqual([750, 1500, 3000]);
  });

  test('Retry-After may be a date', async () => {
    const { here } = await reading(
      [one('/a')],
      scripted({
        '/a': [{ status: 503, headers: { 'Retry-After': 'Tue, 24 Nov 2026 08:00:20 GMT' } }, fine],
      }),
    );
    expect(here.clock.slept).toEqual([21_000]);
  });

  test('what asks for more than we wait is given up at once, not asked again too early', async () => {
    const { error, here } = await failure(
      [one('/a')],
      scripted({
        '/a': [
          {
            status: 429,
            headers: { 'Retry-After': '3600' },
            body: graphErrorBody('TooManyRequests', 'slow'),
          },
          fine,
        ],
      }),
    );
    expect(error).toMatchObject({ reason: 'throttled', status: 429 });
    expect(here.calls).toHaveLength(1);
  });

  test('endless throttling ends within five minutes of waiting', async () => {
    const { error, here } = await failure(
      [one('/a')],
      scripted({ '/a': [{ status: 429, headers: { 'Retry-After': '60' } }] }),
    );
    expect(error.reason).toBe('throttled');
    expect(here.clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(300_000);
    expect(here.calls).toHaveLength(5);
  });

  test('a batch throttled as a whole is repeated as a whole', async () => {
    const answer = batchOf(() => fine);
    const { here, connection } = await reading([one('/a')], (call, turn) =>
      turn < 3 ? json(turn === 1 ? 429 : 504, {}, turn === 1 ? { 'Retry-After': '9' } : {}) : answer(call),
    );
    expect(here.clock.slept).toEqual([9_450, 1_500]);
    expect(connection.cost()).toMatchObject({ roundTrips: 3, requests: 3 });
  });

  test('a reset connection is tried again; a dead one is a network failure', async () => {
    const answer = batchOf(() => fine);
    const { answers } = await reading([one('/a')], (call, turn) => {
      if (turn === 1)
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
        });
      return answer(call);
    });
    expect(answers.get('/a')).toMatchObject({ kind: 'found' });
    const { error } = await failure([one('/a')], () => {
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }),
      });
    });
    expect(error).toMatchObject({ reason: 'network' });
    expect(error.message).toContain('ENOTFOUND');
  });

  test('an answer that never comes, or never ends, is given up', async () => {
    const { error } = await failure([one('/a')], () => new Promise<Response>(() => undefined), {
      timeout: 5,
    });
    expect(error).toMatchObject({ reason: 'network' });
    expect(error.message).toContain('no answer within');
    const endless = () => new Response(new ReadableStream({ start: (out) => out.enqueue(Buffer.from('{')) }));
    expect((await failure([one('/a')], endless, { timeout: 5 })).error.reason).toBe('network');
  });

  test('a token Graph does not take any more is replaced once, outside and inside a batch', async () => {
    const expired = graphErrorBody(
      'InvalidAuthenticationToken',
      'Lifetime validation failed, the token is expired.',
    );
    const byToken = (here: () => string | undefined) => (call: Call) => {
      const token = call.headers.get('authorization');
      return token === `Bearer ${here()}` ? json(401, expired) : batchOf(() => fine)(call);
    };
    const outer = world({ graph: (call) => byToken(() => outer.tokens[0])(call) });
    const connection = await open(outer);
    expect((await openReader(connection).read([one('/a')])).get('/a')).toMatchObject({ kind: 'found' });
    expect(outer.tokens).toHaveLength(2);
    expect(connection.cost()).toEqual({ roundTrips: 2, requests: 2, signIn: 4 });

    const inner = await reading([one('/a'), one('/b')], (call, turn) =>
      batchOf(({ url }) => (turn === 1 && url === '/b' ? { status: 401, body: expired } : fine))(call),
    );
    expect(inner.here.tokens).toHaveLength(2);
    expect(inner.answers.get('/b')).toMatchObject({ kind: 'found' });

    const never = await reading(
      [one('/a')],
      batchOf(() => ({ status: 401, body: expired })),
    );
    expect(never.here.tokens).toHaveLength(2);
    expect(never.answers.get('/a')).toMatchObject({ kind: 'refused', status: 401 });
  });
});
