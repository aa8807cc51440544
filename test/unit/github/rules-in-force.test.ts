import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterCommit, asShown, type InForce, type ReviewRules } from '../../../src/github/rules-in-force.ts';

const OLD: ReviewRules = { approvals: 2, allowDirectPush: false, app: 'ours', journal: 'records' };
const START: InForce = { rules: OLD, stated: OLD, at: 'start' };
const never = async () => {
  throw new Error('Nobody needs to be asked.');
};
const yes = async () => true;
const no = async () => false;

describe('a commit that softens the rules', () => {
  test.each<[string, Partial<ReviewRules>]>([
    ['fewer approvals', { approvals: 1 }],
    ['direct pushes', { allowDirectPush: true }],
    ['another app', { app: 'theirs' }],
    ['another journal', { journal: 'elsewhere' }],
  ])('%s count only if it was reviewed', async (_, softer) => {
    const next = { ...OLD, ...softer };
    expect(await afterCommit(START, 'c', next, yes)).toEqual({ rules: next, stated: next, at: 'c' });
    expect(await afterCommit(START, 'c', next, no)).toEqual({
      rules: OLD,
      stated: next,
      at: 'start',
      held: 'c',
    });
  });

  test('no app at all is another app', async () => {
    const { app: _, ...next } = OLD;
    expect((await afterCommit(START, 'c', next, no)).rules).toEqual(OLD);
    expect((await afterCommit(START, 'c', next, yes)).rules).toEqual(next);
  });

  test('what is stricter in it counts although the rest does not', async () => {
    const next = { ...OLD, approvals: 3, allowDirectPush: true };
    expect(await afterCommit(START, 'c', next, no)).toMatchObject({
      rules: { ...OLD, approvals: 3 },
      at: 'start',
    });
  });

  test('is not made good by a later review that did not show it', async () => {
    const held = await afterCommit(START, 'c', { ...OLD, approvals: 0 }, no);
    const later = await afterCommit(held, 'd', { ...OLD, approvals: 0, app: 'theirs' }, yes);
    expect(later).toMatchObject({ rules: { ...OLD, app: 'theirs' }, at: 'start', held: 'c' });
  });

  test('is made good by being taken back, and then brought again with a review', async () => {
    const softer = { ...OLD, approvals: 0 };
    const held = await afterCommit(START, 'c', softer, no);
    const back = await afterCommit(held, 'd', OLD, never);
    expect(back).toEqual({ rules: OLD, stated: OLD, at: 'd' });
    expect(await afterCommit(back, 'e', softer, yes)).toEqual({ rules: softer, stated: softer, at: 'e' });
  });

  test('a raise to less than what is in force is a softening too', async () => {
    const held = await afterCommit(START, 'c', { ...OLD, approvals: 0 }, no);
    expect((await afterCommit(held, 'd', { ...OLD, approvals: 1 }, no)).rules.approvals).toBe(2);
    expect((await afterCommit(held, 'd', { ...OLD, approvals: 1 }, yes)).rules.approvals).toBe(1);
  });
});

test('stricter rules count at once, and the same ones ask nobody', async () => {
  const next = { ...OLD, approvals: 3 };
  expect(await afterCommit(START, 'c', next, never)).toEqual({ rules: next, stated: next, at: 'c' });
  expect(await afterCommit(START, 'c', OLD, never)).toMatchObject({ rules: OLD, at: 'c' });
});

test('settings with errors change nothing, and hide nothing', async () => {
  const broken = await afterCommit(START, 'c', undefined, never);
  expect(broken).toEqual(START);
  expect((await afterCommit(broken, 'd', { ...OLD, approvals: 0 }, no)).rules).toEqual(OLD);
});

test('the first rules of all count as they are', async () => {
  const none = { ...START, stated: undefined };
  const first = { approvals: 0, allowDirectPush: true, journal: 'records' };
  expect(await afterCommit(none, 'c', first, never)).toEqual({ rules: first, stated: first, at: 'c' });
});

const anyRules: fc.Arbitrary<ReviewRules> = fc
  .record({
    approvals: fc.integer({ min: 0, max: 3 }),
    allowDirectPush: fc.boolean(),
    app: fc.constantFrom(undefined, 'a', 'b'),
    journal: fc.constantFrom('records', 'elsewhere'),
  })
  .map(({ app, ...rest }) => (app === undefined ? rest : { ...rest, app }));
const history = fc.array(
  fc.record({ next: fc.option(anyRules, { nil: undefined }), reviewed: fc.boolean() }),
  {
    maxLength: 8,
  },
);

type History = readonly { readonly next: ReviewRules | undefined; readonly reviewed: boolean }[];
async function walk(start: InForce, steps: History, from = 0): Promise<InForce> {
  let force = start;
  for (const [at, { next, reviewed }] of steps.entries())
    force = await afterCommit(force, String(at + from), next, async () => reviewed);
  return force;
}

test('without a single review nothing ever gets softer', async () => {
  await fc.assert(
    fc.asyncProperty(anyRules, history, async (first, steps) => {
      const start = { rules: first, stated: first, at: 'start' };
      const { rules } = await walk(
        start,
        steps.map(({ next }) => ({ next, reviewed: false })),
      );
      expect(rules.approvals).toBeGreaterThanOrEqual(first.approvals);
      expect(rules.allowDirectPush && !first.allowDirectPush).toBe(false);
      expect(rules.app).toBe(first.app);
      expect(rules.journal).toBe(first.journal);
    }),
  );
});

test('however often a run begins anew where the last one says, the rules are the same', async () => {
  await fc.assert(
    fc.asyncProperty(anyRules, history, fc.nat(8), async (first, steps, cut) => {
      const start = { rules: first, stated: first, at: '-1' };
      const whole = await walk(start, steps);
      const { at } = await walk(start, steps.slice(0, cut));
      const begun = Number(at);
      const stated = begun < 0 ? first : steps[begun]?.next;
      if (stated === undefined) throw new Error('A run begins where there are rules.');
      const again = await walk({ rules: stated, stated, at }, steps.slice(begun + 1), begun + 1);
      expect(again.rules).toEqual(whole.rules);
      expect(again.at).toBe(whole.at);
    }),
  );
});

test.each([
  [{ ...OLD, approvals: 1 }, true],
  [{ ...OLD, approvals: 0 }, false],
  [{ ...OLD, approvals: 1, app: 'theirs' }, true],
])('a merge changes what its head shows: %j', (head, shown) => {
  expect(asShown(OLD, { ...OLD, approvals: 1 }, head)).toBe(shown);
});
