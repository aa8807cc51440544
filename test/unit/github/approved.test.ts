import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ApprovalFacts, approvalOf } from '../../../src/github/approved.ts';
import type { Review } from '../../../src/github/reviews.ts';

const HEAD = 'a'.repeat(40);
const PLANNED = '2026-11-24T09:00:00Z';
const LATER = '2026-11-24T09:05:00Z';

const review = (over: Partial<Review> = {}): Review => ({
  reviewer: 'rita',
  bot: false,
  state: 'APPROVED',
  commit: HEAD,
  at: LATER,
  ...over,
});

const facts = (reviews: readonly Review[], over: Partial<ApprovalFacts> = {}): ApprovalFacts => ({
  reviews,
  authors: new Set(['anna']),
  writers: new Set(['rita', 'ruth', 'anna']),
  head: HEAD,
  since: PLANNED,
  needed: 1,
  ...over,
});

test('an approval of the merged head by somebody else with write access counts', () => {
  expect(approvalOf(facts([review()]))).toEqual({ kind: 'approved', by: ['rita'] });
});

describe('what does not count, and why', () => {
  const cases: readonly (readonly [string, readonly Review[], Partial<ApprovalFacts>, RegExp])[] = [
    ['nobody', [], {}, /^0 of 1 approvals count$/],
    ['the author', [review({ reviewer: 'Anna' })], {}, /Anna wrote a part of it/],
    ['a co-author', [review()], { authors: new Set(['anna', 'rita']) }, /rita wrote a part of it/],
    ['a reader', [review({ reviewer: 'eve' })], {}, /eve has no write access/],
    ['another commit', [review({ commit: 'b'.repeat(40) })], {}, /rita approved another commit/],
    ['before the plan was there', [review({ at: '2026-11-24T08:59:59Z' })], {}, /before this plan was there/],
    ['a time that cannot be read', [review({ at: 'soon' })], {}, /before this plan was there/],
    ['no time of the plan', [review()], { since: '' }, /before this plan was there/],
    ['dismissed', [review({ state: 'DISMISSED' })], {}, /that of rita was dismissed/],
    ['a bot', [review({ bot: true })], {}, /^0 of 1 approvals count$/],
    ['a comment', [review({ state: 'COMMENTED' })], {}, /^0 of 1 approvals count$/],
    ['one of two', [review()], { needed: 2 }, /^1 of 2 approvals count$/],
    ['the same person twice', [review(), review()], { needed: 2 }, /^1 of 2 approvals count$/],
    [
      'changes asked for beside an approval',
      [review(), review({ reviewer: 'ruth', state: 'CHANGES_REQUESTED' })],
      {},
      /ruth asked for changes/,
    ],
    [
      'changes asked for after an approval',
      [review(), review({ state: 'CHANGES_REQUESTED', at: '2026-11-24T09:06:00Z' })],
      {},
      /rita asked for changes/,
    ],
    [
      'an approval before one that was dismissed',
      [review(), review({ state: 'DISMISSED', at: '2026-11-24T09:06:00Z' })],
      {},
      /that of rita was dismissed/,
    ],
  ];
  test.each(cases)('%s', (_, reviews, over, why) => {
    const approval = approvalOf(facts(reviews, over));
    expect(approval.kind).toBe('not approved');
    expect('why' in approval && approval.why).toMatch(why);
  });
});

test('a comment after an approval takes nothing back, and who may not write asks for changes in vain', () => {
  const reviews = [
    review(),
    review({ state: 'COMMENTED', at: '2026-11-24T09:06:00Z' }),
    review({ reviewer: 'eve', state: 'CHANGES_REQUESTED' }),
  ];
  expect(approvalOf(facts(reviews))).toEqual({ kind: 'approved', by: ['rita'] });
});

test('where no approval is asked for, none is needed', () => {
  expect(approvalOf(facts([], { needed: 0 }))).toEqual({ kind: 'approved', by: [] });
});

test('no list of reviews lets an author, a reader or a bot approve', () => {
  const any = fc.record({
    reviewer: fc.constantFrom('anna', 'Anna', 'rita', 'ruth', 'eve'),
    bot: fc.boolean(),
    state: fc.constantFrom<Review['state']>('APPROVED', 'CHANGES_REQUESTED', 'DISMISSED', 'COMMENTED'),
    commit: fc.constantFrom(HEAD, 'b'.repeat(40)),
    at: fc.constantFrom('2026-11-24T08:59:00Z', LATER, '2026-11-24T09:07:00Z'),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 8 }), fc.integer({ min: 1, max: 3 }), (reviews, needed) => {
      const approval = approvalOf(facts(reviews, { needed }));
      if (approval.kind !== 'approved') return;
      expect(new Set(approval.by).size).toBeGreaterThanOrEqual(needed);
      for (const login of approval.by) {
        expect(['rita', 'ruth']).toContain(login);
        expect(
          reviews.some(
            ({ reviewer, bot, state, commit, at }) =>
              reviewer === login && !bot && state === 'APPROVED' && commit === HEAD && at >= PLANNED,
          ),
        ).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
