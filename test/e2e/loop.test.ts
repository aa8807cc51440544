import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import applySchema from '../../schema/apply.schema.json' with { type: 'json' };
import planSchema from '../../schema/plan.schema.json' with { type: 'json' };
import validateSchema from '../../schema/validate.schema.json' with { type: 'json' };
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { ROOT } from './iosmail.ts';
import { flawsIn, putExamples, serveTenants, writesIn } from './world.ts';

function complaints(schema: object, text: string): unknown {
  const check = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  return check(JSON.parse(text)) ? [] : check.errors;
}

test('validate, plan, apply, apply again, plan again', async () => {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');

  const validated = await world.run(['validate']);
  expect(validated).toMatchObject({ code: 0, stderr: '' });
  expect(validated.stdout).toMatch(/^Checked 1 tenant: /m);
  expect(world.sandbox.log).toEqual([]);

  const planned = await world.run(['plan', '--out', 'plan.json']);
  expect(planned.code, planned.stderr).toBe(0);
  expect(planned.stderr).toBe('Planning 1 of 1 tenant\n');
  expect(planned.stdout).toMatch(/^adatum {2}435 people gain, nobody loses/m);
  expect(planned.stdout).toMatch(
    /^Plan: 2 to add, 4 to change, 0 to remove in 1 of 1 tenant; 0 refused; 0 failed\.$/m,
  );
  expect(planned.stdout).toMatch(/^Next: iosmail apply --plan plan\.json$/m);
  expect(writesIn(world.sandbox)).toEqual([]);
  const file = readFileSync(join(world.folder, 'plan.json'), 'utf8');
  expect(complaints(planSchema, file)).toEqual([]);

  const applied = await world.run(['apply', '--plan', 'plan.json']);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect(applied.stderr).toBe('Applying to 1 of 1 tenant\n');
  expect(applied.stdout).toMatch(/^adatum {2}APPLIED · of 6 steps: 6 done · read back: as planned$/m);
  const shown = JSON.parse(file).tenants[0].steps.map(
    ({ request }: { request: { method: string; path: string } }) => `${request.method} ${request.path}`,
  );
  const sent = writesIn(world.sandbox);
  expect(sent).toEqual(shown);

  const again = await world.run(['apply', '--plan', 'plan.json']);
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/^adatum {2}NOTHING TO DO/m);
  expect(writesIn(world.sandbox)).toEqual(sent);

  const after = await world.run(['plan', '--detailed-exitcode']);
  expect(after.code).toBe(0);
  expect(after.stdout).toMatch(/^adatum {2}No changes\. Live settings match the policy/m);
  expect(after.stdout).not.toMatch(/^Next:/m);
  for (const run of [validated, planned, applied, again, after]) expect(flawsIn(run)).toEqual([]);
});

test('json is all there is on standard output, and follows the published schemas', async () => {
  const world = await serveTenants(...builtInTenants('adatum', 'northwind'));
  putExamples(world, 'adatum', 'northwind');
  const validated = await world.run(['validate', '--format', 'json']);
  expect(complaints(validateSchema, validated.stdout)).toEqual([]);
  const planned = await world.run(['plan', '--out', 'plan.json', '--format', 'json']);
  expect(complaints(planSchema, planned.stdout)).toEqual([]);
  expect(planned.stdout).toBe(readFileSync(join(world.folder, 'plan.json'), 'utf8'));
  expect(planned.stderr).toBe('Planning 1 of 2 tenants\nPlanning 2 of 2 tenants\n');
  const applied = await world.run(['apply', '--plan', 'plan.json', '--format', 'json']);
  expect(applied.code, applied.stdout).toBe(0);
  expect(complaints(applySchema, applied.stdout)).toEqual([]);
  for (const run of [validated, planned, applied]) expect(flawsIn(run)).toEqual([]);
});

test('markdown tells the same in every command', async () => {
  const world = await serveTenants(...builtInTenants('northwind'));
  putExamples(world, 'northwind');
  const validated = await world.run(['validate', '--format', 'markdown']);
  expect(validated.stdout).toContain('Checked 1 tenant');
  const planned = await world.run(['plan', '--out', 'plan.json', '--format', 'markdown']);
  expect(planned.stdout).toMatch(/^\| Tenant \| Status \|/m);
  expect(planned.stdout).toMatch(/^Next: `iosmail apply --plan plan\.json`$/m);
  const applied = await world.run(['apply', '--plan', 'plan.json', '--format', 'markdown']);
  expect(applied.code, applied.stdout).toBe(0);
  expect(applied.stdout).toMatch(/^\*\*Apply: 1 applied of 1 tenant\.\*\*$/m);
  for (const run of [validated, planned, applied]) expect(flawsIn(run)).toEqual([]);
});

test('--tenant plans and applies the named ones only', async () => {
  const world = await serveTenants(...builtInTenants('adatum', 'contoso', 'northwind'));
  putExamples(world, 'adatum', 'contoso', 'northwind');
  const planned = await world.run(['plan', '--tenant', 'contoso', 'northwind', '--out', 'plan.json']);
  expect(planned.stderr).toBe('Planning 1 of 2 tenants\nPlanning 2 of 2 tenants\n');
  expect(planned.stdout).not.toMatch(/^adatum/m);
  const applied = await world.run(['apply', '--plan', 'plan.json', '--tenant', 'contoso']);
  expect(applied.stdout).toMatch(/^Apply: 1 nothing to do of 1 tenant\.$/m);
  expect(writesIn(world.sandbox)).toEqual([]);
  const unknown = await world.run(['apply', '--plan', 'plan.json', '--tenant', 'adatum']);
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown.stderr).toMatch(/^error: The plan file holds no tenant adatum\..*\nfix: \S/);
  const misspelt = await world.run(['plan', '--tenant', 'contso']);
  expect(misspelt.code).toBe(1);
  expect(misspelt.stderr).toMatch(/unknown-tenant[\s\S]*Did you mean `contoso`\?/);
});

test('colour: FORCE_COLOR asks for it, NO_COLOR and --no-color win', async () => {
  const world = await serveTenants(...builtInTenants('northwind'));
  putExamples(world, 'northwind');
  const coloured = async (argv: readonly string[], env: { [name: string]: string }) =>
    (await world.run(['plan', ...argv], env)).stdout.includes('\u001b[');
  expect(await coloured([], {})).toBe(false);
  expect(await coloured([], { FORCE_COLOR: '1' })).toBe(true);
  expect(await coloured([], { FORCE_COLOR: '0' })).toBe(false);
  expect(await coloured([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  expect(await coloured(['--no-color'], { FORCE_COLOR: '1' })).toBe(false);
  expect(await coloured(['--format', 'json'], { FORCE_COLOR: '1' })).toBe(false);
});

test('the built-in tenants plan and apply in process as over HTTPS', async () => {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  const served = await world.run(['plan']);
  const inProcess = await world.run(['plan', '--sandbox', '--out', 'plan.json']);
  const facts = (text: string) => text.replace(/^Next: .*$/m, '');
  expect(facts(inProcess.stdout)).toBe(facts(served.stdout));
  expect(inProcess.stdout).toMatch(/^Next: iosmail apply --sandbox --plan plan\.json$/m);
  const applied = await world.run(['apply', '--sandbox', '--plan', 'plan.json']);
  expect(applied.code, applied.stdout).toBe(0);
  expect(writesIn(world.sandbox)).toEqual([]);
});

test('the next command can be pasted, whatever the names of files', async () => {
  const world = await serveTenants();
  const planned = await world.run([
    'plan',
    '--sandbox',
    '--policies',
    join(ROOT, 'policies'),
    '--tenant',
    'adatum',
    '--out',
    "my plan's.json",
  ]);
  expect(planned.stdout).toContain(
    `Next: iosmail apply --sandbox --policies ${join(ROOT, 'policies')} --plan 'my plan'\\''s.json'`,
  );
});
