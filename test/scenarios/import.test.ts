import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { mayReplace } from '../../src/commands/confirm.ts';
import { type ImportOptions, importTenants, writeUnlessKept } from '../../src/commands/import.ts';
import { importTenant } from '../../src/commands/import-tenant.ts';
import { connect } from '../../src/graph/connect.ts';
import { sandboxEdge } from '../../src/graph/edge.ts';
import { openReader } from '../../src/graph/open-reader.ts';
import { policiesOf } from '../../src/policy/policies.ts';
import { LOOK_ALIKE } from '../../src/sandbox/catalogue.ts';
import { SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../../src/sandbox/clients.ts';
import { addGroup, newTenant } from '../../src/sandbox/directory.ts';
import { addGatedAppleMail, addServicePrincipal, assign } from '../../src/sandbox/enterprise-app.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { checkedFetch } from '../contract/openapi-check.ts';
import { runs } from '../depth.ts';
import { sketches, tenantOf } from '../faults/generated-tenant.ts';
import { writesIn } from './wire.ts';
import { only, openWorld, temporaryFolder } from './world.ts';

const DAY = '2026-11-24';
const NAMES = ['contoso', 'fabrikam', 'northwind', 'adatum', 'wingtip', 'tailspin', 'litware', 'proseware'];

async function imported(tenant: Tenant, fault?: Sandbox['fault']) {
  const clock = { now: () => new Date(`${DAY}T09:00:00.000Z`), sleep: async () => {} };
  const sandbox = createSandbox({ now: clock.now, tenants: [tenant] });
  if (fault !== undefined) sandbox.fault = fault;
  const edge = { ...sandboxEdge(checkedFetch(sandbox.fetch), clock), random: () => 0 };
  const env = { AZURE_CLIENT_ID: SANDBOX_CLIENT_ID, AZURE_CLIENT_SECRET: SANDBOX_SECRET };
  const identity = { name: tenant.name, id: tenant.id, cloud: 'global' as const };
  const reader = openReader(await connect(identity, 'plan', { env, edge }));
  const asked: string[] = [];
  const result = await importTenant(
    {
      read: async (requests) => {
        asked.push(...requests.map(({ path }) => path));
        return await reader.read(requests);
      },
    },
    identity,
    DAY,
  );
  const methods = sandbox.log.flatMap((entry) => entry.items ?? []).map(({ method }) => method);
  expect(new Set(methods)).toEqual(new Set(['GET']));
  return { ...result, asked };
}

/** The written file through the loader and the planner, on another copy of the tenant. */
async function planned(name: string, text: string, tenant: Tenant) {
  const source = { name, file: `policies/tenants/${name}.yaml`, bytes: new TextEncoder().encode(text) };
  const loaded = policiesOf({ tenants: [source], baselines: [], isWhole: true, findings: [] }, DAY);
  expect(loaded.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const world = openWorld([tenant]);
  const plan = only(await world.plan(loaded));
  expect(writesIn(world.wire)).toEqual([]);
  const requests = world.sandbox.log.flatMap((entry) => entry.items ?? []).length;
  return { plan, policy: loaded.tenants[0]?.desired, requests };
}

function builtIn(name: string): Tenant {
  const [tenant] = builtInTenants(name);
  if (tenant === undefined) throw new Error(`no tenant ${name}`);
  return tenant;
}

describe('the eight tenants', () => {
  test.each(NAMES)('%s: the plan straight after is empty', async (name) => {
    const { text } = await imported(builtIn(name));
    const { plan, policy } = await planned(name, text, builtIn(name));
    expect([plan.status, plan.steps]).toEqual(['unchanged', []]);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schema\/tenant\.schema\.json\n/);
    for (const label of ['Enabled for users to sign in?', 'Assignment required?', 'Grant admin consent'])
      expect(text).toContain(`# ${label}`);
    const groups = policy?.assignments.groups ?? [];
    if (groups !== 'unmanaged') expect(groups.filter(({ id }) => id === undefined)).toEqual([]);
  });
});

test('any tenant: the plan straight after is empty', async () => {
  await fc.assert(
    fc.asyncProperty(sketches, async (sketch) => {
      const { text } = await imported(tenantOf(sketch));
      const { plan } = await planned('woodgrove', text, tenantOf(sketch));
      expect([plan.status, plan.steps]).toEqual(['unchanged', []]);
    }),
    { numRuns: runs(25, 300) },
  );
});

describe('a read that is refused', () => {
  const refusing = (which: string): Sandbox['fault'] => {
    return ({ item, path }) =>
      item && path === which
        ? {
            kind: 'answer',
            status: 403,
            body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } },
          }
        : undefined;
  };

  test.each(['tailspin', 'wingtip', 'northwind'])('%s: no policy, whichever it is', async (name) => {
    const paths = new Set<string>();
    await imported(builtIn(name), ({ item, path }) => {
      if (item) paths.add(path);
      return undefined;
    });
    expect(paths.size).toBeGreaterThan(5);
    for (const path of paths) {
      const told = await imported(builtIn(name), refusing(path)).catch((error: unknown) => error);
      if (/^\/policies\/|delegatedPermissionClassifications/.test(path)) {
        // Unknown is left alone; it is never written as a setting that was not seen.
        const { text } = told as { text: string };
        const { consent } = parse(text);
        const seen = parse((await imported(builtIn(name))).text).consent.userConsent;
        expect(['unmanaged', seen], path).toContainEqual(consent.userConsent);
        if (path.startsWith('/policies/authorizationPolicy')) {
          expect(consent.userConsent).toBe('unmanaged');
          expect(text).toContain('# - consent-left-alone:');
        }
        continue;
      }
      expect(told, path).toBeInstanceOf(Error);
      expect(told, path).toHaveProperty('fix', expect.stringMatching(/^(Grant|Correct)/));
    }
  });
});

test('names that would be more than a name stay one', async () => {
  const names = [
    'SG\n    - id: 00000000-0000-0000-0000-000000000000',
    '# x: y',
    '&anchor *alias !tag',
    '\u202egroup\u001b[31m',
    '- "a": \'b\'',
    '::error::x',
  ];
  const odd = () => {
    const tenant = newTenant('woodgrove', { licences: ['SPB'], userConsent: [] });
    const app = addGatedAppleMail(tenant);
    for (const name of names) assign(tenant, app, addGroup(tenant, name, []).id);
    addServicePrincipal(tenant, LOOK_ALIKE).displayName = 'Apple Internet Accounts\nassignments: {}';
    return tenant;
  };
  const { text } = await imported(odd());
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  const { plan, policy } = await planned('woodgrove', text, odd());
  expect([plan.status, plan.steps]).toEqual(['unchanged', []]);
  const groups = policy?.assignments.groups;
  if (groups === undefined || groups === 'unmanaged') throw new Error('no groups');
  expect(groups).toHaveLength(names.length);
  expect(groups.flatMap(({ name }) => name ?? []).sort()).toEqual(
    names.filter((name) => !/[\n\u202e]/.test(name)).sort(),
  );
});

describe('the file', () => {
  const run = (out: string, more: Partial<ImportOptions> = {}) =>
    importTenants({
      out,
      only: ['contoso'],
      sandbox: true,
      force: false,
      overwrite: async (file) => {
        throw Object.assign(new Error(`${file} is there`), { fix: '--force' });
      },
      day: DAY,
      env: {},
      version: '0.0.0',
      ...more,
    });
  const there = () => {
    const out = temporaryFolder();
    mkdirSync(join(out, 'tenants'));
    const file = join(out, 'tenants', 'contoso.yaml');
    writeFileSync(file, '# mine\r\n');
    return { out, file };
  };

  test('that is there stays byte for byte', async () => {
    const { out, file } = there();
    const { tenants } = await run(out);
    expect(tenants).toMatchObject([{ status: 'failed', error: { fix: '--force' } }]);
    expect(readFileSync(file, 'utf8')).toBe('# mine\r\n');
    expect(await writeUnlessKept(file, 'new', { force: false, overwrite: async () => false })).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('# mine\r\n');
  });

  test('is replaced with --force, or when somebody says so', async () => {
    const { file } = there();
    const never = async () => {
      throw new Error('nobody is to be asked');
    };
    expect(await writeUnlessKept(file, 'new', { force: true, overwrite: never })).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(await writeUnlessKept(file, 'newer', { force: false, overwrite: async () => true })).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe('newer');
  });

  test('is asked about on a terminal only', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    await expect(mayReplace('x.yaml', { input, output })).rejects.toHaveProperty(
      'fix',
      expect.stringContaining('--force'),
    );
    for (const [answer, may] of [
      ['y', true],
      ['', false],
      ['n', false],
      ['yes please', false],
    ] as const) {
      const asking = {
        input: Object.assign(new PassThrough(), { isTTY: true }),
        output: Object.assign(new PassThrough(), { isTTY: true }),
      };
      asking.input.write(`${answer}\n`);
      expect(await mayReplace('x.yaml', asking), answer).toBe(may);
    }
  });

  test('is not written where no tenant is named, or none is called so', async () => {
    const out = temporaryFolder();
    await expect(run(out, { sandbox: false, only: [] })).rejects.toThrow('No tenant is named.');
    await expect(run(out, { only: ['nobody'] })).rejects.toThrow('nobody');
    expect(existsSync(join(out, 'tenants'))).toBe(false);
  });
});

test('what an import asks beyond a plan of its policy: names, members and namesakes', async () => {
  const { text, asked } = await imported(builtIn('tailspin'));
  const { requests } = await planned('tailspin', text, builtIn('tailspin'));
  const more = new Set(asked).size - requests;
  // All grants, namesakes, one count of nested groups for each group, users by id.
  expect(more).toBeGreaterThan(0);
  expect(more).toBeLessThanOrEqual(6);
});
