import { styleText } from 'node:util';

type Brush = (text: string) => string;

/** Colours of the terminal; text reads the same without them. */
export type Paint = {
  readonly strong: Brush;
  readonly faint: Brush;
  readonly good: Brush;
  readonly bad: Brush;
  readonly careful: Brush;
};

const plain: Brush = (text) => text;

/** Whether to colour is the caller's decision, so the stream is not asked again. */
export function paint(colour: boolean): Paint {
  const brush = (style: Parameters<typeof styleText>[0]): Brush =>
    colour ? (text) => styleText(style, text, { validateStream: false }) : plain;
  return {
    strong: brush('bold'),
    faint: brush('dim'),
    good: brush('green'),
    bad: brush('red'),
    careful: brush('yellow'),
  };
}

/** Puts every line deeper by that many blanks. */
export function indent(lines: readonly string[], by: number): readonly string[] {
  return lines.map((line) => (line === '' ? line : `${' '.repeat(by)}${line}`));
}
