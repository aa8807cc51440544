import type { Explanation } from '../explain/explanation.ts';
import { explainText } from '../explain/pasted.ts';
import type { Medium } from './shown.ts';

/** Why one person can or cannot use Apple Mail, ready to print. */
export async function explanationIn({ format, colour }: Medium, explanation: Explanation): Promise<string> {
  if (format === 'json') return (await import('../render/explain-json.ts')).explainJson(explanation);
  if (format === 'markdown')
    return (await import('../render/explain-markdown.ts')).explainMarkdown(explanation);
  return (await import('../render/explain-text.ts')).explainText(explanation, { colour });
}

/** What a pasted error text means, ready to print. Nobody is asked. */
export async function pastedIn({ format }: Medium, text: string, version: string): Promise<string> {
  const pasted = explainText(text, version);
  if (format === 'json') return (await import('../render/explain-json.ts')).pastedJson(pasted);
  const { pastedMarkdown, pastedText } = await import('../render/pasted-text.ts');
  const { forMarkdown, forTerminal } = await import('../render/safe.ts');
  return format === 'markdown' ? pastedMarkdown(pasted, forMarkdown) : pastedText(pasted, forTerminal);
}
