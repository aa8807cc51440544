import { describe, expect, test } from 'vitest';
import { canonical, type Json } from '../../src/core/json.ts';
import type { TenantPlan } from '../../src/core/plan.ts';
import type { TenantReport } from '../../src/core/report.ts';
import { DEEP, sample } from '../depth.ts';
import { levelsOf } from '../scenarios/levels.ts';
import { expectedRequests } from '../scenarios/run.ts';
import { reportOf } from '../scenarios/stage.ts';
import { only } from '../scenarios/world.ts';
import { count } from '../tally.ts';
import { ALREADY_SO, claimsDone } from './already-so.ts';
import { LAGGING, LASTING, PASSING, type Strike } from './strikes.ts';
import { SCENARIOS, trial, type Undisturbed, undisturbed } from './trial.ts';

/** Strikes on each scenario, in `npm test` and in the deep run. */
const [FEW, MANY] = [10, 150];
/** On a large tenant, in `npm test`. */
const FEW_LARGE = 4;
/** More exchanges than any run may need, however it is disturbed. */
const MOST_EXCHANGES = 500;
/** Milliseconds after which a run must have come to an end. */
const LONGEST = 2 * 3600_000;

// Each strike at each point of an apply: it converges by itself, or stops, says so, and the same apply finishes it.
describe.each(SCENARIOS)('applying %s', (name) => {
  test('whatever goes wrong at whatever request', async () => {
    const well = await undisturbed(name);
    if (well.planned.status !== 'changes') return;
    const all = well.applying.flatMap((point, at) =>
      [...PASSING, ...ALREADY_SO, ...LASTING, ...LAGGING]
        .filter(({ fits }) => fits(point))
        .map((strike) => ({ strike, at })),
    );
    const few = well.large ? FEW_LARGE : FEW;
    const cases = sample(all, few, ({ strike, at }) => `${strike.name} ${at}`, MANY);
    for (const { strike, at } of cases) {
      await struck(name, well, strike, at);
      count('faults tried on applying');
    }
    expect(cases.length).toBe(Math.min(all.length, DEEP ? MANY : few));
  });
});

async function struck(name: string, well: Undisturbed, strike: Strike, at: number): Promise<void> {
  const { plan, planned, end, applying } = well;
  const at0 = await trial(name, strike.name === 'no answer');
  const { world, tenant, policies, scenario, arm, calm, commits } = at0;
  const { method, path } = applying[at] ?? { method: '', path: '' };
  const where = `${strike.name} at ${at} (${method} ${path})`;
  const start = world.clock.now().getTime();
  const from = world.wire.length;
  arm(strike, at);
  const first = reportOf(await world.apply(plan, policies));
  expect(world.wire.length - from, where).toBeLessThan(MOST_EXCHANGES);
  expect(world.clock.now().getTime() - start, where).toBeLessThan(
    LONGEST + (strike.how === 'clock' ? strike.ms : 0),
  );
  tells(first, where);
  await calm();
  const second = reportOf(await world.apply(plan, policies));
  const told = `${where}: first ${first.outcome} (${first.problem?.message}), then ${second.problem?.message}`;
  expect(at0.broken(end), told).toEqual([]);
  if (scenario.outcome === 'applied') expect(['applied', 'nothing to do'], told).toContain(second.outcome);
  if (first.outcome === 'applied') expect(second.outcome, told).toBe('nothing to do');
  if (scenario.outcome === 'applied') {
    const asPlanned = expectedRequests(planned, tenant);
    if (claimsDone(strike)) expect(byGroups(planned, commits), told).toEqual(byGroups(planned, asPlanned));
    else expect(commits, told).toEqual(asPlanned);
  }
  expect(at0.meddled(planned), told).toEqual([]);
  expect(levelsOf(tenant), told).toEqual(end);
  if (scenario.outcome === 'applied')
    expect(only(await world.plan(policies)).status, told).toBe(scenario.again ?? 'unchanged');
  count('writes judged by the oracle', at0.judged());
}

/**
 * The writes cut as the plan's groups of steps are, each group in any order: a write that was answered as done and was
 * not is found by the look after its group, and sent again after the others of it.
 */
function byGroups({ steps }: TenantPlan, writes: readonly unknown[]): readonly (readonly string[])[] {
  const starts = steps.flatMap(({ group }, at) => (group === steps[at - 1]?.group ? [] : [at]));
  return [...starts.slice(1), writes.length].map((end, at) =>
    writes
      .slice(starts[at], end)
      .map((each) => canonical(each as Json))
      .sort(),
  );
}

/** What did not end well says what happened, and what to do next. */
function tells({ outcome, problem, steps, standing }: TenantReport, where: string): void {
  if (outcome === 'applied' || outcome === 'nothing to do') {
    expect(problem, where).toBeUndefined();
    return;
  }
  expect(problem?.message.length, where).toBeGreaterThan(20);
  expect(problem?.fix, where).toMatch(/\b(apply|plan|block|run|grant|add)\b/i);
  const done = steps.some(({ result }) => result === 'done' || result === 'not known');
  if (outcome === 'failed' || outcome === 'stale' || outcome === 'refused') expect(done, where).toBe(false);
  if (outcome !== 'partly applied') return;
  // Which step it stopped at, what became of each, and where people stand now, or why that could not be read.
  expect(problem?.message, where).toMatch(/step \d+|not effective|not as planned|read/i);
  expect(
    steps.every(({ what, changes }) => what !== '' || changes.length > 0),
    where,
  ).toBe(true);
  expect(standing, where).toBeDefined();
}
