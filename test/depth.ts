import { createHash } from 'node:crypto';

/** Whether everything is tried (`npm run test:deep`), or a fixed part of it (`npm test`). */
export const DEEP = process.env.IOSMAIL_DEEP === '1';

/** Cases of a property: few in every run, many in the deep one. */
export function runs(few: number, many: number): number {
  return DEEP ? many : few;
}

/**
 * A part of the cases, spread over all of them and the same in every run; in the deep run all of them.
 * @param most how many there are outside the deep run, at most.
 */
export function sample<T>(cases: readonly T[], most: number, name: (each: T) => string): readonly T[] {
  if (DEEP || cases.length <= most) return cases;
  const place = (each: T) => createHash('sha256').update(name(each)).digest('hex');
  return cases
    .map((each) => ({ each, at: place(each) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, most)
    .map(({ each }) => each);
}
