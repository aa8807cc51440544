import type { Position } from '../core/finding.ts';

/**
 * Where a character of a YAML text value stands in the file, whatever way the value is written. The value's letters
 * are found again one after the other; quotes, backslashes, indentation and the head of a block are passed over.
 * @param from where the value begins.
 */
export function placeIn(text: string, value: string, offset: number, from: Position): Position {
  const lines = text.split('\n');
  let line = from.line - 1;
  let column = from.column - 1;
  // The head of a block: `|`, `>`, with its signs and a comment.
  if (/^[|>][-+0-9]*\s*(#.*)?$/.test((lines[line] ?? '').slice(column))) {
    line += 1;
    column = 0;
  }
  let last: Position = from;
  const blanks = /^\s*/.exec(value.slice(offset))?.[0].length ?? 0;
  for (const char of value.slice(0, offset + blanks + 1)) {
    if (/\s/.test(char)) continue;
    for (;;) {
      const here = lines[line];
      if (here === undefined) return last;
      if (column >= here.length) {
        line += 1;
        column = 0;
      } else if (here[column] === char) break;
      else column += 1;
    }
    last = { ...from, line: line + 1, column: column + 1 };
    column += 1;
  }
  return last;
}
