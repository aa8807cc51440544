import { createInterface } from 'node:readline/promises';

/** Where somebody can be asked. */
export type Asking = {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
};

/** Nobody sits there who could say yes. */
class NobodyToAsk extends Error {
  override readonly name = 'NobodyToAsk';
  readonly fix = 'Give --yes where nobody can be asked.';
}

/**
 * Asks for the name of the tenant to be typed: a slip of the finger is no yes.
 * @throws NobodyToAsk where there is no terminal.
 */
export async function typed(question: string, name: string, { input, output }: Asking): Promise<boolean> {
  if (input.isTTY !== true || output.isTTY !== true)
    throw new NobodyToAsk('This needs somebody to confirm it, and there is no terminal. Nothing was sent.');
  const asking = createInterface({ input, output });
  try {
    return (await asking.question(question)).trim() === name;
  } finally {
    asking.close();
  }
}

/** A file is there, and nobody sits there who could say that it may go. */
class FileThere extends Error {
  override readonly name = 'FileThere';
  readonly fix = 'Name another folder with --out, or replace the file with --force.';
}

/**
 * Asks whether a file may be replaced; anything but yes is no.
 * @throws FileThere where there is no terminal.
 */
export async function mayReplace(file: string, { input, output }: Asking): Promise<boolean> {
  if (input.isTTY !== true || output.isTTY !== true)
    throw new FileThere(`${file} is there already, and stays as it is.`);
  const asking = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test((await asking.question(`${file} is there already. Replace it? [y/N] `)).trim());
  } finally {
    asking.close();
  }
}
