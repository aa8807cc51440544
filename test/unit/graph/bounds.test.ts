import { describe, expect, test } from 'vitest';
import { Interrupted } from '../../../src/core/interrupted.ts';
import type { Wait } from '../../../src/core/wait.ts';
import { patiently } from '../../../src/github/patience.ts';
import { stoppable } from '../../../src/graph/edge.ts';
import { GraphFailure } from '../../../src/graph/failure.ts';
import { createLimiter } from '../../../src/graph/limiter.ts';
import { openReader } from '../../../src/graph/open-reader.ts';
import { openWriter } from '../../../src/graph/open-writer.ts';
import { waitLine, worthTelling } from '../../../src/render/wait.ts';
import { graphErrorBody, json, jwt, open, TENANT, type World, type WorldOptions, world } from './world.ts';

/** The longest jitter there is, and everything that is told. */
function told(options: WorldOptions): World & { readonly waits: Wait[] } {
  const here = world(options);
  const waits: Wait[] = [];
  const edge = { ...here.edge, random: () => 0.9999, onWait: (wait: Wait) => void waits.push(wait) };
  return { ...here, edge, waits };
}

const read = async (here: World, ...paths: readonly string[]) =>
  await openReader(await open(here)).read(
    paths.map((path) => ({ method: 'GET', path, shape: 'one', what: path, permission: 'x' })),
  );
const write = async (here: World) =>
  await openWriter(await open(here)).write({
    method: 'PATCH',
    path: '/a',
    body: {},
    what: 'a change',
    permission: 'x',
  });
const total = ({ clock }: World) => clock.slept.reduce((sum, ms) => sum + ms, 0);

/** A failing request: its failure, how often it was waited, and for how long in all. */
async function failing(options: WorldOptions, act: (here: World) => Promise<unknown>) {
  const here = told(options);
  const failure: unknown = await act(here).catch((error: unknown) => error);
  if (!(failure instanceof GraphFailure)) throw new Error(`no GraphFailure: ${String(failure)}`);
  expect(here.waits.map(({ ms }) => ms)).toEqual(here.clock.slept);
  return { failure, times: here.waits.length, ms: total(here), waits: here.waits };
}

const MINUTES = 60_000;
const answering = (status: number, after?: string) => () =>
  json(status, graphErrorBody('x', 'no'), after === undefined ? {} : { 'Retry-After': after });
const reset = () => {
  throw new TypeError('fetch failed');
};

describe('every wait for Graph and sign-in is bounded in number and time, and told', () => {
  test.each<[string, WorldOptions, (here: World) => Promise<unknown>, number, number]>([
    ['a batch that is throttled', { graph: answering(429, '0') }, (here) => read(here, '/a'), 10, 0],
    [
      'a batch that is told to wait',
      { graph: answering(429, '70') },
      (here) => read(here, '/a'),
      4,
      5 * MINUTES,
    ],
    ['a batch that fails', { graph: answering(503) }, (here) => read(here, '/a'), 10, 5 * MINUTES],
    ['a host that is not there', { graph: reset }, (here) => read(here, '/a'), 4, 15_000],
    ['a write that is throttled', { graph: answering(429) }, write, 10, 5 * MINUTES],
    [
      'a write that others get in the way of',
      { graph: () => json(409, graphErrorBody('Directory_ConcurrencyViolation', 'no')) },
      write,
      4,
      15_000,
    ],
    ['a sign-in that fails', { token: answering(503) }, open, 3, 7_000],
    ['a sign-in that is told to wait', { token: answering(429, '120') }, open, 2, 5 * MINUTES],
  ])('%s', async (_, options, act, times, ms) => {
    const ended = await failing(options, act);
    expect(ended.times).toBe(times);
    expect(ended.ms).toBeLessThanOrEqual(ms);
  });

  test('many batches in many rounds: fifteen minutes in all, whatever each of them is told', async () => {
    // Every page comes, after a minute; and there is always one more.
    let turn = 0;
    const ended = await failing(
      {
        graph: ({ text }) => {
          turn += 1;
          if (turn % 2 === 1) return json(429, graphErrorBody('x', 'no'), { 'Retry-After': '60' });
          const { requests }: { requests: { id: string }[] } = JSON.parse(text);
          const page = {
            value: [],
            '@odata.nextLink': `https://graph.sandbox.localhost/v1.0/a?$skiptoken=${turn}`,
          };
          return json(200, { responses: requests.map(({ id }) => ({ id, status: 200, body: page })) });
        },
      },
      async (here) =>
        await openReader(await open(here)).read([
          { method: 'GET', path: '/a', shape: 'list', what: 'a', permission: 'x' },
        ]),
    );
    expect(ended.failure.reason).toBe('throttled');
    expect(ended.ms).toBeGreaterThan(14 * MINUTES);
    expect(ended.ms).toBeLessThanOrEqual(15 * MINUTES);
  });

  test('what is told names the reason, the turn, and what goes on afterwards', async () => {
    const { waits } = await failing({ graph: answering(429, '7') }, (here) => read(here, '/a', '/b'));
    const first = waits[0];
    if (first === undefined) throw new Error('Nothing was told.');
    expect({ ...first, ms: 7_000 }).toEqual({
      from: 'Graph',
      why: 'throttled',
      what: 'batch of 2',
      ms: 7_000,
      attempt: 1,
      of: 10,
    });
    expect(waitLine({ ...first, ms: 7_000, tenant: 'contoso' })).toBe(
      'contoso: Graph throttles, waits 7 s (1 of 10), batch of 2',
    );
  });
});

test('GitHub: three waits of two minutes at most, told, and none after a longer one was asked for', async () => {
  const ended = async (after: string) => {
    const slept: number[] = [];
    const lines: string[] = [];
    const patience = {
      token: 'ghs_0123456789abcdef0123',
      now: () => 0,
      random: () => 0.9999,
      onWait: (wait: Wait) => void lines.push(waitLine(wait)),
      wait: async (ms: number) => void slept.push(ms),
    };
    const throttled = Object.assign(new Error('no'), {
      response: { status: 429, headers: { 'retry-after': after } },
    });
    await expect(
      patiently({ method: 'GET', path: '/x' }, patience, () => Promise.reject(throttled)),
    ).rejects.toThrow('GitHub answered 429');
    return { slept, lines };
  };
  const { slept, lines } = await ended('120');
  expect(slept).toHaveLength(3);
  expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(7 * MINUTES);
  expect(lines[0]).toBe('GitHub throttles, waits 132 s (1 of 3), GET /x');
  expect((await ended('121')).slept).toEqual([]);
});

test('a stop ends a pause: what waited is told so, what comes later too, and nothing runs', async () => {
  const abort = new AbortController();
  const asleep = {
    now: () => new Date(0),
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  const limiter = createLimiter({ clock: stoppable(asleep, abort.signal) });
  limiter.pause('a', 300_000);
  let ran = 0;
  const task = async () => {
    ran += 1;
  };
  const waiting = limiter.run('a', task);
  abort.abort(new Interrupted());
  await expect(waiting).rejects.toThrow('Interrupted while waiting');
  await expect(limiter.run('a', task)).rejects.toThrow('Interrupted while waiting');
  await limiter.run('b', task);
  expect(ran).toBe(1);
});

test('a sign-in that is stopped says so, and not that signing in failed', async () => {
  const here = told({ token: answering(429, '200') });
  const clock = { now: here.clock.now, sleep: () => Promise.reject(new Interrupted()) };
  await expect(open({ ...here, edge: { ...here.edge, clock } })).rejects.toThrow(Interrupted);
});

test('waits that look like a hang are told in any case, short ones where everything is', () => {
  const wait: Wait = { from: 'Graph', why: 'throttled', what: 'batch of 1', ms: 4_999, attempt: 1, of: 10 };
  expect([worthTelling(wait, false), worthTelling(wait, true)]).toEqual([false, true]);
  expect(worthTelling({ ...wait, ms: 5_000 }, false)).toBe(true);
  expect(worthTelling({ ...wait, ms: 0 }, true)).toBe(false);
  expect(waitLine({ ...wait, tenant: 'a\u001b[31m', ms: 400 })).toBe(
    'a\\u{1B}[31m: Graph throttles, waits less than 1 s (1 of 10), batch of 1',
  );
});

test('a token in time ends the waiting', async () => {
  const here = told({
    token: (_, __, turn) =>
      turn === 1
        ? json(503, {})
        : json(200, { token_type: 'Bearer', expires_in: 3599, access_token: jwt({ tid: TENANT.id }) }),
  });
  await open(here);
  expect(here.waits.map(({ from, why }) => `${from} ${why}`)).toEqual(['the sign-in service failing']);
});
