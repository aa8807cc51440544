import type { WriteRequest } from '../core/request.ts';
import { jsonText } from './json-text.ts';
import { forTerminal } from './safe.ts';

/** A request as it goes out: method and path, then the body as JSON. Every line harmless on a terminal and in a fence. */
export function requestLines({ method, path, body }: WriteRequest): readonly string[] {
  const json = body === undefined ? [] : jsonText(body).trimEnd().split('\n');
  return [`${method} ${forTerminal(path)}`, ...json];
}
