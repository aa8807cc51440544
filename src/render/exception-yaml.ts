import type { Finding } from '../core/finding.ts';
import type { Day } from '../core/state.ts';
import { jsonText } from './json-text.ts';

/** Days a proposed exception lasts: long enough to merge and apply, short enough not to be forgotten. */
const LASTS = 7;

/**
 * The YAML that would waive a finding, ready to paste but for its reason, harmless on a terminal and in a fence;
 * undefined where none may.
 * The reason is a question on purpose: an exception is reviewed by what it says.
 */
export function exceptionYaml({ rule, waivable }: Finding, day: Day): readonly string[] | undefined {
  if (waivable === undefined) return undefined;
  const limit = waivable.limit === undefined ? '' : `limit: ${waivable.limit}, `;
  const id = /^[a-z][a-z0-9-]*$/.test(rule) ? rule : jsonText(rule).trimEnd();
  return ['exceptions:', `  - { rule: ${id}, ${limit}reason: "why, with its ticket", until: ${later(day)} }`];
}

function later(day: Day): Day {
  const time = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time)) return day;
  return new Date(time + LASTS * 86_400_000).toISOString().slice(0, 10);
}
