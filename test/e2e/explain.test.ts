import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { iosmail, ROOT } from './iosmail.ts';
import { flawsIn, putExamples, serveTenants } from './world.ts';

test('a person of a served tenant: stopped at G3 and G5 on an iPhone, at G3 on a Mac', async () => {
  const world = await serveTenants(...builtInTenants('tailspin'));
  putExamples(world, 'tailspin');
  const run = await world.run(['explain', 'office-0001@tailspin.example', '--format', 'json']);
  expect(run.code, run.stderr).toBe(0);
  const { devices } = JSON.parse(run.stdout);
  expect(devices.map(({ closed }: { closed: readonly string[] }) => closed)).toEqual([['G3', 'G5'], ['G3']]);
  const text = await world.run(['explain', 'office-0001@tailspin.example']);
  expect(text.stdout).toContain('sees: AADSTS50105');
  expect(text.stdout).toMatch(/policies\/tenants\/tailspin\.yaml:\d+:\d+, not applied/);
  expect(flawsIn(text)).toEqual([]);
  const wrote = world.sandbox.log.flatMap(({ items = [] }) =>
    items.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/conditionalAccess/evaluate')),
  );
  expect(wrote).toEqual([]);
});

test('a pasted text is explained without policies, network or account', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-explain-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const run = await iosmail(['explain', '--error', 'AADSTS50105: …'], { cwd: folder });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toContain('Gate: G3');
  const piped = spawnSync(process.execPath, [join(ROOT, 'dist/cli.js'), 'explain', '--error', '-'], {
    cwd: folder,
    input: 'Need admin approval',
    encoding: 'utf8',
  });
  expect(piped.status, piped.stderr).toBe(0);
  expect(piped.stdout).toContain('Gate: G4');
});

test.each([
  [['explain', ' '], 64, /Name a person by sign-in name/],
  [['explain'], 64, /name a person, or paste an error/],
  [['explain', 'a@b.example', '--error', 'x'], 64, /name a person, or paste an error/],
  [['explain', 'a@elsewhere.example', '--sandbox'], 1, /Name it with --tenant, one of: adatum/],
  [['explain', 'a@b.example', '--sandbox', '--tenant', 'contso'], 1, /Did you mean `contoso`/],
])('%j is exit %i', async (argv, code, says) => {
  const run = await iosmail(argv);
  expect(run).toMatchObject({ code, stdout: '' });
  expect(run.stderr).toMatch(says);
});

test('its page says the exit codes and options that are there', async () => {
  const page = readFileSync(join(ROOT, 'docs/explain.md'), 'utf8');
  const help = (await iosmail(['explain', '--help'])).stdout;
  const options = new Set([...page.matchAll(/--[a-z]+/g)].map(([option]) => option));
  expect(options.size).toBeGreaterThan(3);
  for (const option of options) expect(help).toContain(option);
});
