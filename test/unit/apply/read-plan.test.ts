import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlanFileError, readPlan } from '../../../src/apply/read-plan.ts';
import { planJson } from '../../../src/render/plan-json.ts';
import { plan, withTexts } from '../render/arbitrary-plan.ts';
import { EXAMPLE } from '../render/example-plan.ts';
import { hostile } from '../render/hostile.ts';

const text = planJson(EXAMPLE);

function refusal(file: string): PlanFileError {
  try {
    readPlan(file);
  } catch (error) {
    if (error instanceof PlanFileError) return error;
    throw error;
  }
  throw new Error('the file was read');
}

describe('readPlan', () => {
  it('reads back what planJson writes, whatever the plan', async () => {
    await fc.assert(
      fc.asyncProperty(plan, fc.array(hostile, { minLength: 1 }), async (any, texts) => {
        fc.pre(!texts.includes('__proto__'));
        const told = withTexts(any, texts);
        expect(readPlan(planJson(told))).toEqual(told);
      }),
    );
  });

  it.each([
    ['cut off', text.slice(0, -200), 'not JSON'],
    ['empty', '', 'not JSON'],
    ['another JSON file', '{"name":"iosmail"}', 'not a plan file'],
    ['a list', '[]', 'not a plan file'],
    ['null', 'null', 'not a plan file'],
    [
      'of a newer version',
      text.replace('"formatVersion": 1', '"formatVersion": 2'),
      'written by newer iosmail',
    ],
    [
      'of an older version',
      text.replace('"formatVersion": 1', '"formatVersion": 0'),
      'written by older iosmail',
    ],
    ['with an extra key', text.replace('"formatVersion"', '"extra": 1,\n"formatVersion"'), '(extra)'],
    ['with a damaged digest', text.replaceAll('sha256:ab', 'sha256:xx'), '/digest must match'],
  ])('refuses a file that is %s, and says what to do', async (_, file, message) => {
    const error = refusal(file);
    expect(error.message).toContain(message);
    expect(error.fix).toMatch(/\.$/);
  });

  it('refuses a tenant that occurs twice', async () => {
    const [first] = EXAMPLE.tenants;
    const error = refusal(planJson({ ...EXAMPLE, tenants: [first!, first!] }));
    expect(error.message).toContain('twice');
  });

  it.each(['"__proto__"', '"\\u005f_proto__"', '"__\\u0070roto__"', '"__pr\\u006Fto__"'])(
    'refuses a key spelled %s, and pollutes nothing',
    async (key) => {
      const error = refusal(text.replace('"body": {', `"body": {${key}: {"polluted": true},`));
      expect(error.message).toContain('__proto__');
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    },
  );

  it('refuses a file over 64 MiB before parsing it', async () => {
    expect(refusal(' '.repeat(64 * 1024 * 1024 + 1)).message).toContain('64 MiB');
  });
});
