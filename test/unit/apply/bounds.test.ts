import { describe, expect, test } from 'vitest';
import { readUntilDone } from '../../../src/apply/live.ts';
import { send } from '../../../src/apply/send.ts';
import { Interrupted } from '../../../src/core/interrupted.ts';
import type { Step } from '../../../src/core/plan.ts';
import type { Wait } from '../../../src/core/wait.ts';
import { stoppable } from '../../../src/graph/edge.ts';
import { GraphFailure } from '../../../src/graph/failure.ts';
import type { GraphWriter, WriteAnswer } from '../../../src/graph/writer.ts';
import { fakeClock } from '../graph/world.ts';
import { RESTS_ON } from '../render/example-plan.ts';

const STEP: Step = {
  number: 3,
  group: 'disable',
  direction: 'narrows',
  request: { method: 'PATCH', path: '/servicePrincipals/x', body: {}, what: 'disable', permission: 'y' },
  changes: [],
};

type Told = Omit<Wait, 'tenant'>;

/** A step sent with the longest jitter there is, and what was waited for. */
async function sent(write: GraphWriter['write'], random = () => 0.9999) {
  const clock = fakeClock();
  const waits: Told[] = [];
  const events: string[] = [];
  const outcome = await send(STEP, undefined, {
    clock,
    random,
    onWait: (wait) => waits.push(wait),
    writer: { write },
    journal: { write: (event) => void events.push('result' in event ? event.result : event.event) },
    isDone: async () => false,
  });
  return { outcome, waits, events, total: clock.slept.reduce((sum, ms) => sum + ms, 0) };
}

const lost = async (): Promise<WriteAnswer> => {
  throw new GraphFailure('answer-lost', 'lost', 'run again');
};
const notYet = async (): Promise<WriteAnswer> => ({ kind: 'not-yet', status: 404, message: 'no' });

describe('waits of an apply are bounded in number and time, and told', () => {
  test('a directory that never catches up: nine waits, five and a half minutes', async () => {
    const { outcome, waits, total } = await sent(notYet);
    expect(outcome.kind).toBe('failed');
    expect(waits).toHaveLength(9);
    expect(waits.map(({ why, what, of }) => `${why}, ${what}, ${of}`)).toEqual(
      Array(9).fill('catching up, step 3, 9'),
    );
    expect(waits.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(total).toBe(waits.reduce((sum, { ms }) => sum + ms, 0));
    expect(total).toBeGreaterThan(300_000);
    expect(total).toBeLessThanOrEqual(330_000);
  });

  test('without jitter exactly as the table says', async () => {
    const { total } = await sent(notYet, () => 0);
    expect(total).toBe(300_000);
  });

  test('an answer that is lost every time: three requests, four looks each, two minutes', async () => {
    const { outcome, waits, total } = await sent(lost);
    expect(outcome.kind).toBe('not known');
    expect(waits).toHaveLength(12);
    expect(new Set(waits.map(({ why }) => why))).toEqual(new Set(['answer lost']));
    expect(total).toBeLessThanOrEqual(120_000);
  });

  test('reads that never show what was done: six waits, 50 seconds', async () => {
    const clock = fakeClock();
    const waits: Told[] = [];
    const how = {
      clock,
      random: () => 0.9999,
      onWait: (wait: Told) => void waits.push(wait),
      what: 'step 4',
    };
    const seen = await readUntilDone(
      async () => ({ moves: [], restsOn: RESTS_ON }),
      [STEP],
      new Set(),
      2,
      how,
    );
    expect(seen.agreed).toBe(false);
    expect(waits.map(({ why, attempt, of }) => `${why} ${attempt}/${of}`)).toEqual(
      [1, 2, 3, 4, 5, 6].map((attempt) => `lagging ${attempt}/6`),
    );
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(50_000);
  });
});

describe('a run that is stopped while it waits', () => {
  const stop = AbortSignal.abort(new Interrupted());
  const sleeping = (clock: ReturnType<typeof fakeClock>) =>
    stoppable(
      {
        now: clock.now,
        sleep: async (ms, signal) => {
          signal?.throwIfAborted();
          await clock.sleep(ms);
        },
      },
      stop,
    );
  const stoppedIn = async (write: GraphWriter['write']) => {
    const clock = fakeClock();
    const events: string[] = [];
    const outcome = await send(STEP, undefined, {
      clock: sleeping(clock),
      writer: { write },
      journal: { write: (event) => void events.push('result' in event ? event.result : event.event) },
      isDone: async () => false,
    });
    return { outcome, events, slept: clock.slept };
  };

  test('a directory that has not caught up is not waited for: nothing was sent', async () => {
    const { outcome, events, slept } = await stoppedIn(notYet);
    expect(outcome).toEqual({ kind: 'not sent' });
    expect(events).toEqual(['sending', 'not-yet']);
    expect(slept).toEqual([]);
  });

  test('a request that was held back is journalled as not executed', async () => {
    const { outcome, events } = await stoppedIn(async () => {
      throw new Interrupted();
    });
    expect(outcome).toEqual({ kind: 'not sent' });
    expect(events).toEqual(['sending', 'interrupted']);
  });

  test('what became of a request whose answer was lost is looked for all the same', async () => {
    const { outcome, slept } = await stoppedIn(lost);
    expect(outcome.kind).toBe('not known');
    expect(slept).toHaveLength(12);
  });
});
