import { describe, expect, test } from 'vitest';
import type { TenantPlan } from '../../src/core/plan.ts';
import type { Standing } from '../../src/core/standing.ts';
import { applyText } from '../../src/render/apply-text.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { sample } from '../depth.ts';
import { levelsOf } from './levels.ts';
import * as portal from './portal.ts';
import { reportOf, type Stage, stage } from './stage.ts';

const DENIED: Fault = {
  kind: 'answer',
  status: 403,
  body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } },
};

type Point = { readonly method: string; readonly path: string };
const isWrite = ({ method, path }: Point) =>
  method !== 'GET' && path.startsWith('/v1.0/') && path !== '/v1.0/$batch';

/** From write `at` on, counted from 0, no write is allowed any more. */
function denyWrites(
  { world }: Stage,
  at: number,
  then: (point: Point) => Fault | undefined = () => undefined,
) {
  let seen = 0;
  world.sandbox.fault = (point) => {
    if (isWrite(point)) return seen++ >= at ? DENIED : undefined;
    return seen > at ? then(point) : undefined;
  };
}

/** Everybody's level by the independent model, a stranger's last. */
function oracle(tenant: Tenant): readonly string[] {
  const levels = levelsOf(tenant);
  const many = tenant.users.size + 1;
  return Array.from({ length: many }, (_, who) => {
    const [first = '', ...others] = new Set(levels.filter((_level, index) => index % many === who));
    return others.length === 0 ? first : 'unknown';
  });
}

function agrees(told: Standing, tenant: Tenant, { impact }: TenantPlan, where: string): void {
  const ids = [...tenant.users.keys()];
  const now = oracle(tenant);
  const level = (id: string) => now[ids.indexOf(id)];
  const counted = Object.values(told.people).reduce((sum, each) => sum + each, 0);
  expect(told.everyoneElse, where).toBe(now.at(-1));
  for (const [each, many] of Object.entries(told.people)) {
    const rest = each === told.everyoneElse ? ids.length - counted : 0;
    expect(many + rest, `${where}: ${each}`).toBe(ids.filter((id) => level(id) === each).length);
  }
  expect(told.lost.map(({ id }) => id).sort(), where).toEqual(
    impact.retain.flatMap(({ id }) => (level(id) === 'has' ? [] : [id])).sort(),
  );
  for (const { id } of told.beyond) expect(level(id), where).toBe('has');
}

const NAMES = [
  'everything-at-once',
  'swap-groups',
  'absent-to-gated-consent-open',
  'open-a-gated-tenant',
  'revoke-own-grants',
];

describe.each(NAMES)('%s, stopped for good', (name) => {
  test('at whatever step: the report says where people stand, as the tenant is', async () => {
    const { planned } = await stage(name);
    for (const { number } of sample(planned.steps, 3, (step) => `${name} ${step.number}`)) {
      const staged = await stage(name);
      denyWrites(staged, number - 1);
      const { outcome, standing } = reportOf(await staged.world.apply(staged.plan, staged.policies));
      const where = `${outcome} at step ${number}`;
      expect(outcome, where).toBe(number === 1 ? 'failed' : 'partly applied');
      if (standing?.known !== true) throw new Error(`${where}: people were read`);
      agrees(standing.value, staged.tenant, planned, where);
      expect(standing.value.lost, where).toEqual([]);
    }
  });
});

test('where it ended as planned nothing is said, and nothing more is read', async () => {
  const { world, plan, policies } = await stage('swap-groups');
  expect(reportOf(await world.apply(plan, policies))).not.toHaveProperty('standing');
});

test('who was to keep access and has lost it is named', async () => {
  const staged = await stage('swap-groups');
  const { world, tenant, plan, policies, planned } = staged;
  let edited = false;
  denyWrites(staged, 1, () => {
    if (!edited) for (const group of ['SG-Old', 'SG-New']) portal.unassign(tenant, group);
    edited = true;
    return undefined;
  });
  const report = await world.apply(plan, policies);
  const { standing } = reportOf(report);
  if (standing?.known !== true) throw new Error('people were read');
  agrees(standing.value, tenant, planned, 'unassigned');
  expect(standing.value.lost.map(({ name, level }) => [name, level])).toEqual([
    ['anna@woodgrove.example', 'none'],
  ]);
  expect(applyText(report, { colour: false })).toContain(
    '  people now: 3 have none, everybody else: no access. 1 who was to keep access does not have it: anna@woodgrove.example.\n',
  );
});

test('people who cannot be read are not known, and nobody is said to have kept access', async () => {
  const staged = await stage('swap-groups');
  denyWrites(staged, 1, ({ path }) => (/\/members/.test(path) ? DENIED : undefined));
  const report = await staged.world.apply(staged.plan, staged.policies);
  const { standing } = reportOf(report);
  if (standing?.known !== true) throw new Error('settings were read');
  expect(standing.value.people).toEqual({ has: 0, may: 0, none: 0, unknown: 3 });
  expect(applyText(report, { colour: false })).toContain(
    'people now: 3 are not known, everybody else: no access. Of 1 who was to keep access it is not known: anna@woodgrove.example.',
  );
});

test('a tenant that cannot be read any more: unknown, and the report says the rest all the same', async () => {
  const staged = await stage('swap-groups');
  denyWrites(staged, 1, () => ({ kind: 'answer', status: 503 }));
  const report = await staged.world.apply(staged.plan, staged.policies);
  const { outcome, standing, steps, problem } = reportOf(report);
  expect(outcome).toBe('partly applied');
  expect(standing).toEqual({ known: false, why: expect.stringContaining('503') });
  expect(steps.map(({ result }) => result)).toEqual(['done', 'failed']);
  expect(problem?.message).toContain('Step 2 failed');
  expect(applyText(report, { colour: false })).toMatch(
    /^ {2}people now: unknown, they could not be read: .*503/m,
  );
});
