import type { Json } from '../core/json.ts';
import type { Answer, Answers, ReadRequest } from '../core/request.ts';

/** A tenant answered something that its own contract rules out; nothing can be decided on it. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';
  constructor(request: ReadRequest, expected: string) {
    super(`Microsoft Graph answered ${request.what} (GET ${request.path}) without ${expected}.`);
  }
}

/** An object of an answer, with the read it came from for messages. */
export type Row = { readonly from: ReadRequest; readonly value: { readonly [key: string]: Json } };

/** What was said to a read; undefined when it was not asked yet. */
export function answerTo(answers: Answers, request: ReadRequest | undefined): Answer | undefined {
  return request === undefined ? undefined : answers.get(request.path);
}

/** The object a read found. */
export function rowOf(request: ReadRequest, value: Json): Row {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new BrokenAnswer(request, 'an object');
  return { from: request, value: value as Row['value'] };
}

/**
 * The same object, once it shows all of these. Graph gives everything it is asked for, an unset value as null: what is
 * missing altogether is not known, and never "unset" or "none".
 * @throws BrokenAnswer
 */
export function showing(row: Row, ...keys: readonly string[]): Row {
  const missing = keys.find((key) => !Object.hasOwn(row.value, key));
  if (missing !== undefined) throw new BrokenAnswer(row.from, `"${missing}"`);
  return row;
}

/** The objects of a collection. A read that was not answered, refused or absent has no rows: ask for its kind first. */
export function rowsOf(answers: Answers, request: ReadRequest): readonly Row[] {
  const answer = answers.get(request.path);
  if (answer?.kind !== 'found') return [];
  if (!Array.isArray(answer.value)) throw new BrokenAnswer(request, 'a list');
  return (answer.value as readonly Json[]).map((each) => rowOf(request, each));
}

export function textAt(row: Row, key: string): string {
  const value = row.value[key];
  if (typeof value !== 'string') throw new BrokenAnswer(row.from, `a text "${key}"`);
  return value;
}

/** A text that Graph may leave out or set to null. */
export function optionalText(row: Row, key: string): string | undefined {
  const value = row.value[key];
  if (value === undefined || value === null) return undefined;
  return textAt(row, key);
}

/** A boolean that Graph may leave out or set to null; `whenAbsent` is what that means. */
export function booleanAt(row: Row, key: string, whenAbsent: boolean): boolean {
  const value = row.value[key];
  if (value === undefined || value === null) return whenAbsent;
  if (typeof value !== 'boolean') throw new BrokenAnswer(row.from, `a true or false "${key}"`);
  return value;
}

/** A list of texts; a missing or null one is empty. */
export function textsAt(row: Row, key: string): readonly string[] {
  const value = row.value[key] ?? [];
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) {
    throw new BrokenAnswer(row.from, `a list of texts "${key}"`);
  }
  return value as readonly string[];
}

/** A list of objects; a missing or null one is empty. */
export function rowsAt(row: Row, key: string): readonly Row[] {
  const value = row.value[key] ?? [];
  if (!Array.isArray(value)) throw new BrokenAnswer(row.from, `a list "${key}"`);
  return (value as readonly Json[]).map((each) => rowOf(row.from, each));
}

/** Splits a list into parts of at most `size`: a Graph filter takes 15 values after `in`. */
export function inParts<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, part) =>
    list.slice(part * size, (part + 1) * size),
  );
}
