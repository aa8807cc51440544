import { type Alias, Composer, type CST, type Document, isScalar, LineCounter, Parser, visit } from 'yaml';
import type { Finding, Position } from '../core/finding.ts';
import { type Place, placesOf } from './places.ts';

/** Largest policy file that is read: 1 MiB. */
export const MAX_BYTES = 1_048_576;
/** The language needs 5 levels; more than this is a mistake or an attack. */
const MAX_DEPTH = 32;
/** Values that aliases may multiply to, by the count of the `yaml` library. */
const MAX_ALIASES = 100;
const TOO_MANY = `The aliases multiply to more than ${MAX_ALIASES} values.`;

/** A parsed policy file: plain values, and where each of them stands. */
export type PolicyDocument = {
  readonly file: string;
  readonly value: unknown;
  /** The position of a value by JSON pointer: of its key in a mapping, of the item in a list; of the nearest parent that exists. */
  readonly at: (pointer: string) => Position;
  /** The position of the value itself, behind its key. */
  readonly valueAt: (pointer: string) => Position;
};

export type Parsed = { readonly document?: PolicyDocument; readonly findings: readonly Finding[] };

const rules: { readonly [code: string]: { readonly rule: string; readonly fix: string } } = {
  DUPLICATE_KEY: { rule: 'duplicate-key', fix: 'Keep one of the two keys.' },
  TAG_RESOLVE_FAILED: { rule: 'unknown-tag', fix: 'Remove the tag (the word that starts with `!`).' },
  BAD_ALIAS: { rule: 'bad-alias', fix: 'Write the value out instead of the alias.' },
  NON_STRING_KEY: { rule: 'yaml-syntax', fix: 'Use plain text as key.' },
};

/**
 * Bytes of a policy file → values with positions. Never throws: whatever the bytes are, the answer is a document or
 * findings that say why there is none. YAML 1.2 core schema, so a day such as 2026-11-24 stays text.
 */
export function parseDocument(file: string, bytes: Uint8Array): Parsed {
  const start: Position = { file, line: 1, column: 1 };
  const refuse = (rule: string, message: string, fix: string, at: Position = start): Parsed => ({
    findings: [{ rule, severity: 'error', message, fix, at }],
  });
  if (bytes.length > MAX_BYTES) {
    return refuse('file-too-large', 'The file is larger than 1 MiB.', 'Split it: one tenant a file.');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('not-utf-8', 'The file is not UTF-8 text.', 'Save it with the encoding UTF-8.');
  }

  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const deep = tooDeep(tokens);
  if (deep !== undefined) {
    return refuse('too-deep', `Nested deeper than ${MAX_DEPTH} levels.`, 'Flatten the file.', position(deep));
  }
  const composer = new Composer({
    schema: 'core',
    resolveKnownTags: false,
    merge: false,
    stringKeys: true,
    lineCounter: lines,
  });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  const problems = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  if (problems.length > 0) {
    return {
      findings: problems.map((problem) => ({
        rule: rules[problem.code]?.rule ?? 'yaml-syntax',
        severity: 'error',
        message: `${problem.message}.`,
        fix: rules[problem.code]?.fix ?? 'Correct the YAML at this place.',
        at: position(problem.pos[0]),
      })),
    };
  }
  if (second !== undefined) {
    const fix = 'Remove the `---` line, or move the second document to a file of its own.';
    return refuse(
      'several-documents',
      'The file holds more than one document.',
      fix,
      position(second.range[0]),
    );
  }
  const contents = document?.contents;
  if (document === undefined || !contents || (isScalar(contents) && contents.value === null)) {
    return refuse('empty-file', 'The file is empty.', 'Fill it in, or delete it.');
  }
  const alias = badAlias(document);
  if (alias !== undefined) {
    const fix = 'Write the value out instead of the alias.';
    return refuse(alias.rule, alias.message, fix, position(alias.offset));
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return refuse('too-many-aliases', TOO_MANY, 'Write the values out instead of the aliases.');
  }
  const places = placesOf(document);
  const find = (pointer: string, part: keyof Place): Position => {
    for (let rest = pointer; rest !== ''; rest = rest.slice(0, rest.lastIndexOf('/'))) {
      const place = places.get(rest);
      if (place !== undefined) return position(rest === pointer ? place[part] : place.key);
    }
    return position(places.get('')?.value ?? 0);
  };
  return {
    document: {
      file,
      value,
      at: (pointer) => find(pointer, 'key'),
      valueAt: (pointer) => find(pointer, 'value'),
    },
    findings: [],
  };
}

/** The offset of the first token nested too deep; walks without recursion, since depth is what it guards against. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({
    token,
    depth: 0,
  }));
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    const { token, depth } = each;
    if (depth > MAX_DEPTH) return token.offset;
    if (token.type === 'document') {
      if (token.value !== undefined) open.push({ token: token.value, depth });
    } else if ('items' in token) {
      for (const item of token.items) {
        if (item.key) open.push({ token: item.key, depth: depth + 1 });
        if (item.value) open.push({ token: item.value, depth: depth + 1 });
      }
    }
  }
  return undefined;
}

/** The first alias that must not be followed: one inside the value it stands for would have no end. */
function badAlias(document: Document.Parsed): { rule: string; message: string; offset: number } | undefined {
  let found: { rule: string; message: string; offset: number } | undefined;
  let count = 0;
  visit(document, {
    Alias(_key: unknown, alias: Alias, parents) {
      const offset = alias.range?.[0] ?? 0;
      count += 1;
      if (count > MAX_ALIASES) found = { rule: 'too-many-aliases', message: TOO_MANY, offset };
      else {
        const target = alias.resolve(document);
        if (target === undefined || !parents.includes(target)) return undefined;
        found = { rule: 'bad-alias', message: 'The alias stands inside the value it stands for.', offset };
      }
      return visit.BREAK;
    },
  });
  return found;
}
