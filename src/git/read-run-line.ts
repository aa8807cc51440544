import { isGuid, isOutcome } from '../core/journal-words.ts';
import { GitFailure } from './git.ts';
import type { RunLine } from './journal-branch.ts';

/** What to do with a journal branch that cannot be trusted. */
export const RESTORE =
  'Restore the branch from a clone or from GitHub’s activity view; nothing of it is ever rewritten.';

/** Format of the lines written here. One more key, or one more word in a key, is another format. */
export const RUN_FORMAT = 1;

type Check = (value: unknown) => boolean;
type Shape = { readonly [key: string]: Check };
const matches =
  (shape: RegExp): Check =>
  (value) =>
    typeof value === 'string' && shape.test(value);
const unset =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const isNumber: Check = (value) => Number.isSafeInteger(value) && Number(value) > 0;
const isCommit = matches(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const isDigest = matches(/^sha256:[0-9a-f]{64}$/);
const isLogin = matches(/^[\w-]{1,100}(?:\[bot\])?$/);

const TENANT: Shape = {
  outcome: isOutcome,
  digest: unset(isDigest),
  pull: unset(isNumber),
  head: unset(isCommit),
  approvedBy: unset((value) => Array.isArray(value) && value.every(isLogin)),
};
const LEFT: Shape = { tenant: isGuid, pull: unset(isNumber) };
const RUN: Shape = {
  format: unset((value) => value === RUN_FORMAT),
  time: matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/),
  run: isNumber,
  attempt: isNumber,
  url: matches(/^https?:\/\/\S{1,500}$/),
  commit: unset(isCommit),
  after: unset(isCommit),
  rules: unset(isCommit),
  fresh: unset(isDigest),
  by: (value) => value === 'merge' || value === 'fresh plan' || value === 'all afresh',
  outcome: (value) => value === 'whole' || value === 'unknown' || value === 'nothing sent',
  tenants: (value) =>
    isObject(value) && Object.entries(value).every(([id, each]) => isGuid(id) && hasShape(each, TENANT)),
  left: (value) => Array.isArray(value) && value.every((each) => hasShape(each, LEFT)),
};

/**
 * One line of `runs.jsonl`. A key that is not known is damage too: misspelled, it would read as "unset", and a tenant
 * without its pull request is another thing than one with it.
 * @param where for the message: "line 2 of runs.jsonl on …".
 * @throws GitFailure for a line that is not exactly what we write; a newer format is told apart from damage.
 */
export function readRunLine(line: string, where: string): RunLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Told below.
  }
  if (isObject(value) && isNumber(value.format) && Number(value.format) > RUN_FORMAT) {
    throw new GitFailure(
      `${where} was written by a newer iosmail: its format is ${String(value.format)}, and this one knows ${RUN_FORMAT}.`,
      'Pin that release again (or a newer one) in .github/actions/iosmail/action.yml; an older one cannot go on from there.',
    );
  }
  if (!isRun(value)) throw new GitFailure(`${where} is damaged.`, RESTORE);
  return value;
}

/** Whether a line, once written, could be read again. A merge that left a report says which commit it applied. */
export function isRun(value: unknown): value is RunLine {
  if (!hasShape(value, RUN)) return false;
  return value.by !== 'merge' || value.outcome !== 'whole' || value.commit !== undefined;
}

function hasShape(value: unknown, shape: Shape): value is { readonly [key: string]: unknown } {
  if (!isObject(value)) return false;
  const known = Object.keys(value).every((key) => Object.hasOwn(shape, key));
  return known && Object.entries(shape).every(([key, check]) => check(value[key]));
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Bytes as text. @throws GitFailure for what is no UTF-8: read leniently, an id could turn into another. */
export function plainText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new GitFailure(`${where} is damaged: it is not text.`, RESTORE);
  }
}
