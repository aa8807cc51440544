import { expect, test } from 'vitest';
import { readUntilDone } from '../../../src/apply/live.ts';
import type { Step } from '../../../src/core/plan.ts';
import { RESTS_ON } from '../render/example-plan.ts';

const stepOf = (number: number, setting: string): Step => ({
  number,
  group: 'add-assignees',
  direction: 'widens',
  request: { method: 'POST', path: `/${setting}`, what: setting, permission: 'none' },
  changes: [{ setting, label: setting, before: null, after: true }],
});
const STEPS = [stepOf(1, 'one'), stepOf(2, 'two')];
const how = {
  clock: { now: () => new Date(0), sleep: () => Promise.resolve() },
  what: 'what comes next',
};

test.each<[string, readonly number[], readonly number[], boolean]>([
  ['just the expected steps show as done', [1], [1], true],
  ['one that is expected does not', [1], [1, 2], false],
  ['one shows that this run did not send', [1, 2], [1], false],
])('%s', async (_, showing, expected, agreed) => {
  const moves = STEPS.filter(({ number }) => !showing.includes(number)).map((step) => ({
    ...step,
    effects: [],
  }));
  const seen = await readUntilDone(
    () => Promise.resolve({ moves, restsOn: RESTS_ON }),
    STEPS,
    new Set(expected),
    1,
    how,
  );
  expect(seen.agreed).toBe(agreed);
});
