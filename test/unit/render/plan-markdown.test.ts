import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMarkdown } from '../../../src/render/plan-markdown.ts';
import { plan, withTexts } from './arbitrary-plan.ts';
import { CONTOSO, EXAMPLE, planOf } from './example-plan.ts';
import { hostile, NASTY } from './hostile.ts';
import { expectHarmless, expectInert, markdownForm } from './structure.ts';

describe('planMarkdown', () => {
  it('has the sum first, a table of the tenants, then each with its details folded', () => {
    expect(
      planMarkdown(EXAMPLE, { verbose: false, next: 'iosmail apply --plan plan.json' }),
    ).toMatchSnapshot();
  });

  it.each(NASTY)('is inert with a group named %j', (name) => {
    const steps = CONTOSO.steps.map((step) => ({
      ...step,
      changes: step.changes.map((change) => ({ ...change, subject: name })),
    }));
    const text = planMarkdown(planOf({ ...CONTOSO, steps }), { verbose: true });
    expectHarmless(text);
    expectInert(text);
  });

  it('keeps its form whatever names and messages say', () => {
    fc.assert(
      fc.property(plan, fc.array(hostile, { minLength: 1 }), fc.boolean(), (any, texts, verbose) => {
        const text = planMarkdown(withTexts(any, texts), { verbose });
        expectHarmless(text);
        expectInert(text);
        expect(markdownForm(text)).toEqual(markdownForm(planMarkdown(withTexts(any, ['x']), { verbose })));
      }),
    );
  });
});
