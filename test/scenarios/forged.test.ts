import { beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import type { Plan, Step, TenantPlan } from '../../src/core/plan.ts';
import { EXCHANGE_ONLINE } from '../../src/core/state.ts';
import { waitsBefore } from '../../src/core/steps.ts';
import { appleApp } from './levels.ts';
import { reportOf, type Stage, stage } from './stage.ts';
import { writesIn } from './wire.ts';

// A plan file is data from outside: whatever it says, no request goes out that the policy does not ask for now,
// and none without its wait. The digest is no signature, so every forgery here computes it anew.

let open: Stage;
beforeEach(async () => {
  open = await stage('close-open-tenant-to-one-group');
});

function forged(alter: (steps: readonly Step[]) => readonly Step[]): Plan {
  const tenants = open.plan.tenants.map((tenant): TenantPlan => {
    if (tenant.status === 'failed') throw new Error('the scenario was not planned');
    const steps = alter(tenant.steps);
    return { ...tenant, steps, digest: digestOf({ ...tenant, steps }) };
  });
  return { ...open.plan, tenants };
}

const numbered = (steps: readonly Step[]) => steps.map((step, index) => ({ ...step, number: index + 1 }));
const exchange = () =>
  [...open.tenant.servicePrincipals.values()].find(({ appId }) => appId === EXCHANGE_ONLINE);
const evil = (step: Step): Step => ({
  ...step,
  request: {
    ...step.request,
    method: 'PATCH',
    path: `/servicePrincipals/${exchange()?.id}`,
    body: { accountEnabled: false },
  },
});

const looksDone = (step: Step): Step => ({
  ...evil(step),
  changes: [{ setting: 'never/asked', label: 'Never asked', before: false, after: true }],
});
const timed = (steps: readonly Step[]) =>
  steps.map(({ settle: _, ...step }, index): Step => {
    const waits = waitsBefore(step.group, steps[index - 1]?.group);
    return waits ? { ...step, settle: 60 } : step;
  });

test.each<[string, (steps: readonly Step[]) => readonly Step[]]>([
  [
    'a step that changes nothing',
    ([first, ...rest]) => numbered(first ? [{ ...evil(first), changes: [] }, first, ...rest] : rest),
  ],
  [
    'a step with the number of another',
    ([first, ...rest]) => (first ? [first, { ...evil(first), changes: [] }, ...rest] : rest),
  ],
  [
    'a step that repeats a change',
    ([first, ...rest]) => numbered(first ? [first, evil(first), ...rest] : rest),
  ],
  ['another request for a reviewed change', ([first, ...rest]) => (first ? [evil(first), ...rest] : rest)],
  ['numbers that say nothing', (steps) => steps.map((step) => ({ ...step, number: 1 }))],
  ['waits left out', (steps) => steps.map(({ settle: _, ...step }) => step)],
  [
    'waits made short',
    (steps) => steps.map((step) => (step.settle === undefined ? step : { ...step, settle: 0 })),
  ],
  ['steps in another order', (steps) => numbered(steps.toReversed())],
  [
    'steps in another order after one that was never planned and looks done',
    (steps) => numbered([...(steps[0] ? [looksDone(steps[0])] : []), ...steps.toReversed()]),
  ],
  [
    'a step by the name of another kind, without its wait',
    (steps) =>
      timed(
        steps.map((step) =>
          step.group === 'require-assignment' ? { ...step, group: 'stop-requiring-assignment' } : step,
        ),
      ),
  ],
])('%s: nothing is sent', async (_, alter) => {
  const report = reportOf(await open.world.apply(forged(alter), open.policies));
  expect(['stale', 'refused']).toContain(report.outcome);
  expect(writesIn(open.world.wire)).toEqual([]);
  expect(exchange()?.accountEnabled).not.toBe(false);
});

test('text that looks like the stand-in for the app stays as it is', async () => {
  const { tenant, world, policies } = await stage('adatum');
  appleApp(tenant)?.tags.push('note {application} x');
  const report = reportOf(await world.apply(await world.plan(policies), policies));
  expect(report.outcome).toBe('applied');
  expect(appleApp(tenant)?.tags).toEqual(expect.arrayContaining(['HideApp', 'note {application} x']));
});
