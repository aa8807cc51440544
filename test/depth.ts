import { createHash } from 'node:crypto';
import { test } from 'vitest';

/** Whether as much as possible is tried (`npm run test:deep`), or a fixed part of it (`npm test`). */
export const DEEP = process.env.IOSMAIL_DEEP === '1';

/** What the deep run leaves out today it tries another day; the daily run tries the same every time. */
const SALT = DEEP ? (process.env.IOSMAIL_SALT ?? new Date().toISOString().slice(0, 10)) : '';

/** A test that is worth its time in the deep run only: what it tries has a cheaper one in `npm test`. */
export function inDeep(name: string, tries: () => Promise<void>): void {
  if (DEEP) test(name, tries);
}

/** Cases of a property: few in every run, many in the deep one. */
export function runs(few: number, many: number): number {
  return DEEP ? many : few;
}

/**
 * A part of the cases, spread over all of them.
 * @param few how many there are in `npm test`, at most; @param many in the deep run: all, if not told.
 */
export function sample<T>(
  cases: readonly T[],
  few: number,
  name: (each: T) => string,
  many: number = Number.POSITIVE_INFINITY,
): readonly T[] {
  const most = DEEP ? many : few;
  if (cases.length <= most) return cases;
  const place = (each: T) =>
    createHash('sha256')
      .update(`${SALT}${name(each)}`)
      .digest('hex');
  return cases
    .map((each) => ({ each, at: place(each) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, most)
    .map(({ each }) => each);
}
