import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { flawsIn, putExamples, serveTenants, type World, writesIn } from './world.ts';

/** Has the command say at its end how much memory it ever held, in KiB. */
const TELLS_MEMORY =
  "process.on('exit', () => process.stderr.write('rss=' + process.resourceUsage().maxRSS + ' '));\n";

test('a group of 19,000 is listed in less than 300 MB, as a table', async () => {
  const world = await serveTenants(...builtInTenants('proseware'));
  putExamples(world, 'proseware');
  world.put('memory.mjs', TELLS_MEMORY);
  const run = await world.run(['who', '--format', 'csv'], { NODE_OPTIONS: '--import=./memory.mjs' });
  expect(run.code).toBe(0);
  const rows = run.stdout.split('\r\n');
  // A header, 1,494 of staff, 19,000 students, two administrators, everyone else, and the end of the last line.
  expect(rows).toHaveLength(1 + 1_494 + 19_000 + 2 + 1 + 1);
  expect(rows[0]).toBe('\uFEFF"tenant","tenant id","kind","name","id","access","why","guest","account"');
  expect(rows.filter((row) => row.includes('"member of SG-iOS-Mail-Students"'))).toHaveLength(19_000);
  expect(Number(/rss=(\d+)/.exec(run.stderr)?.[1])).toBeLessThan(300 * 1024);
  expect(writesIn(world.sandbox)).toEqual([]);
});

test('1: a tenant failed, and the others are listed', async () => {
  const [contoso, wingtip] = builtInTenants('contoso', 'wingtip');
  const world = await serveTenants(contoso!, wingtip!);
  putExamples(world, 'contoso', 'wingtip');
  contoso!.settings.refuse = ['Application.Read.All'];
  const run = await world.run(['who']);
  expect(run.code).toBe(1);
  expect(run.stdout).toMatch(/^contoso \([\w-]+\) {2}FAILED\n {2}.+\n {2}fix: Grant Application\.Read\.All/m);
  expect(run.stdout).toMatch(/^wingtip \([\w-]+\) {2}22 people by name have access$/m);
  expect(run.stdout).toMatch(
    /^ {2}sales-001@wingtip\.example {2}assigned directly, consented for themselves$/m,
  );
  expect(run.stdout).toMatch(/^ {2}everyone else: can open it by consenting$/m);
  expect(flawsIn(run)).toEqual([]);
});

function commit({ folder }: World, message: string): void {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@x.example', ...args], { cwd: folder });
  git('init', '--quiet');
  git('add', 'policies');
  git('commit', '--quiet', '-m', message);
}

const conforms = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(new URL('../../schema/who-diff.schema.json', import.meta.url), 'utf8')),
);

test('--diff compares what two commits want, asks no tenant, and says what Git cannot tell', async () => {
  const world = await serveTenants(...builtInTenants('contoso'));
  putExamples(world, 'contoso', 'wingtip');
  commit(world, 'before');
  const file = 'policies/tenants/contoso.yaml';
  const before = readFileSync(join(world.folder, file), 'utf8');
  world.put(file, before.replace('SG-iOS-Mail-Sales', 'SG-iOS-Mail-Field'));
  const text = await world.run(['who', '--diff', 'HEAD']);
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(
    /^From [0-9a-f]{12} to the working directory: 1 tenant differs, 1 as before\.$/m,
  );
  expect(text.stdout).toMatch(/^contoso\n {2}\+ group SG-iOS-Mail-Field\n {2}- group SG-iOS-Mail-Sales$/m);
  expect(text.stdout).toContain('Membership of groups is not recorded in Git');
  const json = await world.run(['who', '--diff', 'HEAD', '--format', 'json']);
  expect(conforms(JSON.parse(json.stdout)), JSON.stringify(conforms.errors)).toBe(true);
  const table = await world.run(['who', '--diff', 'HEAD', '--format', 'csv']);
  expect(table.stdout).toMatch(/"contoso","[\w-]+","left","group","SG-iOS-Mail-Sales","\{.+\}",""\r\n/);

  world.put(file, 'tenant: [\n');
  const broken = await world.run(['who', '--diff', 'HEAD']);
  expect(broken.code).toBe(1);
  // What cannot be read did not leave.
  expect(broken.stdout).not.toContain('- group');
  expect(broken.stdout).toContain('Not compared, because of errors: contoso.');
  expect((await world.run(['who', '--diff', 'no-such-ref'])).code).toBe(1);
  expect(world.sandbox.log).toEqual([]);
  for (const run of [text, json, broken]) expect(flawsIn(run)).toEqual([]);
});
