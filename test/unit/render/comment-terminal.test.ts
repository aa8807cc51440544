import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PLAN_MARKER, planComment } from '../../../src/render/comment.ts';
import { commentOnTerminal } from '../../../src/render/comment-terminal.ts';
import { plan as anyPlan } from './arbitrary-plan.ts';
import { expectHarmless } from './structure.ts';

const FOLDER = new URL('../../fixtures/comment/', import.meta.url);

test('what GitHub hides is not there, tables are columns, and what it folds is counted', () => {
  const body = [
    PLAN_MARKER,
    '',
    '## 1 person gains',
    '',
    '| Tenant | Gain |',
    '| --- | --- |',
    '| a long name | \\+1 |',
    '| b | 22 |',
    '',
    '**Whole** plan: [job summary](https://github.example/1)',
    '',
    '<details><summary>2 steps</summary>',
    '',
    'one',
    '',
    '<details><summary>more</summary>',
    '',
    'two',
    '',
    '</details>',
    '',
    '</details>',
    '',
    'end',
    '',
  ].join('\n');
  expect(commentOnTerminal(body).split('\n')).toEqual([
    '## 1 person gains',
    '',
    'Tenant       Gain',
    'a long name  +1',
    'b            22',
    '',
    'Whole plan: job summary',
    '',
    '▸ 2 steps (3 lines folded)',
    '',
    'end',
    '',
  ]);
});

test.each(readdirSync(FOLDER).filter((name) => name !== 'outdated.md'))(
  'of %s every line of the overview stays',
  (name) => {
    const body = readFileSync(new URL(name, FOLDER), 'utf8');
    const shown = commentOnTerminal(body);
    for (const [, tenant = ''] of body.matchAll(/^\| ([\w-]+) \| (?:changes|refused|failed)/gm))
      expect(shown).toContain(tenant);
    expect(shown).not.toMatch(/<\/?details>|<!--|\| ---/);
  },
);

test('a comment of any plan shows as it is: no line hides anything or begins a command', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const about = { version: '1', run: { url: 'https://github.example/1' }, artifact: 'a', approvals: 1 };
      expectHarmless(commentOnTerminal(planComment(plan, about).body));
    }),
    { numRuns: 50 },
  );
});
