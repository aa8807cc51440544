import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { factsOf } from '../../../src/guardrails/facts.ts';
import { EMPTY, FULL } from '../../../src/guardrails/samples.ts';
import { DAY, opened, planFor } from './plans.ts';

const guide = readFileSync(new URL('../../../docs/guardrails.md', import.meta.url), 'utf8');

/** The keys of facts, down to those of list items, as paths. */
function paths(fact: unknown, at = ''): readonly string[] {
  if (Array.isArray(fact)) return fact.slice(0, 1).flatMap((item) => paths(item, at));
  if (fact === null || typeof fact !== 'object' || fact instanceof Map) return [at];
  return Object.entries(fact).flatMap(([key, value]) => paths(value, `${at}.${key}`));
}

test('the guide names everything that an expression can look at', () => {
  const names = new Set(paths(FULL).flatMap((path) => path.split('.').slice(1)));
  expect(names.size).toBeGreaterThan(50);
  const missing = [...names].filter((name) => !new RegExp(`\`[^\`]*\\b${name}\\b[^\`]*\``).test(guide));
  expect(missing).toEqual([]);
});

test('the samples have the shape of real facts', () => {
  const real = factsOf({ plan: planFor(), recentLosses: new Set(), day: DAY });
  const top = (facts: object) =>
    Object.entries(facts).map(([key, value]) => [
      key,
      value instanceof Map || Array.isArray(value) || typeof value !== 'object'
        ? ''
        : Object.keys(value).sort(),
    ]);
  for (const sample of [FULL, EMPTY]) expect(top(sample).sort()).toEqual(top(real).sort());
  const known = new Set(paths(FULL));
  expect(paths(real).filter((path) => ![...known].some((full) => full.startsWith(path)))).toEqual([]);
});

test('the examples of the guide can be opened', async () => {
  const examples = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map(([, text]) => text ?? '')
    .filter((text) => text.includes('require:'));
  expect(examples).toHaveLength(2);
  for (const example of examples) {
    const whole = example.startsWith('guardrails:') ? example : `guardrails:\n${example}`;
    expect((await opened(whole)).findings).toEqual([]);
  }
});
