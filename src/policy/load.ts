import type { Day } from '../core/state.ts';
import { readPolicyFiles } from './files.ts';
import { type LoadedPolicies, policiesOf, policiesToBlock } from './policies.ts';

export type { LoadedPolicies } from './policies.ts';

/**
 * Reads and checks a policies directory: all problems of all files at once, never an exception for what the files say.
 * Dates are judged by `day`, a UTC day.
 */
export async function loadPolicies(directory: string, day: Day): Promise<LoadedPolicies> {
  const loaded = policiesOf(await readPolicyFiles(directory), day);
  if (loaded.guardrails === undefined) return loaded;
  const { withGuardrails } = await import('../guardrails/open.ts');
  return await withGuardrails(loaded);
}

/** The same for a block: neither guardrails nor settings with errors stand in its way. */
export async function loadToBlock(directory: string, day: Day): Promise<LoadedPolicies> {
  return policiesToBlock(await readPolicyFiles(directory), day);
}
