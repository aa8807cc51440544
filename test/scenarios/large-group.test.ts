// A group of 19,000: everybody in it is read once, page after page, and told; names are shown up to a limit.
import { expect, test } from 'vitest';
import { planJson } from '../../src/render/plan-json.ts';
import { planText } from '../../src/render/plan-text.ts';
import { addSignIn, userId } from '../../src/sandbox/directory.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { only, openWorld, type Policies, policiesIn } from './world.ts';

/** The policy of proseware without the students. */
async function withoutStudents(): Promise<Policies> {
  const { tenants, findings } = await policiesIn('policies', 'proseware');
  return {
    findings,
    tenants: tenants.map(({ desired, origins }) => {
      const { groups } = desired.assignments;
      if (groups === 'unmanaged') throw new Error('proseware names its groups');
      const left = groups.filter(({ name }) => name !== 'SG-iOS-Mail-Students');
      return { desired: { ...desired, assignments: { ...desired.assignments, groups: left } }, origins };
    }),
  };
}

test('19,000 people who lose access are read in 22 pages, and all of them are in the JSON', async () => {
  const tenants = builtInTenants('proseware');
  const [tenant] = tenants;
  if (tenant === undefined) throw new Error('no tenant');
  delete tenant.settings.throttle;
  addSignIn(tenant, 'student-18999', '2026-11-23T07:30:00Z');
  const world = openWorld(tenants);
  const plan = await world.plan(await withoutStudents());
  const { impact, status } = only(plan);
  expect(status).toBe('refused');
  expect([impact.lose.length, impact.retain.length, impact.gain.length, impact.unknown.length]).toEqual([
    19_000, 1_494, 0, 0,
  ]);
  const evidence = impact.lose.map(({ use }) => use?.evidence);
  expect(evidence.filter((each) => each === 'seen')).toHaveLength(1);
  expect(evidence.filter((each) => each === 'none')).toHaveLength(18_999);

  const items = world.sandbox.log.flatMap((entry) => entry.items ?? []).map(({ path }) => path);
  const count = (pattern: RegExp) => items.filter((path) => pattern.test(path)).length;
  // 999 a page: 20 of the students and 2 of the staff.
  expect(count(/\/members\/graph\.user/)).toBe(22);
  expect(count(/^\/auditLogs/)).toBe(1);
  expect(count(/^\/directoryRoles/)).toBe(1);
  // Nobody is asked for one by one.
  expect(count(/^\/users/)).toBe(0);
  expect(items.length).toBeLessThanOrEqual(35);

  const text = planText(plan, { colour: false, verbose: false });
  expect(text.split('\n').filter((line) => line.includes('@proseware.example')).length).toBeLessThan(40);
  expect(text).toContain(
    '    - student-18999@proseware.example (SG-iOS-Mail-Students is no longer assigned, assignment required; last signed in on 2026-11-23)',
  );
  const told: { tenants: { impact: { lose: { id: string }[] } }[] } = JSON.parse(planJson(plan));
  expect(told.tenants[0]?.impact.lose.some(({ id }) => id === userId(tenant, 'student-00001'))).toBe(true);
});
