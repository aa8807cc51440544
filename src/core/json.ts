/** A JSON value, as it travels in requests, answers and plan files. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one spelling of a JSON value: keys sorted by code unit, no blanks.
 * Two values are the same exactly when their canonical text is.
 */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    // A property that is undefined does not exist, here as in JSON.stringify.
    const entries = Object.entries(value as { readonly [key: string]: Json }).filter(
      ([, each]) => each !== undefined,
    );
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Whether two JSON values are the same value. */
export function sameJson(a: Json, b: Json): boolean {
  return canonical(a) === canonical(b);
}

/** Orders text by code unit, the same on every machine and in every locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
