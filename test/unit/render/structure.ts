import { expect } from 'vitest';

/** Characters that hide, reorder or begin an escape sequence. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const COMMAND = /^\s*::|##[a-z]*\[/i;

/** Every line shows as it is, and no CI engine takes it for a command. */
export function expectHarmless(text: string): void {
  for (const line of text.split('\n')) {
    expect(line).not.toMatch(HIDDEN);
    expect(line).not.toMatch(COMMAND);
  }
}

/** What a reader takes for the form of a text: how many lines, and how deep each. */
export function outline(text: string): readonly number[] {
  return text.split('\n').map((line) => line.search(/\S|$/));
}

/** What makes up the form of a line of Markdown: what begins it, how many cells, how many tags. */
function lineForm(line: string): string {
  const start = /^ *(?:#{1,6} |- |> |\d+[.)] |\| |```\w*|<\/?\w+)?/.exec(line)?.[0] ?? '';
  const pipes = line.match(/(?<!\\)\|/g)?.length ?? 0;
  return `${start} pipes ${pipes} tags ${line.replace(/`[^`]*`/g, '').match(/</g)?.length ?? 0}`;
}

/** The form of a Markdown text; what stands in fences counts as lines only. */
export function markdownForm(text: string): readonly string[] {
  let fenced = false;
  return text.split('\n').map((line) => {
    const fence = /^ *```/.test(line);
    if (fence) fenced = !fenced;
    return fence ? 'fence' : fenced ? 'code' : lineForm(line);
  });
}

/** No line means more to GitHub than our own words do: mentions, references, links, HTML, emoji, formulas. */
export function expectInert(text: string): void {
  let fenced = false;
  for (const line of text.split('\n')) {
    if (/^ *```/.test(line)) fenced = !fenced;
    else if (!fenced) expectInertLine(line);
  }
  expect(fenced).toBe(false);
}

function expectInertLine(line: string): void {
  expect((line.match(/`/g)?.length ?? 0) % 2, line).toBe(0);
  const own = line.replace(/^<\/?details>(<summary>[\w, ]+<\/summary>)?$/, '').replace(/^### /, '');
  const prose = own.replace(/`[^`]*`/g, 'code').replace(/&(?:amp|lt|gt|#124|#96);/g, '%');
  expect(prose).not.toMatch(/[@#$<>]/);
  expect(prose).not.toMatch(/:\/\/|www\.|:[\w+-]+:/);
  expect(prose).not.toMatch(/(?<!\\)(?:\\\\)*[[\]]/);
  expect(prose).not.toContain('&');
}
