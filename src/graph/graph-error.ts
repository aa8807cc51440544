import type { Json } from '../core/json.ts';
import { withoutSecrets } from '../core/secrets.ts';

/** What Graph says about a request it did not grant. */
export type GraphError = { readonly code: string; readonly message: string; readonly requestId?: string };

/** Whether a JSON value is an object; arrays are not. */
export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON text as a value, or undefined when it is not JSON. An object in it may have a key `__proto__` of its own. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Reads Graph's error body, without what looks like a secret: something between may send our own headers back; a body of another shape gives the status alone. */
export function graphError(status: number, body: Json | undefined): GraphError {
  const error = isObject(body) ? body.error : undefined;
  if (!isObject(error)) return { code: `http-${status}`, message: `status ${status}` };
  const inner = isObject(error.innerError) ? error.innerError['request-id'] : undefined;
  return {
    code: text(error.code) ?? `http-${status}`,
    message: text(error.message) ?? `status ${status}`,
    ...(typeof inner === 'string' ? { requestId: withoutSecrets(inner).slice(0, 100) } : {}),
  };
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? withoutSecrets(value).slice(0, 2_000) : undefined;
}
