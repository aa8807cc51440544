import { createTwoFilesPatch } from 'diff';
import type { TenantPlan } from '../core/plan.ts';
import { jsonText } from './json-text.ts';

/**
 * The effective policy before and after, as the lines of a unified diff; none where it stays the same. Every line is
 * harmless in a fence: what a policy says stands behind a sign and in quotes.
 */
export function policyDiff({
  policy,
  policyBefore,
}: Pick<TenantPlan, 'policy' | 'policyBefore'>): readonly string[] {
  if (policyBefore === undefined) return [];
  const before = policyBefore === null ? '' : jsonText(policyBefore);
  const after = jsonText(policy);
  if (before === after) return [];
  const patch = createTwoFilesPatch('before', 'after', before, after, '', '', { context: 2 });
  return patch
    .split('\n')
    .filter((line) => line !== '' && !/^=+$/.test(line))
    .map((line) => line.trimEnd());
}
