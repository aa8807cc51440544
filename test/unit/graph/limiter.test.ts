import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/graph/edge.ts';
import { createLimiter } from '../../../src/graph/limiter.ts';
import { createBudget, createPatience, retryAfter } from '../../../src/graph/patience.ts';
import { fakeClock } from './world.ts';

/** Tasks that end when told, and how many ran at once. */
function tasks() {
  const running = new Map<string, () => void>();
  let most = 0;
  return {
    running,
    most: () => most,
    task: (name: string) => () =>
      new Promise<string>((resolve) => {
        running.set(name, () => {
          running.delete(name);
          resolve(name);
        });
        most = Math.max(most, running.size);
      }),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A clock whose sleepers wake when told. */
function heldClock(): Clock & { readonly wake: () => void } {
  let sleepers: (() => void)[] = [];
  return {
    now: () => new Date(0),
    sleep: () => new Promise((resolve) => sleepers.push(resolve)),
    wake: () => {
      for (const sleeper of sleepers) sleeper();
      sleepers = [];
    },
  };
}

describe('limiter', () => {
  test('bounds a bucket, in order of arrival, and buckets do not disturb each other', async () => {
    const { task, running } = tasks();
    const limiter = createLimiter({ clock: fakeClock(), perBucket: 2, overall: 10 });
    const all = ['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => limiter.run(name[0]!, task(name)));
    await turn();
    expect([...running.keys()].sort()).toEqual(['a1', 'a2', 'b1']);
    running.get('a2')?.();
    await turn();
    expect([...running.keys()].sort()).toEqual(['a1', 'a3', 'b1']);
    for (let left = 0; left < 5; left++) {
      for (const end of [...running.values()]) end();
      await turn();
    }
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1']);
  });

  test('bounds the sockets of all buckets together', async () => {
    const { task, running, most } = tasks();
    const limiter = createLimiter({ clock: fakeClock(), perBucket: 4, overall: 3 });
    const all = Array.from({ length: 12 }, (_, index) => limiter.run(`t${index}`, task(`t${index}`)));
    for (let round = 0; round < 12; round++) {
      await turn();
      for (const end of [...running.values()]) end();
    }
    expect(await Promise.all(all)).toHaveLength(12);
    expect(most()).toBe(3);
  });

  test('a pause holds back one bucket, without holding sockets', async () => {
    const clock = heldClock();
    const { task, running } = tasks();
    const limiter = createLimiter({ clock, perBucket: 4, overall: 1 });
    limiter.pause('a', 1_000);
    limiter.pause('a', 5_000);
    const slow = limiter.run('a', task('a'));
    const quick = limiter.run('b', task('b'));
    await turn();
    expect([...running.keys()]).toEqual(['b']);
    running.get('b')?.();
    await quick;
    await turn();
    expect(running.size).toBe(0);
    clock.wake();
    await turn();
    expect([...running.keys()]).toEqual(['a']);
    running.get('a')?.();
    await slow;
  });

  test('a pause that comes while a task waits for a socket still holds it back', async () => {
    const clock = heldClock();
    const { task, running } = tasks();
    const limiter = createLimiter({ clock, overall: 1 });
    const first = limiter.run('b', task('b'));
    await turn();
    const second = limiter.run('a', task('a'));
    await turn();
    limiter.pause('a', 1_000);
    running.get('b')?.();
    await first;
    await turn();
    expect(running.size).toBe(0);
    clock.wake();
    await turn();
    running.get('a')?.();
    expect(await second).toBe('a');
  });

  test('a task that throws gives its place back', async () => {
    const limiter = createLimiter({ clock: fakeClock(), perBucket: 1, overall: 1 });
    for (let each = 0; each < 3; each++) {
      await expect(limiter.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
    expect(await limiter.run('a', async () => 'yes')).toBe('yes');
  });
});

const waits = (patience: ReturnType<typeof createPatience>, ...told: (number | undefined)[]) =>
  told.map((each) => patience.next(each)?.ms);

describe('patience', () => {
  test('guesses grow with jitter, and what was told is honoured in full', () => {
    const patience = createPatience(() => 0);
    expect(waits(patience, undefined, undefined, 7_000, undefined)).toEqual([500, 1_000, 7_000, 4_000]);
    patience.progress();
    expect(patience.next(undefined)).toEqual({ ms: 500, attempt: 1, of: 10 });
  });

  test('what was told is waited out, and up to a tenth more, so that many do not come back as one', () => {
    expect(
      waits(
        createPatience(() => 0.999),
        7_000,
        120_000,
      ),
    ).toEqual([7_700, 124_995]);
    expect(
      waits(
        createPatience(() => 0.5),
        300_000,
      ),
    ).toEqual([300_000]);
  });

  test('ends by time and by number', () => {
    const byTime = createPatience(() => 0);
    expect(waits(byTime, 299_000, 2_000)).toEqual([299_000, undefined]);
    expect(
      waits(
        createPatience(() => 0, 2),
        0,
        0,
        0,
      ),
    ).toEqual([0, 0, undefined]);
  });

  test('ends by number also where something goes through every time', () => {
    const patience = createPatience(() => 0);
    let granted = 0;
    while (patience.next(0) !== undefined) {
      granted++;
      patience.progress();
    }
    expect(granted).toBe(100);
  });

  test('a shared budget counts what overlaps once', () => {
    const clock = fakeClock();
    const budget = createBudget(clock, 10_000);
    expect([budget.spend(6_000), budget.spend(6_000), budget.spend(9_000)]).toEqual([true, true, true]);
    expect(budget.spend(10_001)).toBe(false);
    void clock.sleep(9_000);
    expect([budget.spend(1_001), budget.spend(1_000)]).toEqual([false, true]);
    const shared = createBudget(clock, 500);
    expect(
      waits(
        createPatience(() => 0, 5, shared),
        undefined,
        undefined,
      ),
    ).toEqual([500, undefined]);
  });

  test('Retry-After in seconds, as a date, past, or nonsense', () => {
    const clock = fakeClock('2026-11-24T08:00:00Z');
    expect(retryAfter('2', clock)).toBe(2_000);
    expect(retryAfter('0', clock)).toBe(0);
    expect(retryAfter('Tue, 24 Nov 2026 08:01:00 GMT', clock)).toBe(60_000);
    expect(retryAfter('Tue, 24 Nov 2026 07:00:00 GMT', clock)).toBe(0);
    expect(retryAfter('soon', clock)).toBeUndefined();
    expect(retryAfter(null, clock)).toBeUndefined();
  });
});
