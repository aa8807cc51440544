import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/commands/decide-merged.ts';
import { counter, fleet, type MergedPull, merges, times } from './requests.ts';
import { deciding, type Reviewed, reviewed, rules } from './reviewed-pulls.ts';

// What `apply --commit` asks GitHub for, to the request: the decision, and a look before the first write to each tenant.

async function decided(
  { github }: Reviewed,
  merged: readonly MergedPull[],
  left: readonly (readonly [string, number])[] = [],
  now: () => number = () => 0,
) {
  const commits = merged.map((each) => ({ ...each, rules: rules() }));
  const about = deciding({ commits, left: new Map(left), now });
  return (await decide(async () => github, about)).decisions;
}

/** Of one pull request, whatever the number of its tenants; permissions of each reviewer whose review stands. */
const A_REVIEW = {
  'GET commits/*/check-runs': 1,
  'GET issues/comments/*': 1,
  'GET actions/runs/*/artifacts': 1,
  'GET actions/artifacts/*/zip': 1,
  'GET pulls/*/reviews': 1,
  'POST graphql': 1,
  'GET collaborators/*/permission': 1,
};

describe('apply --commit', () => {
  test('one merge with one tenant: eight requests', async () => {
    const world = await reviewed();
    const commits = await merges(world, [fleet(1)]);
    const since = counter(world.fake);
    const decisions = await decided(world, commits);
    for (const decision of decisions.values()) {
      if (decision.kind !== 'reviewed') throw new Error(JSON.stringify(decision));
      expect(await decision.recheck()).toBeUndefined();
    }
    expect(since()).toEqual({ 'GET commits/*/pulls': 1, ...A_REVIEW });
    expect(world.fake.complaints).toEqual([]);
  });

  test('three merges with forty tenants: eight for each merge, none for a tenant; a late look is one more review', async () => {
    const world = await reviewed();
    const all = fleet(40);
    const commits = await merges(world, [all.slice(0, 14), all.slice(14, 27), all.slice(27)]);
    const since = counter(world.fake);
    let now = 0;
    const decisions = await decided(world, commits, [], () => now);
    const recheck = async () => {
      for (const decision of decisions.values()) {
        if (decision.kind !== 'reviewed') throw new Error(JSON.stringify(decision));
        expect(await decision.recheck()).toBeUndefined();
      }
    };
    await recheck();
    expect(decisions.size).toBe(40);
    expect(since()).toEqual(times(3, { 'GET commits/*/pulls': 1, ...A_REVIEW }));
    now = 15_000;
    await recheck();
    expect(since()).toEqual(times(3, A_REVIEW));
  });

  test('forty tenants left by an earlier run: their pull request is asked for once', async () => {
    const world = await reviewed();
    await merges(world, [fleet(40)]);
    const since = counter(world.fake);
    const left = fleet(40).map(({ tenant }) => [tenant.id, 1] as const);
    expect((await decided(world, [], left)).size).toBe(40);
    expect(since()).toEqual({ 'GET pulls/*': 1, ...A_REVIEW });
  });
});
