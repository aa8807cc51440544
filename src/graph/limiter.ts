import type { Clock } from './edge.ts';

/**
 * The one way requests leave. A bucket is one app in one tenant, which is what Graph throttles by.
 * Every exchange passes `run`, so a budget of Graph's resource units can be kept here once fleets need it.
 */
export type Limiter = {
  /**
   * Runs the task when the bucket is not paused and has a free place, and a socket is free. In order of arrival.
   * Throws what ends a pause early, and then runs nothing.
   */
  readonly run: <T>(bucket: string, task: () => Promise<T>) => Promise<T>;
  /** Holds back whatever of the bucket has not started yet. Pauses overlap; they do not add up. */
  readonly pause: (bucket: string, ms: number) => void;
};

export type LimiterOptions = {
  readonly clock: Clock;
  /** Exchanges at a time of one app in one tenant. */
  readonly perBucket?: number;
  /** Exchanges at a time altogether. */
  readonly overall?: number;
};

/** One limiter carries a whole run. */
export function createLimiter({ clock, perBucket = 4, overall = 64 }: LimiterOptions): Limiter {
  const sockets = places(overall);
  const buckets = new Map<string, { readonly places: Places; pause: Promise<unknown> }>();
  const bucketOf = (name: string) => {
    const known = buckets.get(name);
    if (known !== undefined) return known;
    const made = { places: places(perBucket), pause: Promise.resolve() };
    buckets.set(name, made);
    return made;
  };
  return {
    run: async (name, task) => {
      const bucket = bucketOf(name);
      await bucket.places.take();
      try {
        // A paused bucket waits here, outside the sockets, so that it does not keep other tenants waiting.
        for (;;) {
          const pause = bucket.pause;
          await pause;
          await sockets.take();
          if (bucket.pause === pause) break;
          sockets.give();
        }
        try {
          return await task();
        } finally {
          sockets.give();
        }
      } finally {
        bucket.places.give();
      }
    },
    pause: (name, ms) => {
      const bucket = bucketOf(name);
      bucket.pause = Promise.all([bucket.pause, clock.sleep(ms)]);
      // Whoever waits for it is told that it was ended; nobody may be waiting.
      bucket.pause.catch(() => undefined);
    },
  };
}

type Places = { readonly take: () => Promise<void>; readonly give: () => void };

/** A counted number of places, handed on in order of arrival. */
function places(count: number): Places {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    take: () => {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve));
      free--;
      return Promise.resolve();
    },
    give: () => {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}
