/** Lines of one Markdown block; blocks are separated by a blank line. */
export type Block = readonly string[];

/** A table of cells that are already harmless. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): Block {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}

/** Blocks behind a line to click on. The summary is HTML to GitHub, so it holds our own words only. */
export function folded(summary: string, blocks: readonly Block[]): readonly Block[] {
  return [[`<details><summary>${summary}</summary>`], ...blocks, ['</details>']];
}

/** Lines as they are, each already one harmless line. */
export function fenced(lines: readonly string[], language: string, by = 0): Block {
  const blanks = ' '.repeat(by);
  return [`${blanks}\`\`\`${language}`, ...lines.map((line) => `${blanks}${line}`), `${blanks}\`\`\``];
}
