import { expect, test } from 'vitest';
import type { TenantPlan } from '../../src/core/plan.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { type Stage, stage } from './stage.ts';
import { only } from './world.ts';

// People whom the member lists of the groups show already are not looked up one by one as well.

const DENIED: Fault = {
  kind: 'answer',
  status: 403,
  body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } },
};
const BY_ID = '/users?$filter=id in';
const MEMBERS = /\/groups\/([^/]+)\/members\/graph\.user/;
const told = ({ impact: { gain, lose, retain, unknown } }: TenantPlan) =>
  [gain, lose, retain, unknown].map((list) => list.map(({ id }) => id).sort());

/** Plans again, and says what was asked about single people. */
async function again({ world, policies, tenant }: Stage) {
  delete tenant.settings.throttle;
  const from = world.sandbox.log.length;
  const plan = only(await world.plan(policies));
  const batches = world.sandbox.log.slice(from).filter(({ path }) => path === '/v1.0/$batch');
  const paths = batches.map(({ items = [] }) => items.map(({ path }) => decodeURIComponent(path)));
  const asking = paths.flat().filter((path) => path.includes(BY_ID));
  return {
    plan,
    requests: asking.length,
    batches: paths.filter((batch) => batch.some((path) => path.includes(BY_ID))).length,
    trips: batches.length,
    ids: asking.flatMap((path) => [...path.matchAll(/'([^']*)'/g)].map(([, id = '']) => id)),
    lists: new Set(paths.flat().flatMap((path) => MEMBERS.exec(path)?.[1] ?? [])),
  };
}

test('fabrikam: 1,900 people by name, of whom the groups show all but 175', async () => {
  const staged = await stage('fabrikam');
  const { ids, requests, batches, lists } = await again(staged);
  const members = new Set([...lists].flatMap((id) => [...(staged.tenant.groups.get(id)?.members ?? [])]));
  expect(lists.size).toBe(4);
  expect(ids.filter((id) => members.has(id))).toEqual([]);
  // 140 have left the company, 35 are deleted.
  expect([ids.length, requests, batches]).toEqual([175, 12, 1]);
});

test('members of a group whose list is refused are looked up, and nobody is missed', async () => {
  const staged = await stage('fabrikam');
  const field = [...staged.tenant.groups.values()].find(
    ({ displayName }) => displayName === 'SG-iOS-Mail-Field',
  );
  if (field === undefined) throw new Error('there is one');
  staged.world.sandbox.fault = ({ path }) =>
    path.includes(`/groups/${field.id}/members/graph.user`) ? DENIED : undefined;
  const { ids, plan } = await again(staged);
  expect([...field.members].filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids).toHaveLength(175 + 1_200);
  expect(plan.impact.unread.join()).toContain('SG-iOS-Mail-Field');
  expect(told(plan).flat().sort()).toEqual(told(staged.planned).flat().sort());
});

test('a refused look-up makes nobody gone, and takes no name from whom a group shows', async () => {
  const staged = await stage('fabrikam');
  staged.world.sandbox.fault = ({ path }) => (decodeURIComponent(path).includes(BY_ID) ? DENIED : undefined);
  const { plan, ids } = await again(staged);
  expect(ids).toHaveLength(175);
  const everybody = new Map(
    [plan.impact.retain, plan.impact.unknown].flat().map(({ id, name }) => [id, name] as const),
  );
  // The deleted are not known to be so.
  for (const id of ids) expect(everybody.has(id), id).toBe(true);
  for (const { id, name } of staged.planned.impact.retain)
    expect(everybody.get(id)).toBe(ids.includes(id) ? id : name);
});

test('a refused look-up of few people takes no name either from whom a group shows', async () => {
  const staged = await stage('tailspin');
  staged.world.sandbox.fault = ({ path }) => (decodeURIComponent(path).includes(BY_ID) ? DENIED : undefined);
  const { plan, ids } = await again(staged);
  const { id, name, via } = staged.planned.impact.retain.find(({ via }) => via.length === 2) ?? { id: '' };
  expect(ids).toContain(id);
  expect(plan.impact.retain.find((each) => each.id === id)).toMatchObject({ id, name, via });
});

test.each(['litware', 'tailspin'])('%s: few enough for one request cost no round trip', async (name) => {
  const staged = await stage(name);
  const { plan, trips } = await again(staged);
  expect(plan.status).toBe('changes');
  // The settings, what they name, the people, and the sign-ins of whoever loses access.
  expect(trips).toBe(4);
});
