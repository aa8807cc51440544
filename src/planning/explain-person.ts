import type { Answer } from '../core/request.ts';
import { explain, type Question } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { readsFor } from '../explain/rounds.ts';
import type { GraphReader } from '../graph/reader.ts';
import { readUntilQuiet } from './observe.ts';

/**
 * Reads what the gates of one person hang on, and walks them: two rounds, whatever the size of the tenant.
 * @throws BrokenAnswer, GraphFailure: then nothing is known and nothing is said.
 */
export async function explainPerson(reader: GraphReader, question: Question): Promise<Explanation> {
  const { policy, asked, day } = question;
  const answers = new Map<string, Answer>();
  await readUntilQuiet(reader, answers, () => readsFor(policy, asked, answers, day));
  return explain(question, answers);
}
