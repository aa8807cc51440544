import { createTwoFilesPatch } from 'diff';
import type { Json } from '../core/json.ts';
import type { TenantPlan } from '../core/plan.ts';
import { jsonText } from './json-text.ts';

/** Two values and what each is called; undefined is nothing at all. */
type Sides = { readonly [side in 'before' | 'after']: readonly [name: string, value: Json | undefined] };

/** Both values as JSON, as the lines of a unified diff. Every line is harmless, on a terminal and in a fence. */
export function jsonDiff({ before, after }: Sides): readonly string[] {
  const [old, now] = [before, after].map(([, value]) => (value === undefined ? '' : jsonText(value)));
  const patch = createTwoFilesPatch(before[0], after[0], old ?? '', now ?? '', '', '', { context: 2 });
  // The first line is a row of `=` that says nothing.
  return patch
    .split('\n')
    .filter((line) => line !== '' && !/^=+$/.test(line))
    .map((line) => line.trimEnd());
}

/** The effective policy before and after as a unified diff; no lines where it stays the same. */
export function policyDiff({
  policy,
  policyBefore,
}: Pick<TenantPlan, 'policy' | 'policyBefore'>): readonly string[] {
  if (policyBefore === undefined) return [];
  const lines = jsonDiff({ before: ['before', policyBefore ?? undefined], after: ['after', policy] });
  return lines.some((line) => line.startsWith('@@')) ? lines : [];
}
