import type { GraphRequest } from './endpoints.ts';

/** A request without what differs from tenant to tenant: the same form is the same request of other ids. */
export function formOf({ method, path, headers, body }: GraphRequest): string {
  const plain = decodeURIComponent(path)
    .replace(/ ge \d{4}-[\d-]+T[\d:]+Z/, ' ge *')
    .replace(/ in \(.*\)(?=&|$)/, ' in (*)')
    .replace(
      /(appId|roleTemplateId|clientId|principalId|userPrincipalName|mail|activityDisplayName)(=| eq )'[^']*'/g,
      "$1$2'*'",
    )
    .replace(
      /\/(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?!identitySecurity)[\w-]{40,})(?=[/?]|$)/g,
      '/*',
    );
  const eventual = Object.keys(headers).some((name) => name.toLowerCase() === 'consistencylevel');
  return `${method} ${plain}${eventual ? ' (eventual)' : ''}${body === undefined ? '' : ` ${shapeOf(body)}`}`;
}

function shapeOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return '';
  const keys = Object.entries(body).map(([key, value]) => `${key}${shapeOf(value)}`);
  return `{${keys.sort().join(',')}}`;
}

/** The paths that stand in a source text (`path: …` or `path = …`), and what a sent path looks like that came from one. */
export function sourcePaths(source: string): readonly { readonly text: string; readonly pattern: RegExp }[] {
  return [...source.matchAll(/\bpath(?::| =) (?=["'`]\/)/g)].map(({ index, 0: { length } }) => {
    const text = literalAt(source, index + length);
    const fixed = fixedParts(text.slice(1, -1)).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return { text, pattern: new RegExp(`^${fixed.join('.*')}$`) };
  });
}

/** A literal from its opening quote to its closing one, whatever is nested in it. */
function literalAt(source: string, start: number): string {
  const quote = source[start];
  let at = start + 1;
  while (at < source.length && source[at] !== quote)
    at = quote === '`' && isHole(source, at) ? holeEnd(source, at) : at + 1;
  return source.slice(start, at + 1);
}

const isHole = (source: string, at: number) => source.startsWith('${', at);

function holeEnd(source: string, start: number): number {
  let depth = 0;
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '{') depth++;
    else if (source[at] === '}' && --depth === 0) return at + 1;
    else if (source[at] === '`') at += literalAt(source, at).length - 1;
  }
  return source.length;
}

function fixedParts(template: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < template.length; at++) {
    if (!isHole(template, at)) continue;
    parts.push(template.slice(from, at));
    from = holeEnd(template, at);
    at = from - 1;
  }
  return [...parts, template.slice(from)];
}
