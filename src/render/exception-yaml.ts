import type { Finding } from '../core/finding.ts';
import type { Day } from '../core/state.ts';
import { jsonText } from './json-text.ts';

/** Days a proposed exception lasts: long enough to merge and apply, short enough not to be forgotten. */
const LASTS = 7;

/** Addresses that YAML reads as text without quotes. */
const PLAIN_UPN = /^[a-z][a-z0-9._-]*@[a-z0-9][a-z0-9.-]*[a-z0-9]$/;

/**
 * The YAML that would waive a finding, ready to paste but for its reason, harmless on a terminal and in a fence;
 * undefined where none may.
 * The reason is a question on purpose: an exception is reviewed by what it says.
 */
export function exceptionYaml({ rule, waivable }: Finding, day: Day): readonly string[] | undefined {
  if (waivable === undefined) return undefined;
  const limit = waivable.limit === undefined ? '' : `limit: ${waivable.limit}, `;
  const upn = waivable.person === undefined ? '' : `upn: ${scalar(waivable.person, PLAIN_UPN)}, `;
  const id = scalar(rule, /^[a-z][a-z0-9-]*(?:\/[a-z0-9-]+)?$/);
  return [
    'exceptions:',
    `  - { rule: ${id}, ${limit}${upn}reason: "why, with its ticket", until: ${later(day)} }`,
  ];
}

/** As it is where that cannot be misread, else between double quotes. */
function scalar(text: string, plain: RegExp): string {
  return plain.test(text) ? text : jsonText(text).trimEnd();
}

function later(day: Day): Day {
  const time = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time)) return day;
  return new Date(time + LASTS * 86_400_000).toISOString().slice(0, 10);
}
