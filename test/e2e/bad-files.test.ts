import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { flawsIn, putExamples, serveTenants, writesIn } from './world.ts';

const NORTHWIND = 'tenant:\n  name: northwind\n  id: 1d49b436-7916-4c38-97cb-29f8f3779254\n';

test.each<readonly [string, string | undefined, RegExp]>([
  [
    'is missing',
    undefined,
    /^error: The plan file plan\.json cannot be read \(ENOENT\)\. Nothing was sent\.\nfix: \S/,
  ],
  ['is empty', '', /^error: The plan file is not JSON, or is cut off\.\nfix: Plan again/],
  ['is cut off', '{"formatVersion": 1, "tenants": [', /not JSON, or is cut off/],
  ['is something else', '{"name": "iosmail"}', /^error: This is not a plan file of iosmail\.\nfix: \S/],
  [
    'is of an older version',
    '{"formatVersion": 0}',
    /format 0, written by older iosmail; this one reads format \d+\.\nfix: \S/,
  ],
  ['is of a newer version', '{"formatVersion": 99}', /format 99, written by newer iosmail/],
  ['is damaged', '{"formatVersion": 1, "tenants": 3}', /^error: The plan file is damaged: .*\nfix: \S/],
])('a plan file that %s, exit 1', async (_name, text, says) => {
  const world = await serveTenants(...builtInTenants('northwind'));
  world.put('policies/tenants/northwind.yaml', NORTHWIND);
  if (text !== undefined) world.put('plan.json', text);
  const run = await world.run(['apply', '--plan', 'plan.json']);
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toMatch(says);
  expect(world.sandbox.log).toEqual([]);
  expect(flawsIn(run)).toEqual([]);
});

test('a plan file that was edited is refused, and nothing is sent', async () => {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  await world.run(['plan', '--out', 'plan.json']);
  const plan = JSON.parse(readFileSync(join(world.folder, 'plan.json'), 'utf8'));
  plan.tenants[0].steps.pop();
  world.put('plan.json', JSON.stringify(plan));
  const run = await world.run(['apply', '--plan', 'plan.json']);
  expect(run.code).toBe(3);
  expect(run.stdout).toMatch(/the plan file was changed after it was made, its digest does not fit/);
  expect(run.stdout).toMatch(/^ {2}fix: \S/m);
  expect(writesIn(world.sandbox)).toEqual([]);
  expect(flawsIn(run)).toEqual([]);
});

test('a repository that forbids an apply from a desk', async () => {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  await world.run(['plan', '--out', 'plan.json']);
  world.put('policies/settings.yaml', 'review:\n  allowUnreviewedApply: false\n');
  const run = await world.run(['apply', '--plan', 'plan.json']);
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toMatch(
    /^error: settings\.yaml does not allow an apply without a reviewed pull request\. Nothing was sent\.\nfix: /,
  );
  expect(writesIn(world.sandbox)).toEqual([]);
});

test.each(['file', 'file/journal'])(
  'a journal that cannot be written (%s): nothing is sent',
  async (journal) => {
    const world = await serveTenants(...builtInTenants('adatum'));
    putExamples(world, 'adatum');
    await world.run(['plan', '--out', 'plan.json']);
    world.put('file', 'a file where a folder should be');
    const run = await world.run(['apply', '--plan', 'plan.json', '--journal', journal]);
    expect(run.code, run.stdout).toBe(1);
    expect(run.stdout).toMatch(
      /error: The journal .*cannot be (read|written)[\s\S]*fix: Give --journal a folder/,
    );
    expect(writesIn(world.sandbox)).toEqual([]);
    expect(flawsIn(run)).toEqual([]);
  },
);

test('an --out that cannot be written is told before anybody is asked', async () => {
  const world = await serveTenants(...builtInTenants('northwind'));
  world.put('policies/tenants/northwind.yaml', NORTHWIND);
  mkdirSync(join(world.folder, 'taken'));
  world.put('file', 'a file where a folder should be');
  for (const [out, why] of [
    ['missing/plan.json', 'ENOENT'],
    ['taken', 'it is a folder'],
    ['file/plan.json', 'file is no folder'],
    ['file/deeper/plan.json', 'ENOTDIR'],
  ] as const) {
    const run = await world.run(['plan', '--out', out]);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toBe(
      `error: The plan cannot be written to ${out} (${why}).\nfix: Give --out a file in a folder that is there and can be written to.\n`,
    );
  }
  expect(world.sandbox.log).toEqual([]);
});
