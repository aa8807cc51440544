import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../depth.ts';
import { count } from '../../tally.ts';
import { load, tenantText } from '../policy/sample.ts';
import { computing, staysUnpolluted } from './unpolluted.ts';

/** Milliseconds of computing one file may take, whatever is in it. */
const LONGEST = 6000;

staysUnpolluted();

/** Loads one file: a policy, or an error that has a place and a way out; soon, either way. */
function loaded(bytes: string | Uint8Array): readonly string[] {
  const start = computing();
  const { tenants, broken, findings } = load({ tenants: { sample: bytes } });
  expect(computing() - start).toBeLessThan(LONGEST);
  expect(tenants.length + broken.length).toBe(1);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (broken.length === 1) expect(errors).not.toEqual([]);
  for (const { message, fix, at } of errors) {
    expect(message).not.toMatch(/\[object|call stack|is not a function/);
    expect(fix).toMatch(/\S/);
    expect(at?.line).toBeGreaterThanOrEqual(1);
  }
  count('hostile inputs');
  return errors.map(({ rule }) => rule);
}

const EXAMPLES = ['policies/tenants', 'test/fixtures/policies'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8')),
);

const PIECES = [
  '\u0000',
  '\uFEFF',
  '\r\n',
  '\r',
  '\t',
  '\u2028',
  '&a ',
  '*a',
  '<<: *a\n',
  '!!js/function x',
  '!!binary ',
  '? ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '|',
  '>',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '%TAG ! x\n',
  '# ',
  ': ',
  '__proto__: {polluted: 1}\n',
  'constructor: {prototype: {polluted: 1}}\n',
  'prototype: 1\n',
  'toString: 1\n',
  '.nan',
  '.inf',
  '0x10',
  '1e999',
  '~',
  '\ud800',
  '../../etc/passwd',
  '\u202E',
  '&a [*a, *a]',
  '  ',
  'name',
  'tenant:\n',
  'hasOwnProperty: 1\n',
];

type Change = (text: string) => string;
const at = (text: string, share: number) => Math.floor(text.length * share);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(share, fc.constantFrom(...PIECES)).map(
    ([where, piece]): Change =>
      (text) =>
        text.slice(0, at(text, where)) + piece + text.slice(at(text, where)),
  ),
  fc.tuple(share, share).map(
    ([from, to]): Change =>
      (text) =>
        text.slice(0, at(text, from)) + text.slice(at(text, to)),
  ),
  fc.tuple(share, fc.nat({ max: 40 })).map(
    ([where, many]): Change =>
      (text) => {
        const lines = text.split('\n');
        const line = Math.min(lines.length - 1, Math.floor(lines.length * where));
        return lines
          .flatMap((each, index) => (index === line ? new Array(many).fill(each) : [each]))
          .join('\n');
      },
  ),
  fc.tuple(share, share).map(
    ([one, other]): Change =>
      (text) => {
        const lines = text.split('\n');
        const [a, b] = [one, other].map((each) =>
          Math.min(lines.length - 1, Math.floor(lines.length * each)),
        );
        [lines[a ?? 0], lines[b ?? 0]] = [lines[b ?? 0] ?? '', lines[a ?? 0] ?? ''];
        return lines.join('\n');
      },
  ),
  fc.constant<Change>((text) => text.replaceAll('\n', '\r\n')),
  fc.constantFrom('__proto__', 'constructor', 'prototype').chain((name) =>
    share.map(
      (where): Change =>
        (text) => {
          const keys = [...text.matchAll(/[a-zA-Z]+(?=:)/g)];
          const key = keys[Math.min(keys.length - 1, Math.floor(keys.length * where))];
          return key === undefined
            ? text
            : text.slice(0, key.index) + name + text.slice(key.index + key[0].length);
        },
    ),
  ),
);

test('a policy that was tampered with is read or refused, with a place and a way out', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...EXAMPLES),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (text, changes) => {
        loaded(changes.reduce((sofar, each) => each(sofar), text));
      },
    ),
    { numRuns: runs(120, 20_000) },
  );
});

describe('what is made to use up time or memory is refused', () => {
  const bomb = `${Array.from({ length: 30 }, (_, at) =>
    at === 0 ? 'a0: &a0 [x,x,x,x,x,x,x,x,x]' : `a${at}: &a${at} [${new Array(9).fill(`*a${at - 1}`).join()}]`,
  ).join('\n')}\n`;
  test.each<[string, string | Uint8Array, RegExp]>([
    ['aliases of aliases', tenantText(bomb), /too-many-aliases|unknown-key/],
    ['merge keys of merge keys', tenantText(bomb.replaceAll('[*', '{<<: *').replaceAll(']', '}')), /./],
    ['50,000 levels of lists', tenantText(`consent: ${'['.repeat(50_000)}`), /too-deep/],
    ['50,000 levels of mappings', tenantText(`consent: ${'{a: '.repeat(50_000)}`), /too-deep/],
    [
      '1,000 levels by indentation',
      tenantText(Array.from({ length: 1000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')),
      /too-deep/,
    ],
    [
      'more than 5,000 entries',
      tenantText(`assignments:\n  groups:\n${'    - name: x\n'.repeat(20_000)}`),
      /too-long|file-too-large/,
    ],
    [
      'more than 5,000 keys',
      tenantText(Array.from({ length: 30_000 }, (_, at) => `k${at}: 1`).join('\n')),
      /too-long/,
    ],
    ['more than 5,000 comments', tenantText('# x\n'.repeat(20_000)), /too-long/],
    ['more than 5,000 documents', '---\n'.repeat(20_000), /too-long|several-documents/],
    ['more than 5,000 anchors', tenantText(`consent: ${'&a '.repeat(20_000)}x`), /too-long|yaml-syntax/],
    ['a text of 10 MB', tenantText(`baseline: ${'x'.repeat(10_000_000)}\n`), /file-too-large/],
    ['a key of 1 MB', tenantText(`${'x'.repeat(1_000_000)}: 1\n`), /unknown-key|yaml-syntax/],
    [
      'a quoted text of 1 MB that is never closed',
      tenantText(`baseline: "${'\\u0041'.repeat(150_000)}`),
      /./,
    ],
    ['a number of 1 MB', tenantText(`safety:\n  settle: ${'9'.repeat(1_000_000)}\n`), /wrong/],
    ['UTF-16', Buffer.from(tenantText('baseline: x\n'), 'utf16le'), /./],
    ['NUL throughout', new Uint8Array(1_000_000), /./],
    ['0xFF throughout', new Uint8Array(1_000_000).fill(255), /not-utf-8/],
  ])('%s', (_, file, rule) => {
    expect(loaded(file).join()).toMatch(rule);
  });

  test('a name of a tenant that leads elsewhere', () => {
    for (const name of [
      '../../etc/passwd',
      '..',
      '.',
      'a/b',
      'a\\b',
      'C:x',
      '__proto__',
      'con\u0000',
      '%2e%2e',
      'a\n::error::x',
    ])
      expect(loaded(tenantText('', JSON.stringify(name))), name).not.toEqual([]);
  });
});
