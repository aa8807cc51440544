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
