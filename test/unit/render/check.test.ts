import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TenantPlan } from '../../../src/core/plan.ts';
import { annotationsOf, checkOutput } from '../../../src/render/check.ts';
import { plan as anyPlan, withTexts } from './arbitrary-plan.ts';
import { CONTOSO, FAILED, REFUSED, UNCHANGED } from './example-plan.ts';
import { hostile } from './hostile.ts';
import { caused, fleet, proposed } from './proposal.ts';
import { expectHarmless, expectInert } from './structure.ts';

const FILE = 'policies/tenants/contoso.yaml';
const output = (tenants: readonly (TenantPlan | typeof FAILED)[]) => checkOutput(proposed(tenants), tenants);

describe('checkOutput', () => {
  it('succeeds with people in its title', () => {
    const { title, conclusion, summary } = output([caused()]);
    expect(conclusion).toBe('success');
    expect(title).toBe(
      '12 people gain, 3 lose, 4,180 keep access · everyone else loses in 1 tenant · WIDENS AND NARROWS',
    );
    expect(summary).toContain('| contoso |');
  });

  it('is calm when nothing changes', () => {
    expect(output([UNCHANGED])).toMatchObject({
      conclusion: 'success',
      title: expect.stringMatching(/^No changes/),
    });
    expect(output([]).conclusion).toBe('success');
  });

  it('fails for a refusal, a failure and an error in a file, and says why', () => {
    expect(output([caused(), REFUSED])).toMatchObject({
      conclusion: 'failure',
      title: expect.stringMatching(/^1 tenant refused/),
      summary: expect.stringContaining('the limit is 2'),
    });
    expect(output([FAILED])).toMatchObject({
      conclusion: 'failure',
      summary: expect.stringContaining('Invalid client secret'),
    });
    const findings = [{ rule: 'broken', severity: 'error' as const, message: 'It is not YAML.' }];
    expect(checkOutput(proposed([], { findings }), [])).toMatchObject({
      conclusion: 'failure',
      summary: expect.stringContaining('It is not YAML'),
    });
  });

  it('speaks of its own tenants only', () => {
    expect(checkOutput(proposed([REFUSED, CONTOSO]), [CONTOSO]).conclusion).toBe('success');
  });

  it('is inert and fits for any plan', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(hostile, { minLength: 1 }), (any, texts) => {
        const { tenants } = withTexts(any, texts);
        const { title, summary } = output(tenants);
        expect(title.length).toBeLessThanOrEqual(255);
        expect(summary.length).toBeLessThanOrEqual(60_000);
        expectHarmless(`${title}\n${summary}`);
        expectInert(summary);
      }),
    );
    expect(output(fleet(2000)).summary.length).toBeLessThanOrEqual(60_000);
  });
});

describe('annotationsOf', () => {
  it('points at what takes access away and at findings, and at nothing else', () => {
    const said = annotationsOf(proposed([caused()])).map(({ path, line, level }) => [path, line, level]);
    expect(said).toEqual([
      [FILE, 21, 'warning'],
      [FILE, 9, 'warning'],
    ]);
  });

  it('points at what is removed though the step takes nobody anything', () => {
    const [step] = CONTOSO.steps;
    if (step === undefined) throw new Error('no step');
    const changes = step.changes.map((change) => ({ ...change, before: true, after: null }));
    const plan = { ...CONTOSO, findings: [], steps: [{ ...step, direction: 'neutral' as const, changes }] };
    expect(annotationsOf(proposed([plan]))).toMatchObject([{ path: FILE, line: 12, title: 'Removes' }]);
  });

  it('has refusals first, as failures', () => {
    const [first] = annotationsOf(proposed([caused(), REFUSED]));
    expect(first).toMatchObject({
      level: 'failure',
      line: 30,
      title: 'refused: removal-limit',
      message: expect.stringContaining('Fix: Remove fewer people'),
    });
  });

  it('says what one line removes in one annotation, and how much more', () => {
    const removed = Array.from({ length: 50 }, (_, at) => ({
      setting: `assignments/${at}`,
      label: 'Users and groups',
      subject: `person${at}`,
      before: true,
      after: null,
      at: { file: FILE, line: 25, column: 3 },
    }));
    const [step] = CONTOSO.steps;
    if (step === undefined) throw new Error('no step');
    const plan = {
      ...CONTOSO,
      findings: [],
      steps: [{ ...step, direction: 'narrows' as const, changes: removed }],
    };
    const said = annotationsOf(proposed([plan]));
    expect(said).toHaveLength(1);
    expect(said[0]?.message.split('\n')).toHaveLength(21);
    expect(said[0]?.message).toContain('and 30 more');
  });

  it('is plain and bounded for any plan', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(hostile, { minLength: 1 }), (any, texts) => {
        for (const { title, message } of annotationsOf(proposed(withTexts(any, texts).tenants))) {
          expect(title.length).toBeLessThanOrEqual(255);
          expect(message.length).toBeLessThanOrEqual(16_000);
          expect(message).not.toBe('');
          expectHarmless(`${title}\n${message}`);
        }
      }),
    );
  });
});
