import type { Code } from './code.ts';
import { ACCESS_CODES } from './codes-access.ts';
import { APP_CODES } from './codes-app.ts';

const BY_NUMBER: ReadonlyMap<number, Code> = new Map(
  [...APP_CODES, ...ACCESS_CODES].map((each) => [each.code, each]),
);

/** What is known of a code, from Microsoft's reference and from reports; undefined where nothing is. */
export function codeOf(code: number): Code | undefined {
  return BY_NUMBER.get(code);
}
