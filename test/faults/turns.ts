import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../src/graph/edge.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

type Fetch = Sandbox['fetch'];

/** How many turns each of two runs has, in turn; when they are used up, whoever is at work goes on to its end. */
export type Schedule = readonly number[];

/** Two runs at once, of which one is at work at a time: the same schedule gives the same moments. */
export type Turns = {
  /** Each exchange is a turn. */
  readonly around: (fetch: Fetch) => Fetch;
  /** Each wait is a turn too: time passes at least as long as asked for. */
  readonly waiting: (clock: Clock) => void;
  /** Which run this is said from, 0 or 1; nothing outside of both. */
  readonly who: () => number | undefined;
  /** Runs both to their ends. */
  readonly both: <A, B>(first: () => Promise<A>, second: () => Promise<B>) => Promise<readonly [A, B]>;
  /** How many turns each has had. */
  readonly taken: readonly number[];
  /** Told of each wait, in the run that waits. */
  onWait?: () => void;
};

export function turns(schedule: Schedule): Turns {
  const store = new AsyncLocalStorage<number>();
  const parked: (() => void)[][] = [[], []];
  const ended = [false, false];
  const taken = [0, 0];
  let active = 0;
  let part = 0;
  let left = schedule[0] ?? Number.POSITIVE_INFINITY;
  const hand = (to: number) => {
    active = to;
    for (const go of parked[to]?.splice(0) ?? []) go();
  };
  const turn = async () => {
    const me = store.getStore();
    if (me === undefined) return;
    // A run that has not come to its next turn cannot be handed anything yet: this one goes on.
    if (me === active && left <= 0 && parked[1 - me]?.length !== 0) {
      part += 1;
      left = schedule[part] ?? Number.POSITIVE_INFINITY;
      hand(1 - me);
    }
    while (me !== active && !ended[active]) await new Promise<void>((go) => parked[me]?.push(go));
    left -= 1;
    taken[me] = (taken[me] ?? 0) + 1;
  };
  const run = <T>(me: number, work: () => Promise<T>): Promise<T> =>
    store.run(me, async () => {
      try {
        return await work();
      } finally {
        ended[me] = true;
        hand(1 - me);
      }
    });
  const all: Turns = {
    taken,
    who: () => store.getStore(),
    around: (fetch) => async (input, init) => {
      await turn();
      return fetch(input, init);
    },
    waiting: (clock) => {
      const pass = clock.sleep;
      const sleep: Clock['sleep'] = async (ms, signal) => {
        const until = clock.now().getTime() + ms;
        all.onWait?.();
        await turn();
        await pass(Math.max(0, until - clock.now().getTime()), signal);
      };
      Object.assign(clock, { sleep });
    },
    both: async (first, second) => {
      // The second stands at its first turn before the first begins.
      const other = run(1, second);
      return await Promise.all([run(0, first), other]);
    },
  };
  return all;
}
