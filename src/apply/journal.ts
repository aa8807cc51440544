import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RequestResult } from '../core/journal-words.ts';
import type { Outcome } from '../core/report.ts';
import type { WriteRequest } from '../core/request.ts';

/** One line of a journal. Written before the request it speaks of, and after its answer. */
export type Entry = {
  readonly time: string;
  /** One apply of one tenant. */
  readonly run: string;
  readonly tenant: string;
  readonly digest: string;
} & Event;

type Event =
  /** `reviewed: false`: applied by a person at a desk, without a review on record. */
  | { readonly event: 'begin'; readonly reviewed: boolean; readonly steps: number; readonly left: number }
  /** Ids of the people the next steps take access from, as reviewed. Counts towards the removal limit for seven days. */
  | { readonly event: 'losing'; readonly people: readonly string[] }
  | {
      readonly event: 'sending';
      readonly step: number;
      readonly request: Pick<WriteRequest, 'method' | 'path' | 'body'>;
    }
  | {
      readonly event: 'answered';
      readonly step: number;
      readonly result: RequestResult;
      readonly status?: number;
    }
  | { readonly event: 'end'; readonly outcome: Outcome; readonly note?: string };

/** The journal of one tenant: appended to, never rewritten. */
export type Journal = { readonly write: (event: Event) => void };

/** An apply that cannot keep its journal does not begin. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly fix = 'Give --journal a folder that can be written to; nothing was sent that is not in it.';
}

/**
 * Opens the journal of a tenant for one run. Every line is on disk before `write` returns, so that a crash leaves
 * at most one request whose answer is not known.
 * @throws JournalError when the folder or file cannot be written.
 */
export function openJournal(
  folder: string,
  head: Pick<Entry, 'run' | 'tenant' | 'digest'>,
  now: () => Date,
): Journal {
  return {
    write: (event) => {
      const entry: Entry = { time: now().toISOString(), ...head, ...event };
      try {
        mkdirSync(folder, { recursive: true });
        append(join(folder, `${head.tenant}.jsonl`), `${JSON.stringify(entry)}\n`);
      } catch (error) {
        throw new JournalError(
          `The journal in ${folder} cannot be written: ${error instanceof Error ? error.message : 'unknown'}`,
        );
      }
    },
  };
}

/** A line that a crash cut off is ended first: it stays as it is, and does not swallow the next one. */
function append(path: string, line: string): void {
  const file = openSync(path, 'a+');
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    const cutOff = size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
    const bytes = Buffer.from(cutOff ? `\n${line}` : line);
    if (writeSync(file, bytes) !== bytes.length) throw new Error('it was written in part only');
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const WINDOW = 7 * 24 * 3_600_000;

/**
 * Ids of people who lost access by applies of the last seven days, as far as the journal in this folder knows.
 * @throws JournalError for a journal that is there and cannot be read, or is damaged.
 */
export function recentLosses(folder: string, tenant: string, now: Date): ReadonlySet<string> {
  return lossesIn(read(join(folder, `${tenant}.jsonl`)), now, `journal of tenant ${tenant} in ${folder}`);
}

/**
 * The same from the lines of a tenant's journal. A line cut off by a crash is passed over: it is the last one, or the
 * next run begins after it, perhaps to be cut off as well. Any other damaged line means that the journal cannot be
 * trusted.
 * @param what the journal, for the message.
 * @throws JournalError for a damaged journal.
 */
export function lossesIn(text: string, now: Date, what = 'journal'): ReadonlySet<string> {
  const lines = text.split('\n');
  const people = new Set<string>();
  const told = (line: number) => new JournalError(`Line ${line} of the ${what} is damaged.`);
  /** The first of the damaged lines just before this one. */
  let damaged: number | undefined;
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const entry = parse(line);
    if (entry === undefined) {
      if (!isCutOff(line) || (damaged !== undefined && !mayBegin(line))) throw told(damaged ?? index + 1);
      damaged ??= index + 1;
      return;
    }
    const { event, time, people: lost } = entry;
    // No crash leaves a whole line that says something else: whom it was about is not known, which is not "nobody".
    if (!isWhole(entry)) throw told(index + 1);
    // A run that can no longer write its journal only ends.
    if (damaged !== undefined && event !== 'begin' && event !== 'end') throw told(damaged);
    damaged = undefined;
    if (event !== 'losing' || !Array.isArray(lost) || now.getTime() - Date.parse(String(time)) > WINDOW)
      return;
    for (const person of lost) if (typeof person === 'string') people.add(person);
  });
  return people;
}

const EVENTS: ReadonlySet<unknown> = new Set(['begin', 'losing', 'sending', 'answered', 'end']);

/** Whether an entry says what it is about as far as losses go. */
function isWhole({ event, time, people }: { readonly [key: string]: unknown }): boolean {
  if (event !== 'losing') return EVENTS.has(event);
  const dated = typeof time === 'string' && Number.isFinite(Date.parse(time));
  return dated && Array.isArray(people) && people.every((each) => typeof each === 'string');
}

/** How every line begins: what a crash leaves of one is the beginning of it. */
const BEGINNING = '{"time":"';

function isCutOff(line: string): boolean {
  return line.startsWith(BEGINNING) || BEGINNING.startsWith(line);
}

/** Whether a line that is cut off can have been the first or the last one of a run. */
function mayBegin(line: string): boolean {
  const [, event] = line.split('"event":"');
  return (
    event === undefined || ['begin"', 'end"'].some((word) => word.startsWith(event.slice(0, word.length)))
  );
}

/** Whether a run of the plan with this digest has sent anything, as far as the journal in this folder knows. */
export function hasBegun(folder: string, tenant: string, digest: string): boolean {
  return begunIn(read(join(folder, `${tenant}.jsonl`)), digest);
}

/** The same from the lines of a tenant's journal. */
export function begunIn(text: string, digest: string): boolean {
  return text.split('\n').some((line) => {
    const entry = line.includes(digest) ? parse(line) : undefined;
    return entry?.event === 'sending' && entry.digest === digest;
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // No journal yet is the usual case; one that is there and cannot be read is not "no losses".
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new JournalError(`The journal ${file} cannot be read.`);
  }
}

function parse(line: string): { readonly [key: string]: unknown } | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return entry !== null && typeof entry === 'object' ? { ...entry } : undefined;
  } catch {
    return undefined;
  }
}
