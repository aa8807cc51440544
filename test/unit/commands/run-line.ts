import type { RunLine } from '../../../src/git/journal-branch.ts';

/** A line of the journal of runs: a merge that went well, of no tenant. */
export const line = (run: number, more: Partial<RunLine> = {}): RunLine => ({
  time: `2026-11-2${run}T09:00:00.000Z`,
  run,
  attempt: 1,
  url: `https://github.com/o/r/actions/runs/${run}`,
  by: 'merge',
  outcome: 'whole',
  tenants: {},
  left: [],
  ...more,
});
