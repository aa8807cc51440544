import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csv } from '../../../src/render/csv.ts';

/** RFC 4180 by its grammar, written anew: quoted cells, doubled quotes, CRLF after every record. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] !== '"') throw new Error(`a cell that is not quoted at ${at}`);
    let cell = '';
    for (at += 1; ; at += 1) {
      if (at >= text.length) throw new Error('a cell without an end');
      if (text[at] !== '"') cell += text[at];
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else break;
    }
    row.push(cell);
    if (text[at + 1] === ',') at += 2;
    else if (text.startsWith('\r\n', at + 1)) {
      rows.push(row);
      row = [];
      at += 3;
    } else throw new Error(`neither a separator nor the end of a record at ${at}`);
  }
  return rows;
}

const FORMULA = /^[\s\u3000]*[=+\-@\t\r＝＋－＠]/;
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n";,\' a1(|'), maxLength: 12 }),
);

test('a parser gives back a table of the same shape, and no cell that begins like a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.array(hostile, { minLength: 3, maxLength: 3 }), { maxLength: 5 }), (rows) => {
      const text = csv(['a', 'b', 'c'], rows);
      expect(text.startsWith('\uFEFF')).toBe(true);
      const [header, ...cells] = parse(text.slice(1));
      expect(header).toEqual(['a', 'b', 'c']);
      expect(cells.map(({ length }) => length)).toEqual(rows.map(() => 3));
      for (const cell of cells.flat()) {
        expect(cell).not.toMatch(FORMULA);
        // Whatever separator a spreadsheet expects, no piece of a cell begins a formula.
        for (const piece of cell.split(/[;,]/)) expect(piece).not.toMatch(FORMULA);
        expect(cell).not.toMatch(/[\r\n\t]/);
      }
    }),
  );
});

test('text without anything special is given back to the letter', () => {
  const plain = fc
    .string({ unit: fc.constantFrom(...'abzÄöü漢 "\'.0_#'), maxLength: 20 })
    .map((text) => `x${text.trim()}`);
  fc.assert(
    fc.property(
      plain.filter((text) => !/ {3}|##/.test(text)),
      (text) => {
        expect(parse(csv(['a'], [[text]]).slice(1))).toEqual([['a'], [text]]);
      },
    ),
  );
});

test.each([
  ['=HYPERLINK("http://evil.example")', '\'=HYPERLINK("http://evil.example")'],
  ['+49 170', "'+49 170"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', '\\u{9}=1'],
  ['\r=1', '\\u{D}=1'],
  ['a;=1', "a;'=1"],
])('%j is the cell %j', (text, cell) => {
  expect(parse(csv(['a'], [[text]]).slice(1))[1]).toEqual([cell]);
});
