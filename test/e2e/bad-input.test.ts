import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import type { Environment } from './iosmail.ts';
import { flawsIn, putExamples, serveTenants, type World, writesIn } from './world.ts';

const NORTHWIND = 'tenant:\n  name: northwind\n  id: 1d49b436-7916-4c38-97cb-29f8f3779254\n';
const ADATUM = 'tenant:\n  name: adatum\n  id: 7254bd34-5940-4bd3-8a95-963466054762\n';
const listed = (head: string, kind: 'groups' | 'users', entry: string) =>
  `${head}assignments:\n  ${kind}:\n    - ${entry}\n  unlisted: keep\n`;

async function worldWith(name: string, policy: string): Promise<World> {
  const world = await serveTenants(...builtInTenants(name));
  world.put(`policies/tenants/${name}.yaml`, policy);
  return world;
}

test.each([
  [
    'a group that is not there',
    listed(ADATUM, 'groups', 'name: SG-Mobil-Werk9'),
    /group-not-found[\s\S]*fix: Correct the name, or pin the group/,
  ],
  [
    'a group name that two groups have',
    listed(ADATUM, 'groups', 'name: SG-Projekt-Alpha'),
    /group-ambiguous[\s\S]*fix: Pin the one you mean with `id`/,
  ],
  [
    'a user that is not there',
    listed(ADATUM, 'users', 'upn: nobody@adatum.example'),
    /user-not-found[\s\S]*fix: Correct the address/,
  ],
  [
    'a consent policy that is not there',
    `${ADATUM}consent:\n  userConsent: { custom: nope }\n`,
    /consent-policy-not-found[\s\S]*fix: Correct consent\.userConsent\.custom/,
  ],
])('%s: told with its place and a fix, exit 1', async (_name, policy, says) => {
  const world = await worldWith('adatum', policy);
  const run = await world.run(['plan', '--out', 'plan.json']);
  expect(run.code, run.stdout).toBe(1);
  expect(run.stdout).toMatch(says);
  expect(run.stdout).toMatch(/adatum\.yaml:\d+:\d+/);
  expect(run.stdout).toMatch(/fix: \S/);
  expect(flawsIn(run)).toEqual([]);
  const applied = await world.run(['apply', '--plan', 'plan.json']);
  expect(applied.code).toBe(1);
  expect(writesIn(world.sandbox)).toEqual([]);
});

const secret = 'wrong-but-still-a-secret-Zq8';

test.each<readonly [string, Environment, RegExp]>([
  ['a wrong secret', { AZURE_CLIENT_SECRET: secret }, /AADSTS7000215: [\s\S]*fix: Set AZURE_CLIENT_SECRET/],
  [
    'a wrong secret, with the libraries at their most talkative',
    { AZURE_CLIENT_SECRET: secret, AZURE_LOG_LEVEL: 'verbose', DEBUG: '*', NODE_DEBUG: 'none' },
    /AADSTS7000215: /,
  ],
  [
    'an unknown client',
    { AZURE_CLIENT_ID: '00000000-0000-4000-8000-000000000000' },
    /AADSTS700016: [\s\S]*fix: Check the client id/,
  ],
  [
    'no client id',
    { AZURE_CLIENT_ID: '' },
    /no client id for planning[\s\S]*fix: Set tenant\.identity\.plan/,
  ],
  ['no credential at all', { AZURE_CLIENT_SECRET: '', PATH: '/nonexistent' }, /fix: Run "az login --tenant/],
  [
    'a certificate that is not there',
    { AZURE_CLIENT_SECRET: '', AZURE_CLIENT_CERTIFICATE_PATH: '/nonexistent.pem' },
    /fix: AZURE_CLIENT_CERTIFICATE_PATH/,
  ],
])('%s: that tenant fails with what Entra said, exit 1', async (_name, env, says) => {
  const world = await worldWith('northwind', NORTHWIND);
  const run = await world.run(['plan'], env);
  expect(run.code, run.stdout + run.stderr).toBe(1);
  expect(run.stdout).toMatch(/^northwind {2}FAILED/m);
  expect(run.stdout).toMatch(says);
  expect(run.stdout).toMatch(/^ {2}fix: \S/m);
  expect(run.stdout + run.stderr).not.toContain(secret);
  expect(flawsIn(run)).toEqual([]);
});

test('no token, secret or assertion shows at any verbosity, in any format, in any file', async () => {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  const loud = { AZURE_LOG_LEVEL: 'verbose', DEBUG: '*' };
  const runs = [
    await world.run(['plan', '--verbose', '--out', 'plan.json'], loud),
    await world.run(['plan', '--verbose', '--format', 'json'], loud),
    await world.run(['plan', '--verbose', '--format', 'markdown'], loud),
    await world.run(['apply', '--plan', 'plan.json'], loud),
  ];
  const journal = join(world.folder, '.iosmail/journal/7254bd34-5940-4bd3-8a95-963466054762.jsonl');
  const files = [join(world.folder, 'plan.json'), journal].map((file) => ({
    stdout: readFileSync(file, 'utf8'),
    stderr: '',
  }));
  for (const run of [...runs, ...files]) expect(flawsIn(run)).toEqual([]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
});

/** A port that was free a moment ago. Not a fixed one: fetch refuses some by itself, without a connection. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test('hosts that cannot be reached or trusted: which one, why, and what to look at, exit 1', async () => {
  const world = await worldWith('northwind', NORTHWIND);
  const closed = `localhost:${await closedPort()}`;
  const cases: readonly (readonly [Environment, RegExp])[] = [
    [{ AZURE_AUTHORITY_HOST: `https://${closed}` }, new RegExp(`at ${closed}: .*ECONNREFUSED`)],
    [{ NODE_EXTRA_CA_CERTS: '' }, /at localhost:\d+: .*certificate/],
  ];
  const runs = await Promise.all(cases.map(([env]) => world.run(['plan'], env)));
  runs.forEach((run, at) => {
    expect(run.code, run.stdout + run.stderr).toBe(1);
    expect(run.stdout).toMatch(/error: Could not sign in to tenant 1d49b436/);
    expect(run.stdout).toMatch(cases[at]![1]);
    expect(run.stdout).toMatch(/fix: Check that \S+ can be reached.*NODE_EXTRA_CA_CERTS/);
    expect(flawsIn(run)).toEqual([]);
  });
  expect(world.sandbox.log).toEqual([]);
});

test('an endpoint that is no https address, exit 1 before anything is sent', async () => {
  const world = await worldWith('northwind', NORTHWIND);
  const run = await world.run(['plan'], { IOSMAIL_GRAPH_ENDPOINT: 'http://localhost:1' });
  expect(run).toMatchObject({ code: 1, stdout: '' });
  expect(run.stderr).toMatch(/^error: IOSMAIL_GRAPH_ENDPOINT is not an https address of a host\.\nfix: Set /);
  expect(world.sandbox.log).toEqual([]);
});

test('a token for another tenant: nothing is read or written', async () => {
  const world = await worldWith('northwind', NORTHWIND);
  world.sandbox.tenants.get('northwind')!.settings.tokenTenantId = '11317efc-07e4-4a3b-87a7-cba61a1c2488';
  const run = await world.run(['plan']);
  expect(run.code).toBe(1);
  expect(run.stdout).toMatch(
    /The token is for tenant 11317efc.*Nothing was read or written\.\n {2}fix: Check tenant\.id/,
  );
  expect(world.sandbox.log.filter(({ path }) => path.startsWith('/v1.0/'))).toEqual([]);
  expect(flawsIn(run)).toEqual([]);
});

test.each([
  ['Application.Read.All', 'nothing can be told without the app'],
  ['Policy.Read.All', 'the policy manages the user consent settings'],
  ['DelegatedPermissionGrant.Read.All', 'the policy manages the grant'],
  ['GroupMember.Read.All', 'the policy names groups'],
])('missing permission %s (%s): which one, and where to grant it, exit 1', async (permission) => {
  const world = await worldWith(
    'adatum',
    `${ADATUM}consent:\n  userConsent: none\n  tenantWide: [EAS.AccessAsUser.All, EWS.AccessAsUser.All]\nassignments:\n  groups:\n    - name: SG-Mobil-Werk1\n  unlisted: keep\n`,
  );
  world.sandbox.tenants.get('adatum')!.settings.refuse = [permission];
  const run = await world.run(['plan']);
  expect(run.code, run.stdout).toBe(1);
  expect(run.stdout).toMatch(
    new RegExp(`fix: Grant .*${permission.replaceAll('.', '\\.')}.*(Entra admin centre|API permissions)`),
  );
  expect(flawsIn(run)).toEqual([]);
});

test('a missing permission to write stops at its step and says which, and where to grant it', async () => {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  await world.run(['plan', '--out', 'plan.json']);
  world.sandbox.tenants.get('adatum')!.settings.refuse = ['DelegatedPermissionGrant.ReadWrite.All'];
  const run = await world.run(['apply', '--plan', 'plan.json']);
  expect(run.code).toBe(5);
  expect(run.stdout).toMatch(
    /fix: It needs the application permission DelegatedPermissionGrant\.ReadWrite\.All\. Add it to app registration [\w-]+: Entra admin centre/,
  );
  expect(flawsIn(run)).toEqual([]);
});
