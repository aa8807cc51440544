import { type Alias, type CST, type Document, visit } from 'yaml';

/** The language needs 5 levels; more than this is a mistake or an attack. */
const MAX_DEPTH = 32;
/** Longest list or mapping: checks compare entries with each other. */
const MAX_ITEMS = 5000;
/** Values that aliases may multiply to, by the count of the `yaml` library. */
export const MAX_ALIASES = 100;
export const TOO_MANY_ALIASES = `The aliases multiply to more than ${MAX_ALIASES} values.`;

export type Excess = { readonly rule: string; readonly message: string; readonly offset: number };

/** Nesting and length beyond reason. Walks without recursion, since depth is what it guards against. */
export function tooMuch(tokens: readonly CST.Token[]): Excess | undefined {
  const tooLong = (offset: number): Excess => {
    return { rule: 'too-long', message: `More than ${MAX_ITEMS} entries stand in one place.`, offset };
  };
  if (tokens.length > MAX_ITEMS) return tooLong(0);
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({
    token,
    depth: 0,
  }));
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    const { token, depth } = each;
    const { offset } = token;
    if (depth > MAX_DEPTH) {
      return { rule: 'too-deep', message: `The file is nested deeper than ${MAX_DEPTH} levels.`, offset };
    }
    if (around(token).some((each) => each.length > MAX_ITEMS)) return tooLong(offset);
    if (token.type === 'document') {
      if (token.value !== undefined) open.push({ token: token.value, depth });
    } else if ('items' in token) {
      if (token.items.length > MAX_ITEMS) return tooLong(offset);
      for (const item of token.items) {
        if (item.start.length > MAX_ITEMS) return tooLong(offset);
        if (item.key) open.push({ token: item.key, depth: depth + 1 });
        if (item.value) open.push({ token: item.value, depth: depth + 1 });
      }
    }
  }
  return undefined;
}

/** The first alias that must not be followed: without an anchor, one too many, or without end inside its own value. */
export function badAlias(document: Document.Parsed): Excess | undefined {
  let found: Excess | undefined;
  let count = 0;
  visit(document, {
    Alias(_key: unknown, alias: Alias, parents) {
      const offset = alias.range?.[0] ?? 0;
      count += 1;
      if (count > MAX_ALIASES) found = { rule: 'too-many-aliases', message: TOO_MANY_ALIASES, offset };
      else {
        const target = alias.resolve(document);
        if (target !== undefined && !parents.includes(target)) return undefined;
        const why = target === undefined ? 'for nothing' : 'inside the value it stands for';
        found = { rule: 'bad-alias', message: `The alias stands ${why}.`, offset };
      }
      return visit.BREAK;
    },
  });
  return found;
}

/** What stands before and after a value: comments, anchors, tags, line ends. */
function around(token: CST.Token): readonly (readonly unknown[])[] {
  const start = 'start' in token && Array.isArray(token.start) ? [token.start] : [];
  const end = 'end' in token && Array.isArray(token.end) ? [token.end] : [];
  return [...start, ...end];
}
