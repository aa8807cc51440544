import { describe, expect, test } from 'vitest';
import * as portal from './portal.ts';
import { commitsIn, reportOf, stage } from './stage.ts';
import { only } from './world.ts';

/** Scenarios whose policy leaves the user consent setting alone, with it closed and open. */
const CLOSED = ['open-a-gated-tenant', 'swap-groups', 'user-replaced-by-group'];
const OPEN = ['close-open-tenant-to-one-group'];

const opened = 'microsoft-user-default-legacy';

// Whom the steps let in rests on settings the policy leaves alone too: moved, they are no longer what was reviewed.
describe.each([...CLOSED, ...OPEN])('%s', (name) => {
  const move = (tenant: Parameters<typeof portal.setUserConsent>[0]) =>
    portal.setUserConsent(tenant, ...(OPEN.includes(name) ? [] : [opened]));

  test('user consent moved between review and apply: stale, nothing sent, and the next plan goes', async () => {
    const { world, tenant, plan, planned, policies } = await stage(name);
    expect(planned.policy.consent.userConsent).toBe('unmanaged');
    move(tenant);
    const commits = commitsIn(world, tenant);
    const { outcome, problem, moved } = reportOf(await world.apply(plan, policies));
    expect(outcome).toBe('stale');
    expect(problem?.message).toContain('“User consent settings” no longer shows as reviewed');
    expect(moved).toMatchObject({ live: { 'User consent settings': !OPEN.includes(name) } });
    expect(commits).toEqual([]);
    expect(['changes', 'refused']).toContain(only(await world.plan(policies)).status);
  });

  test('user consent moved once the first step took: it stops before the next group', async () => {
    const { world, tenant, plan, planned, policies } = await stage(name);
    const groups = new Set(planned.steps.map(({ group }) => group));
    if (groups.size < 2) return;
    const commits = commitsIn(world, tenant);
    const counted = world.sandbox.onCommit;
    world.sandbox.onCommit = (at, written) => {
      counted?.(at, written);
      move(tenant);
    };
    const { outcome, problem } = reportOf(await world.apply(plan, policies));
    expect(outcome).toBe('partly applied');
    expect(problem?.message).toContain('“User consent settings” no longer shows as reviewed');
    const first = planned.steps.filter(({ group }) => group === planned.steps[0]?.group);
    expect(commits).toHaveLength(first.length);
  });
});
