/** What a query asks of one object: each field with its arguments, and what it asks of that. */
export type Selection = {
  readonly name: string;
  readonly as: string;
  readonly args: { readonly [name: string]: unknown };
  readonly fields: readonly Selection[];
};
export type Query = { readonly name: string | undefined; readonly fields: readonly Selection[] };

const TOKEN = /"(?:[^"\\]|\\.)*"|\$?[_A-Za-z]\w*|-?\d+|[{}():!=[\]]/g;

/**
 * Reads a query with plain fields, aliases, arguments and variables: no fragments, no directives.
 * @throws SyntaxError for anything else
 */
export function readQuery(source: string, variables: { readonly [name: string]: unknown }): Query {
  const tokens = source.replace(/#.*$/gm, '').match(TOKEN) ?? [];
  let at = 0;
  const next = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new SyntaxError('Unexpected end of document');
    return token;
  };
  const expect = (wanted: string): void => {
    const token = next();
    if (token !== wanted) throw new SyntaxError(`Expected ${wanted}, actual: ${token}`);
  };
  const value = (): unknown => {
    const token = next();
    if (token.startsWith('$')) return variables[token.slice(1)] ?? null;
    if (token.startsWith('"')) return JSON.parse(token);
    return token === 'null'
      ? null
      : token === 'true' || (token !== 'false' && /^-?\d+$/.test(token) ? Number(token) : token);
  };
  const set = (): readonly Selection[] => {
    expect('{');
    const found: Selection[] = [];
    while (tokens[at] !== '}') {
      const as = next();
      const aliased = tokens[at] === ':';
      if (aliased) at += 1;
      const name = aliased ? next() : as;
      if (!/^[_A-Za-z]/.test(name)) throw new SyntaxError(`Unexpected ${name}`);
      const args: { [name: string]: unknown } = {};
      if (tokens[at] === '(') {
        at += 1;
        while (tokens[at] !== ')') {
          const arg = next();
          expect(':');
          args[arg] = value();
        }
        at += 1;
      }
      found.push({ name, as, args, fields: tokens[at] === '{' ? set() : [] });
    }
    at += 1;
    return found;
  };
  if (tokens[at] === 'query') at += 1;
  const name = tokens[at] !== '{' && tokens[at] !== '(' ? next() : undefined;
  if (tokens[at] === '(') while (next() !== ')');
  const fields = set();
  if (at !== tokens.length) throw new SyntaxError(`Unexpected ${tokens[at]}`);
  return { name, fields };
}
