/**
 * A plan comment as a person in a terminal reads it: without what GitHub hides, tables in columns, and what GitHub
 * folds named by its summary with the number of lines behind it. The comment is harmless as Markdown and stays one
 * harmless line a line.
 */
export function commentOnTerminal(body: string): string {
  const shown: string[] = [];
  let table: string[] = [];
  let depth = 0;
  let behind = 0;
  const flush = () => {
    shown.push(...columns(table));
    table = [];
  };
  for (const line of body.split('\n')) {
    const opened = /^<details><summary>(.*)<\/summary>$/.exec(line)?.[1];
    if (opened !== undefined) {
      depth += 1;
      if (depth === 1) {
        flush();
        shown.push(`▸ ${opened}`);
        behind = 0;
        continue;
      }
    }
    if (line === '</details>') {
      depth -= 1;
      if (depth === 0) shown[shown.length - 1] += ` (${behind} lines folded)`;
      continue;
    }
    if (depth > 0) {
      if (line !== '') behind += 1;
    } else if (line.startsWith('| ')) table.push(line);
    else {
      flush();
      if (!/^<!-- .* -->$/.test(line)) shown.push(plain(line));
    }
  }
  flush();
  return `${shown
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** Rows of a Markdown table, padded; no cell holds a bar of its own. */
function columns(rows: readonly string[]): readonly string[] {
  const cells = rows
    .filter((row) => !/^\|(?: --- \|)+$/.test(row))
    .map((row) => row.slice(2, -2).split(' | ').map(plain));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Without the marks that only Markdown needs; a link keeps its words. */
function plain(line: string): string {
  return line
    .replace(/(?<!\\)\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*/g, '')
    .replace(/\\([^\w\s])/g, '$1');
}
