import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { DEEP } from '../depth.ts';
import type { Running } from './iosmail.ts';
import { flawsIn, putExamples, serveTenants, type World, writesIn } from './world.ts';

const LONG = { kind: 'answer', status: 429, headers: { 'Retry-After': '300' } } as const;
const SHORT = { ...LONG, headers: { 'Retry-After': '1' } } as const;

async function planned(settle = 0): Promise<World> {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  const file = join(world.folder, 'policies/baselines/standard.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('settle: 0', `settle: ${settle}`));
  const plan = await world.run(['plan', '--out', 'plan.json']);
  expect(plan.code, plan.stdout + plan.stderr).toBe(0);
  return world;
}

/** Once only, or for as long as it is not taken away. */
function strike({ sandbox }: World, at: RegExp, fault: typeof LONG | typeof SHORT, times = Infinity): void {
  let struck = 0;
  sandbox.fault = ({ method, path, item }: Parameters<NonNullable<Sandbox['fault']>>[0]) => {
    if (item === true || !at.test(`${method} ${path}`) || struck >= times) return undefined;
    struck += 1;
    return fault;
  };
}

/** Presses Ctrl-C once it waits, and sees that it ends within two seconds. */
async function stopped(run: Running, waits: string) {
  await run.said(waits);
  const since = Date.now();
  run.child.kill('SIGINT');
  const ended = await run.ended;
  expect(Date.now() - since, ended.stderr).toBeLessThan(2_000);
  return ended;
}

test('Ctrl-C while a plan is told to stay away for five minutes: it ends', async () => {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  strike(world, /\$batch/, LONG);
  const ended = await stopped(
    world.start(['plan']),
    'adatum: Graph throttles, waits 300 s (1 of 10), batch of',
  );
  expect(ended.stdout).toBe('');
  expect(flawsIn(ended)).toEqual([]);
});

const HELD_BACK: readonly (readonly [string, RegExp, string])[] = [
  ['a write', /^(?:POST|PATCH) \/v1\.0\/(?!\$batch)/, 'Graph throttles'],
  ['the look before the first step', /\$batch/, 'Graph throttles'],
  ['the sign-in', /\/token/, 'the sign-in service throttles'],
];

test.each(DEEP ? HELD_BACK : HELD_BACK.slice(0, 1))(
  'Ctrl-C while %s is held back for five minutes: an apply ends, and the same apply sends the rest',
  async (_, at, who) => {
    const world = await planned();
    strike(world, at, LONG);
    const run = world.start(['apply', '--plan', 'plan.json']);
    const ended = await stopped(run, `adatum: ${who}, waits 300 s (1 of`);
    expect([1, 5], ended.stdout).toContain(ended.code);
    expect(ended.stdout).toMatch(/^ {2}error: .*Interrupted while waiting/m);
    expect(ended.stdout).not.toMatch(/not known/);
    expect(flawsIn(ended)).toEqual([]);
    delete world.sandbox.fault;
    const rest = await world.run(['apply', '--plan', 'plan.json']);
    expect(rest.code, rest.stdout).toBe(0);
  },
);

test('Ctrl-C during the settle time: an apply ends, what was done stays done, and the rest follows', async () => {
  const world = await planned(60);
  const run = world.start(['apply', '--plan', 'plan.json']);
  const ended = await stopped(run, 'adatum: lets the changes settle, waits 6');
  expect(ended.code, ended.stdout).toBe(5);
  expect(ended.stdout).toMatch(/of 6 steps: 4 done, 2 not sent/);
  expect(ended.stdout).toContain('Interrupted while waiting: the rest was not sent.');
  expect(writesIn(world.sandbox)).toHaveLength(4);
});

test('--verbose tells every wait, of plan and of apply; without it only those that look like a hang are told', async () => {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  const told = /^adatum: Graph throttles, waits 1 s \(1 of 10\), batch of \d+$/m;
  strike(world, /\$batch/, SHORT, 1);
  const quiet = await world.run(['plan', '--out', 'plan.json']);
  expect(quiet.stderr).toBe('Planning 1 of 1 tenant\n');
  strike(world, /\$batch/, SHORT, 1);
  expect((await world.run(['plan', '--verbose'])).stderr).toMatch(told);
  strike(world, /\$batch/, SHORT, 1);
  const applied = await world.run(['apply', '--plan', 'plan.json', '--verbose']);
  expect(applied.code, applied.stdout).toBe(0);
  expect(applied.stderr).toMatch(told);
  expect(applied.stderr).toMatch(/^adatum: reads once more to be sure, waits 2 s \(1 of 1\), step \d+$/m);
});
