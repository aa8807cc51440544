import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { flawsIn, putExamples, serveTenants, type World, writesIn } from './world.ts';

/** Somebody in the portal switches the app on or off. */
function switchApp({ servicePrincipals }: Tenant, on: boolean): void {
  for (const app of servicePrincipals.values())
    if (app.displayName === 'iOS Accounts') app.accountEnabled = on;
}

/** The first write of this kind is refused. */
function breakWrite({ sandbox }: World, method: string, path: RegExp): void {
  sandbox.fault = (point) =>
    point.method === method && path.test(point.path)
      ? {
          kind: 'answer',
          status: 400,
          body: { error: { code: 'Request_BadRequest', message: 'Broken on purpose.' } },
        }
      : undefined;
}

/** tailspin's policy takes access from agent-0200, who is protected here. */
function protect(world: World): void {
  const file = join(world.folder, 'policies/tenants/tailspin.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}safety:\n  protected: [agent-0200@tailspin.example]\n`);
}

const CONTOSO = 'tenant:\n  name: contoso\n  id: 11317efc-07e4-4a3b-87a7-cba61a1c2488\n';
/** A tenant that nobody can sign in to. */
const NOWHERE = 'tenant:\n  name: nowhere\n  id: 00000000-0000-4000-8000-00000000dead\n';

test('2: changes pending, only when asked for', async () => {
  const world = await serveTenants(...builtInTenants('northwind'));
  putExamples(world, 'northwind');
  expect((await world.run(['plan'])).code).toBe(0);
  expect((await world.run(['plan', '--detailed-exitcode'])).code).toBe(2);
});

test('3: refused by a rule when planned; applying that plan is refused too, and sends nothing', async () => {
  const world = await serveTenants(...builtInTenants('tailspin'));
  putExamples(world, 'tailspin');
  protect(world);
  const planned = await world.run(['plan', '--out', 'plan.json', '--detailed-exitcode']);
  expect(planned.code).toBe(3);
  expect(planned.stdout).toMatch(/^tailspin {2}REFUSED · nothing will be sent/m);
  expect(planned.stdout).toMatch(/protected-person[\s\S]*agent-0200[\s\S]*fix: \S/);
  expect(planned.stdout).not.toMatch(/^Next:/m);
  const applied = await world.run(['apply', '--plan', 'plan.json']);
  expect(applied.code).toBe(3);
  expect(applied.stdout).toMatch(/^tailspin {2}REFUSED · nothing was sent/m);
  expect(applied.stdout).toMatch(/^ {2}fix: \S/m);
  expect(writesIn(world.sandbox)).toEqual([]);
  for (const run of [planned, applied]) expect(flawsIn(run)).toEqual([]);
});

test('4: the tenant moved, or the policy did: nothing is sent, and what moved is shown', async () => {
  const [adatum] = builtInTenants('adatum');
  const world = await serveTenants(adatum!);
  putExamples(world, 'adatum');
  await world.run(['plan', '--out', 'plan.json']);
  switchApp(adatum!, true);
  const moved = await world.run(['apply', '--plan', 'plan.json']);
  expect(moved.code).toBe(4);
  expect(moved.stdout).toMatch(/^adatum {2}STALE · nothing was sent/m);
  expect(moved.stdout).toMatch(/what moved since the review:\n/);
  expect(moved.stdout).toMatch(/fix: Plan again/);

  switchApp(adatum!, false);
  await world.run(['plan', '--out', 'plan.json']);
  const file = 'policies/tenants/adatum.yaml';
  world.put(file, readFileSync(join(world.folder, file), 'utf8').replace(/ +- name: SG-Mobil-Werk2\n/, ''));
  const edited = await world.run(['apply', '--plan', 'plan.json']);
  expect(edited.code).toBe(4);
  expect(edited.stdout).toContain('the policy in the repository is not the one that was reviewed');
  expect(writesIn(world.sandbox)).toEqual([]);
  for (const run of [moved, edited]) expect(flawsIn(run)).toEqual([]);
});

test('5: a step that breaks half-way; the same apply finishes once the cause is gone', async () => {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  await world.run(['plan', '--out', 'plan.json']);
  breakWrite(world, 'POST', /appRoleAssignedTo$/);
  const partly = await world.run(['apply', '--plan', 'plan.json']);
  expect(partly.code).toBe(5);
  expect(partly.stdout).toMatch(/^adatum {2}PARTLY APPLIED · of 6 steps: 2 done, 3 not sent, 1 failed/m);
  expect(partly.stdout).toMatch(/error: Step 3 failed: .*Broken on purpose\./);
  expect(flawsIn(partly)).toEqual([]);
  delete world.sandbox.fault;
  const finished = await world.run(['apply', '--plan', 'plan.json']);
  expect(finished.code, finished.stdout).toBe(0);
  expect(finished.stdout).toMatch(/of 6 steps: 4 done, 2 already so · read back: as planned/);
});

test('1: nothing could be sent at all', async () => {
  const world = await serveTenants(...builtInTenants('northwind'));
  putExamples(world, 'northwind');
  await world.run(['plan', '--out', 'plan.json']);
  breakWrite(world, 'POST', /servicePrincipals$/);
  const failed = await world.run(['apply', '--plan', 'plan.json']);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/^northwind {2}FAILED · nothing was sent/m);
});

test('of several, planning: failed before refused before pending; broken policies fail too', async () => {
  const world = await serveTenants(...builtInTenants('tailspin', 'northwind', 'contoso'));
  putExamples(world, 'tailspin', 'northwind');
  protect(world);
  expect((await world.run(['plan', '--detailed-exitcode'])).code).toBe(3);
  world.put('policies/tenants/nowhere.yaml', NOWHERE);
  const failed = await world.run(['plan', '--detailed-exitcode']);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/^nowhere {2}FAILED[\s\S]*AADSTS90002[\s\S]*^tailspin {2}REFUSED/m);
  expect(failed.stdout).toMatch(/^northwind {2}11 people gain/m);
  world.put('policies/tenants/nowhere.yaml', 'tenant: nowhere\n');
  const broken = await world.run(['plan', '--detailed-exitcode', '--format', 'json']);
  expect(broken.code).toBe(1);
  expect(broken.stderr).toMatch(/nowhere\.yaml:1:9: error: /);
  expect(JSON.parse(broken.stdout).tenants).toHaveLength(2);
  for (const run of [failed, broken]) expect(flawsIn(run)).toEqual([]);
});

test('of several, applying: partly before failed before stale before refused', async () => {
  const [adatum, tailspin, northwind] = builtInTenants('adatum', 'tailspin', 'northwind');
  const world = await serveTenants(adatum!, tailspin!, northwind!);
  putExamples(world, 'adatum', 'tailspin', 'northwind');
  protect(world);
  world.put('policies/tenants/contoso.yaml', CONTOSO);
  await world.run(['plan', '--out', 'plan.json']);
  switchApp(adatum!, true);
  const apply = async (...names: readonly string[]) =>
    (await world.run(['apply', '--plan', 'plan.json', '--tenant', ...names])).code;
  expect(await apply('tailspin')).toBe(3);
  expect(await apply('tailspin', 'adatum')).toBe(4);
  expect(await apply('tailspin', 'adatum', 'contoso')).toBe(1);
  expect(writesIn(world.sandbox)).toEqual([]);
  const all = await world.run(['apply', '--plan', 'plan.json']);
  expect(all.code).toBe(5);
  expect(all.stdout).toMatch(/^Apply: 1 applied, 1 stale, 1 refused, 1 failed of 4 tenants\.$/m);
  expect(flawsIn(all)).toEqual([]);
});
