import { canonical, type Json } from '../core/json.ts';
import { table } from '../render/markdown-parts.ts';
import { forCodeSpan, forMarkdown } from '../render/safe.ts';
import { type RecordedTenant, type ReviewRecord, rootOf } from './record.ts';

/** Longest text of a check run GitHub takes. */
const LONGEST = 65_535;
const FENCE = '```';
/** More than one check run speaks of. */
const MOST = 100;

/** A record as the text of a check run: a table for people, then the record itself. */
export function recordText(record: ReviewRecord): string {
  const { pull, head, base, run, comment, tenants } = record;
  const about = `Plan of pull request ${pull}: \`${forCodeSpan(head)}\` merged into \`${forCodeSpan(base)}\`, run ${run}${comment === undefined ? '' : `, comment ${comment.id}`}.`;
  const rows = tenants.map(({ name, digest }) => [forMarkdown(name), `\`${forCodeSpan(digest)}\``]);
  const json = [`${FENCE}json`, asciiJson(record), FENCE].join('\n');
  const whole = [
    about,
    ...(rows.length === 0 ? [] : [table(['Tenant', 'Digest'], rows).join('\n')]),
    json,
  ].join('\n\n');
  // What a merge reads must be there, whatever the names are; the table repeats it.
  return whole.length <= LONGEST ? `${whole}\n` : `${about}\n\n${json}\n`;
}

/** Plain ASCII, which nothing on its way normalises or strips, and without what ends a fence or is a command in a log. */
function asciiJson(record: ReviewRecord): string {
  return canonical(record as Json).replace(
    /[\u007f-\uffff`#]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * The record in the text of a check run. Strict: a field more, less or of another kind is no record, and its root must
 * be the check run's external id.
 */
export function readRecord(text: string, externalId: string): ReviewRecord | { readonly why: string } {
  if (text.length > LONGEST + 1) return { why: 'its text is longer than a check run can be' };
  const found = [...text.replaceAll('\r\n', '\n').matchAll(/^```json\n(\{.*\})\n```$/gm)];
  const [only] = found;
  if (only === undefined || found.length > 1) return { why: 'its text does not hold exactly one record' };
  const value = parsed(only[1] ?? '');
  if (!isRecord(value)) return { why: 'what it holds is not a record of a review' };
  if (new Set(value.tenants.map(({ id }) => id)).size < value.tenants.length)
    return { why: 'it speaks of a tenant twice' };
  return rootOf(value) === externalId
    ? value
    : { why: 'its external id is not that of the record in its text' };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is ReviewRecord {
  const required = ['format', 'pull', 'base', 'head', 'run', 'tenants'];
  return (
    hasExactly(value, required, ['comment']) &&
    value.format === 1 &&
    isId(value.pull) &&
    isCommit(value.base) &&
    isCommit(value.head) &&
    isId(value.run) &&
    (!Object.hasOwn(value, 'comment') || isComment(value.comment)) &&
    Array.isArray(value.tenants) &&
    value.tenants.length <= MOST &&
    value.tenants.every(isTenant)
  );
}

function isComment(value: unknown): boolean {
  return hasExactly(value, ['id', 'sum']) && isId(value.id) && isSum(value.sum);
}

function isTenant(value: unknown): value is RecordedTenant {
  return (
    hasExactly(value, ['name', 'id', 'digest', 'sum']) &&
    typeof value.name === 'string' &&
    matches(value.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) &&
    isSum(value.digest) &&
    isSum(value.sum)
  );
}

function hasExactly(
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return (
    required.every((key) => Object.hasOwn(value, key)) &&
    keys.every((key) => required.includes(key) || optional.includes(key))
  );
}

function isId(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function isCommit(value: unknown): boolean {
  return matches(value, /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
}

function isSum(value: unknown): boolean {
  return matches(value, /^sha256:[0-9a-f]{64}$/);
}

function matches(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}
