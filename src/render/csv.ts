import { forCsv } from './safe.ts';

/** Excel takes a file without this mark for one of the machine's own code page, and spoils every umlaut. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * A table as RFC 4180 has it: one header, CRLF, every cell quoted; UTF-8 with a byte order mark. A cell that a
 * spreadsheet would take for a formula (`=`, `+`, `-`, `@`, also after blanks or a separator) gets an apostrophe before
 * it; what does not show as itself, tabs and line ends among it, is written `\u{9}`.
 */
export function csv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${BYTE_ORDER_MARK}${[header, ...rows].map((row) => `${row.map(forCsv).join(',')}\r\n`).join('')}`;
}
