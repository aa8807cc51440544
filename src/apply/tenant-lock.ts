import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError } from './journal.ts';

/** The process a run lives in. */
export type Holder = {
  readonly pid: number;
  /** When the process began, in milliseconds: a number can come back, a number with its beginning cannot. */
  readonly started: number;
  readonly host: string;
  /** Where process numbers mean the same: containers of one host may count on their own. */
  readonly space: string;
  /** Whether a process of this host and space is running. */
  readonly lives: (pid: number) => boolean;
  /** Has something done when the process is made to end at once; gives back what calls that off. */
  readonly onExit: (act: () => void) => () => void;
};

/** What stands in the file. */
type Held = Pick<Holder, 'pid' | 'started' | 'host' | 'space'> & {
  readonly run: string;
  readonly time: string;
};

/** Somebody else applies this tenant, or nobody can tell. Nothing was sent. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  readonly fix: string;
  constructor(message: string, fix: string) {
    super(`${message} Nothing was sent.`);
    this.fix = fix;
  }
}

/** More turns than others can take a lock away and give it back while one run looks. */
const TURNS = 5;

/**
 * Takes the lock of a tenant: a file beside its journal, `<tenant id>.lock`. Of any number of runs that share the
 * folder one has it. What a process of this host left behind when it died is taken over, by one run only.
 * @returns gives the lock back.
 * @throws LockHeld when another run has it or it cannot be told, JournalError when the folder cannot be written.
 */
export function takeLock(
  folder: string,
  { name, id }: { readonly name: string; readonly id: string },
  { holder, run, now }: { readonly holder: Holder; readonly run: string; readonly now: () => Date },
): () => void {
  const file = join(folder, `${id}.lock`);
  const { pid, started, host, space } = holder;
  const mine: Held = { pid, started, host, space, run, time: now().toISOString() };
  const text = `${JSON.stringify(mine)}\n`;
  try {
    mkdirSync(folder, { recursive: true });
    for (let turn = 0; turn < TURNS; turn++) {
      if (create(file, text)) return releasing(file, text, holder);
      const there = read(file);
      if (there === undefined) continue;
      const other = parse(there);
      if (other === undefined || !isLeftBehind(other, holder)) throw heldBy(other, name, file, holder);
      if (takeOver(file, there, text, name)) return releasing(file, text, holder);
    }
  } catch (error) {
    if (error instanceof LockHeld) throw error;
    const why = error instanceof Error ? error.message : 'unknown';
    throw new JournalError(`The journal in ${folder} cannot be written: ${why}`);
  }
  throw new LockHeld(`Other runs apply tenant ${name} in turns.`, 'Run the same apply again later.');
}

/** Ours or not at all: of several that create one file, one does. On disk, or a power failure leaves it empty. */
function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', flush: true });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Puts our lock where a dead one lies. Whoever creates the file beside it is the only one to do so, and looks once
 * more: the lock that was dead may have become somebody's meanwhile.
 */
function takeOver(file: string, dead: string, text: string, name: string): boolean {
  const beside = `${file}.takeover`;
  if (!create(beside, text))
    throw new LockHeld(`Another run is taking over the lock of tenant ${name}.`, whenGone(beside));
  if (read(file) === dead) {
    // Both at once: the lock is ours, and the file beside it is gone for whoever comes next.
    renameSync(beside, file);
    return true;
  }
  rmSync(beside, { force: true });
  return false;
}

function releasing(file: string, text: string, holder: Holder): () => void {
  const release = () => {
    stopWatching();
    try {
      // Somebody may have deleted the file by hand: what lies there now is no longer ours.
      if (read(file) === text) rmSync(file, { force: true });
    } catch {
      // It stays behind and is taken over by the next run: no reason to hide what was applied.
    }
  };
  const stopWatching = holder.onExit(release);
  return release;
}

function isLeftBehind(other: Held, { pid, started, host, space, lives }: Holder): boolean {
  if (other.host !== host || other.space !== space) return false;
  return other.pid === pid ? other.started !== started : !lives(other.pid);
}

function heldBy(other: Held | undefined, name: string, file: string, holder: Holder): LockHeld {
  if (other === undefined)
    return new LockHeld(`The lock of tenant ${name} (${file}) cannot be read.`, whenGone(file));
  const { pid, host, space, run, time } = other;
  const here = host === holder.host && space === holder.space;
  return new LockHeld(
    `Tenant ${name} is being applied by process ${pid} on ${host}, since ${time} (run ${run}).`,
    here ? `Wait until process ${pid} has ended, then run the same apply again.` : whenGone(file),
  );
}

function whenGone(file: string): string {
  return `Run the same apply again later. Only if nothing applies this tenant any more, on any machine, delete ${file} first.`;
}

/** Nothing where there is no file; what cannot be read says nothing. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? undefined : '';
  }
}

function parse(text: string): Held | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object') return undefined;
    const { pid, started, host, space, run, time }: { readonly [key in keyof Held]?: unknown } = value;
    if (!Number.isSafeInteger(pid) || typeof pid !== 'number' || pid < 1 || typeof started !== 'number')
      return undefined;
    if (typeof host !== 'string' || typeof space !== 'string') return undefined;
    return { pid, started, host, space, run: String(run), time: String(time) };
  } catch {
    return undefined;
  }
}
