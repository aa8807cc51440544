import type { Behind } from '../core/pseudonym.ts';
import { jsonText } from './json-text.ts';

/** Who stands behind each pseudonym of a plan, for those who may know. */
export function namesJson(behind: ReadonlyMap<string, Behind>): string {
  return jsonText({ formatVersion: 1, people: Object.fromEntries(behind) });
}
