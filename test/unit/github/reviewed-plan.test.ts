import { expect, test } from 'vitest';
import { isFailed, type Plan, type TenantPlan } from '../../../src/core/plan.ts';
import { pullOfCommit } from '../../../src/github/pulls.ts';
import { PLAN_ARTIFACT, PLAN_FILE, sumOf } from '../../../src/github/record.ts';
import { reviewOf } from '../../../src/github/reviewed-plan.ts';
import type { ReviewRules } from '../../../src/github/rules-in-force.ts';
import { GATE, idOf, type Reviewed, reviewed, rules } from '../commands/reviewed-pulls.ts';

const RUN = 71;

async function opened() {
  const world = await reviewed();
  const pull = await world.opened('gate', { 'policies/x.yaml': 'a: 1\n' });
  await world.recorded(pull, GATE, RUN);
  return { ...world, pull };
}

async function review(world: Reviewed, commit: string, stated: Partial<ReviewRules> = {}) {
  const pull = await pullOfCommit(world.github, commit, 'main');
  if (pull === undefined) throw new Error('the commit came by a pull request');
  return (await reviewOf(world.github, pull, rules(stated)))(idOf(GATE));
}

/** The plan with something else in it. */
function otherwise(part: Partial<TenantPlan>): Plan {
  return { ...GATE, tenants: GATE.tenants.map((each) => (isFailed(each) ? each : { ...each, ...part })) };
}

test('a plan recorded by another app than the one that may does not count', async () => {
  const world = await opened();
  world.fake.review({ pull: world.pull, user: 'bob', state: 'APPROVED' });
  const commit = await world.merged(world.pull);
  expect(await review(world, commit)).toMatchObject({ kind: 'reviewed', approvedBy: ['bob'] });
  expect(await review(world, commit, { app: 'iosmail-contoso' })).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('does not count'),
  });
});

test('a plan file that was exchanged after it was recorded is refused', async () => {
  const world = await opened();
  world.fake.review({ pull: world.pull, user: 'bob', state: 'APPROVED' });
  const exchanged = otherwise({ effect: 'neutral' });
  world.fake.artifacts.put(RUN, PLAN_ARTIFACT, { [PLAN_FILE]: JSON.stringify(exchanged) });
  expect(await review(world, await world.merged(world.pull))).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('is not the recorded one'),
  });
});

test('an approval from before another plan was recorded does not count', async () => {
  const world = await opened();
  world.fake.review({ pull: world.pull, user: 'bob', state: 'APPROVED' });
  world.fake.clock.tick();
  await world.recorded(world.pull, otherwise({ digest: `sha256:${'0'.repeat(64)}` }), RUN + 1);
  expect(await review(world, await world.merged(world.pull))).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('approved before this plan was there'),
  });
});

test.each([
  ['as it was posted', 'The plan.', undefined],
  ['changed by one letter', 'The plam.', 'the plan comment was changed after it was posted'],
  ['deleted', undefined, 'the plan comment was deleted after it was posted'],
])('a plan comment that is %s by the time of the merge', async (_, body, why) => {
  const world = await reviewed();
  const { fake } = world;
  const pull = await world.opened('gate', { 'policies/x.yaml': 'a: 1\n' });
  const at = fake.clock.tick();
  const posted = { on: pull.number, author: 'github-actions[bot]', app: 'github-actions', createdAt: at };
  if (body !== undefined) fake.hub.comments.set(501, { ...posted, id: 501, body, updatedAt: at });
  await world.recorded(pull, GATE, RUN, { id: 501, sum: sumOf('The plan.') });
  fake.review({ pull, user: 'bob', state: 'APPROVED' });
  const found = await review(world, await world.merged(pull));
  if (why === undefined) expect(found.kind).toBe('reviewed');
  else expect(found).toMatchObject({ kind: 'refused', why: expect.stringContaining(why) });
});
