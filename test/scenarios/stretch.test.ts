import { expect, test } from 'vitest';
import { commitsIn, stage } from './stage.ts';
import { writesIn } from './wire.ts';

// Whoever goes on in the middle of a narrowing stretch cannot know how long ago the steps before were.
test('an apply that goes on between two narrowing steps waits again before it takes anything away', async () => {
  const { world, tenant, plan, planned, policies } = await stage('everything-at-once');
  const commits = commitsIn(world, tenant);
  const inside = planned.steps.findIndex(
    ({ direction, settle }) => direction === 'narrows' && settle === undefined,
  );
  expect(inside).toBeGreaterThan(0);
  await world.apply(plan, policies, { stopping: () => commits.length >= inside });
  expect(commits).toHaveLength(inside);
  const [from, start] = [world.wire.length, world.clock.now().getTime()];
  await world.apply(plan, policies);
  const [next] = writesIn(world.wire.slice(from));
  expect((next?.at ?? start) - start).toBeGreaterThanOrEqual(planned.policy.safety.settle * 1000);
  expect(commits).toHaveLength(planned.steps.length);
});
