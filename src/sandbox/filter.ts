import { badRequest, unsupportedQuery } from './answers.ts';

/** A parsed `$filter`. Only what the documented queries of this subset use; anything else is refused, never ignored. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'eq'; readonly property: string; readonly value: Literal }
  | { readonly kind: 'any'; readonly property: string; readonly value: Literal }
  | { readonly kind: 'in'; readonly property: string; readonly values: readonly Literal[] }
  | { readonly kind: 'ge' | 'le'; readonly property: string; readonly value: string }
  | { readonly kind: 'startswith'; readonly property: string; readonly value: string };

type Literal = string | boolean | null;

type Token = { readonly kind: 'word' | 'text' | 'mark'; readonly text: string };

/** More comparisons than this in one filter are refused. */
const MAX_CLAUSES = 15;

const PATTERN = /\s*(?:'((?:[^']|'')*)'|([A-Za-z0-9_\-./$@:]+)|([(),]))/y;

function tokens(source: string): Token[] {
  const found: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < source.trimEnd().length) {
    const at = PATTERN.lastIndex;
    const match = PATTERN.exec(source);
    if (!match) throw badRequest(`Syntax error at position ${at} in '${source}'.`);
    const [, text, word, mark] = match;
    if (text !== undefined) found.push({ kind: 'text', text: text.replaceAll("''", "'") });
    else if (word !== undefined) found.push({ kind: 'word', text: word });
    else found.push({ kind: 'mark', text: mark ?? '' });
  }
  return found;
}

/**
 * Parses `eq`, `any` with `eq`, `in`, `ge`, `le`, `startswith`, `and`, `or` and parentheses.
 * @throws GraphError 400 for a syntax error, another operator, or more than 15 comparisons.
 */
export function parseFilter(source: string): Filter {
  const input = tokens(source);
  let at = 0;
  let clauses = 0;

  const peek = (): string => (input[at]?.kind === 'text' ? '' : (input[at]?.text.toLowerCase() ?? ''));
  const take = (expected?: string): Token => {
    const token = input[at];
    if (!token || (expected !== undefined && peek() !== expected)) {
      throw badRequest(`Invalid filter clause: syntax error in '${source}'.`);
    }
    at++;
    return token;
  };
  const literal = (): Literal => {
    clauses++;
    const token = take();
    if (token.kind === 'text') return token.text;
    if (token.kind === 'mark') throw badRequest(`Invalid filter clause: syntax error in '${source}'.`);
    if (token.text === 'null') return null;
    return token.text === 'true' ? true : token.text === 'false' ? false : token.text;
  };
  const chain = (word: 'and' | 'or', next: () => Filter): Filter => {
    const terms = [next()];
    while (peek() === word) {
      take();
      terms.push(next());
    }
    const [only] = terms;
    return only && terms.length === 1 ? only : { kind: word, terms };
  };
  const comparison = (): Filter => {
    if (peek() === '(') {
      take();
      const inner = either();
      take(')');
      return inner;
    }
    const property = take().text;
    if (property.toLowerCase() === 'startswith' && peek() === '(') {
      take();
      const name = take().text;
      take(',');
      const value = String(literal());
      take(')');
      return { kind: 'startswith', property: name, value };
    }
    // `targetResources/any(t:t/id eq '…')`: one of several has it.
    const [, list] = /^(.+)\/any$/.exec(property) ?? [];
    if (list !== undefined && peek() === '(') {
      take();
      const [, each] = /^(?:\w+):\w+\/(\w+)$/.exec(take().text) ?? [];
      take('eq');
      const value = literal();
      take(')');
      return { kind: 'any', property: `${list}/${each}`, value };
    }
    const operator = take().text.toLowerCase();
    if (operator === 'eq') return { kind: 'eq', property, value: literal() };
    if (operator === 'ge' || operator === 'le') return { kind: operator, property, value: String(literal()) };
    if (operator !== 'in') throw unsupportedQuery(`Unsupported query filter operator '${operator}'.`);
    take('(');
    const values = [literal()];
    while (peek() === ',') {
      take();
      values.push(literal());
    }
    take(')');
    return { kind: 'in', property, values };
  };
  const both = (): Filter => chain('and', comparison);
  const either = (): Filter => chain('or', both);

  const filter = either();
  if (at < input.length) throw badRequest(`Invalid filter clause: syntax error in '${source}'.`);
  if (clauses > MAX_CLAUSES) {
    throw unsupportedQuery(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${clauses}. Max allowed: ${MAX_CLAUSES}.`,
    );
  }
  return filter;
}

/** The properties a filter compares. */
export function filterProperties(filter: Filter): string[] {
  return 'terms' in filter ? filter.terms.flatMap(filterProperties) : [filter.property];
}

/** The properties a filter asks the order of: few can be compared so. */
export function orderedIn(filter: Filter): string[] {
  if ('terms' in filter) return filter.terms.flatMap(orderedIn);
  return filter.kind === 'ge' || filter.kind === 'le' ? [filter.property] : [];
}

/** Compares as the directory does: text without regard to case. */
export function matches(filter: Filter, property: (name: string) => unknown): boolean {
  const same = (value: unknown, wanted: Literal): boolean =>
    typeof value === 'string' && typeof wanted === 'string'
      ? value.toLowerCase() === wanted.toLowerCase()
      : (value ?? null) === wanted;
  switch (filter.kind) {
    case 'and':
      return filter.terms.every((term) => matches(term, property));
    case 'or':
      return filter.terms.some((term) => matches(term, property));
    case 'eq':
      return same(property(filter.property), filter.value);
    case 'any': {
      const values = property(filter.property);
      return Array.isArray(values) && values.some((value) => same(value, filter.value));
    }
    case 'in': {
      const value = property(filter.property);
      return filter.values.some((wanted) => same(value, wanted));
    }
    case 'ge':
    case 'le': {
      const [value, limit] = [Date.parse(String(property(filter.property))), Date.parse(filter.value)];
      return filter.kind === 'ge' ? value >= limit : value <= limit;
    }
    case 'startswith': {
      const value = property(filter.property);
      return typeof value === 'string' && value.toLowerCase().startsWith(filter.value.toLowerCase());
    }
  }
}
