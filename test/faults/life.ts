import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

type Fetch = Sandbox['fetch'];

/** What a run does to the world outside: one exchange, or so many bytes at the end of a file. */
export type Deed =
  | { readonly kind: 'exchange'; readonly method: string; readonly path: string }
  | { readonly kind: 'line'; readonly bytes: number };

/** The power goes off at this deed: `done` is how much of it there is; of an exchange `whole` means that it arrived. */
export type Death = { readonly at: number; readonly done: 'nothing' | 'whole' | number };

/** One run of the tool, as a process: what it did, and whether it was killed. */
export type Life = {
  readonly deeds: readonly Deed[];
  readonly isDead: () => boolean;
};

type Living = {
  readonly deeds: Deed[];
  readonly death: Death | undefined;
  dead: boolean;
  readonly die: () => void;
};

const lives = new AsyncLocalStorage<Living>();
/** One each: what waits for a shared one would be kept for ever. */
const never = () => new Promise<never>(() => {});

/**
 * Lets a run live until it ends or dies. From its death on nothing of it reaches anything: no exchange and no byte of
 * a file, whatever of it still lingers in this process.
 */
export async function live<T>(run: () => Promise<T>, death?: Death): Promise<Life & { readonly ended?: T }> {
  let die = () => {};
  const died = new Promise<undefined>((resolve) => {
    die = () => resolve(undefined);
  });
  const life: Living = { deeds: [], death, dead: false, die };
  const ended = await Promise.race([lives.run(life, run), died]);
  const { deeds } = life;
  return { deeds, isDead: () => life.dead, ...(life.dead || ended === undefined ? {} : { ended }) };
}

/** Whether the life that is under way dies here, and how; `undefined` when it goes on. */
function fate(life: Living, deed: Deed): Death['done'] | undefined {
  const here = life.deeds.push(deed) - 1;
  if (here !== life.death?.at) return undefined;
  life.dead = true;
  return life.death.done;
}

/** @param seen every exchange before it leaves. */
export function mortalFetch(seen: (sent: Request) => Promise<void>): (fetch: Fetch) => Fetch {
  return (fetch) => async (input, init) => {
    const life = lives.getStore();
    if (life === undefined) return fetch(input, init);
    if (life.dead) return never();
    const request = new Request(input instanceof Request ? input.clone() : input, init);
    const { pathname, search } = new URL(request.url);
    await seen(request);
    if (life.dead) return never();
    const done = fate(life, { kind: 'exchange', method: request.method, path: pathname + search });
    if (done === undefined) return fetch(input, init);
    if (done !== 'nothing') await fetch(input, init);
    life.die();
    return never();
  };
}

type Write = (file: number, bytes: Buffer) => number;

/** In place of `writeSync` of `node:fs`. */
export function mortalWrite(write: Write): Write {
  return (file, bytes) => {
    const life = lives.getStore();
    if (life === undefined) return write(file, bytes);
    if (life.dead) throw new Error('the dead write nothing');
    const done = fate(life, { kind: 'line', bytes: bytes.length });
    if (done === undefined) return write(file, bytes);
    const cut = done === 'nothing' ? 0 : done === 'whole' ? bytes.length : Math.min(done, bytes.length);
    if (cut > 0) write(file, bytes.subarray(0, cut));
    life.die();
    throw new Error('the power is off');
  };
}
