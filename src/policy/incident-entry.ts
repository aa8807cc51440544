import { Document, isMap, parseDocument } from 'yaml';
import type { Incident } from '../core/incident.ts';
import { canonical, type Json } from '../core/json.ts';

/**
 * A tenant file with an incident entry: a new one at its end, or in place of the one that is there. Every other line
 * and comment stays as it is.
 * @returns undefined where the text cannot be edited without changing what else it says.
 */
export function withIncident(text: string, incident: Incident): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const before = plain(document.toJS());
  if (before === undefined) return undefined;
  const wanted = canonical({ ...before, incident: { ...incident } });
  const says = (candidate: string) => {
    const reread = parseDocument(candidate);
    const value = reread.errors.length === 0 ? plain(reread.toJS()) : undefined;
    return value !== undefined && canonical(value) === wanted;
  };
  if (!document.contents.has('incident')) {
    const appended = withLines(text, new Document({ incident }).toString({ lineWidth: 0 }));
    if (says(appended)) return appended;
  }
  document.set('incident', document.createNode({ ...incident }));
  const rewritten = document.toString({ lineWidth: 0 });
  return says(rewritten) ? rewritten : undefined;
}

/** In the file's own line ends. */
function withLines(text: string, lines: string): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const whole = text === '' || text.endsWith('\n') ? text : `${text}${end}`;
  return whole + lines.replaceAll('\n', end);
}

function plain(value: unknown): { readonly [key: string]: Json } | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : undefined;
}
