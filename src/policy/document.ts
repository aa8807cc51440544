import { Composer, isScalar, LineCounter, Parser } from 'yaml';
import type { Finding, Position } from '../core/finding.ts';
import { badAlias, MAX_ALIASES, TOO_MANY_ALIASES, tooMuch } from './bounds.ts';
import { type Place, placesOf } from './places.ts';

/** Largest policy file that is read: 1 MiB. */
export const MAX_BYTES = 1_048_576;
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
  const excess = tooMuch(tokens);
  if (excess !== undefined) {
    return refuse(excess.rule, excess.message, 'Simplify the file.', position(excess.offset));
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
    return refuse('too-many-aliases', TOO_MANY_ALIASES, 'Write the values out instead of the aliases.');
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
