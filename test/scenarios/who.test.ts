import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { AccessList, Listed, WhoReport } from '../../src/core/who.ts';
import { whoCsv } from '../../src/render/who-csv.ts';
import { whoText } from '../../src/render/who-text.ts';
import { SANDBOX_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { addGroup, addUser, newTenant } from '../../src/sandbox/directory.ts';
import { addGatedAppleMail, assign, grant } from '../../src/sandbox/enterprise-app.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { writesIn } from './wire.ts';
import { openWorld, type Policies, policiesIn } from './world.ts';

const conforms = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(new URL('../../schema/who.schema.json', import.meta.url), 'utf8')),
);

async function whoIn(tenant: Tenant, policies: Policies) {
  const world = openWorld([tenant]);
  const report = await world.who(policies);
  const [list] = report.tenants;
  if (list?.status !== 'listed') throw new Error(`not listed: ${list?.error.message}`);
  expect(writesIn(world.wire)).toEqual([]);
  expect(conforms(report), JSON.stringify(conforms.errors)).toBe(true);
  const items = world.sandbox.log.flatMap((entry) => entry.items ?? []).map(({ path }) => path);
  return {
    list,
    report,
    items,
    trips: world.sandbox.log.filter(({ path }) => path.startsWith('/v1.0/')).length,
  };
}

async function builtIn(name: string, change: (tenant: Tenant) => void = () => {}) {
  const [tenant] = builtInTenants(name);
  if (tenant === undefined) throw new Error(`no tenant ${name}`);
  change(tenant);
  return await whoIn(tenant, await policiesIn('policies', name));
}

/** "assigned, member of SG-iOS-Mail-Travel". */
function whyOf(list: AccessList, name: string): string | undefined {
  const person = list.people.find((each) => each.name === name);
  return person?.why
    .map((reason) => (reason.kind === 'member' ? `member of ${reason.group.name}` : reason.kind))
    .join(', ');
}

const having = ({ people }: AccessList, wanted: (person: Listed) => boolean) => people.filter(wanted).length;

// What the directories of the built-in tenants say, counted by hand from src/sandbox/tenants/.
describe('the eight tenants', () => {
  test('contoso: 12 of IT, 59 and a guest of sales, 9 of management, two Global Administrators', async () => {
    const { list } = await builtIn('contoso');
    expect(list).toMatchObject({ everyoneElse: 'none', without: 0, deleted: 0, unread: [] });
    expect(list.people).toHaveLength(12 + 60 + 9 + 2);
    expect(whyOf(list, 'it-012@contoso.example')).toBe('member of SG-iOS-Mail-IT');
    expect(whyOf(list, 'breakglass@contoso.example')).toBe('administrator');
    expect(whyOf(list, 'staff-001@contoso.example')).toBeUndefined();
    const guests = list.people.filter(({ guest }) => guest === 'yes').map(({ name }) => name);
    expect(guests).toEqual(['partner-001_fabrikam.example#EXT#@contoso.example']);
  });

  test('adatum: switched off, so nobody, and nobody is read', async () => {
    const { list, items } = await builtIn('adatum');
    expect(list).toMatchObject({ app: 'disabled', people: [], everyoneElse: 'none', unread: [] });
    expect(items.filter((path) => /members|\/users/.test(path))).toEqual([]);
  });

  test('fabrikam: open to all; those who are named are named with their reasons', async () => {
    const { list } = await builtIn('fabrikam');
    expect(list).toMatchObject({
      app: 'assignment not required',
      everyoneElse: 'has',
      deleted: 35,
      without: 0,
    });
    // Field, 525 of HQ and the former staff consented; three of IT are direct members of SG-Mobile-All.
    expect(list.people).toHaveLength(1_200 + 525 + 140 + 3);
    expect(whyOf(list, 'field-0001@fabrikam.example')).toBe('assigned, consented');
    expect(whyOf(list, 'hq-0001@fabrikam.example')).toBe('member of SG-iOS-Mail-Pilot, consented');
    expect(whyOf(list, 'it-0003@fabrikam.example')).toBe('member of SG-Mobile-All');
    // Nested below SG-Mobile-All: membership of a nested group assigns nobody.
    expect(whyOf(list, 'north-0001@fabrikam.example')).toBeUndefined();
    expect(having(list, ({ account }) => account !== 'unknown')).toBe(0);
  });

  test('fabrikam, where the identity may see accounts: the former staff are disabled', async () => {
    const { list } = await builtIn('fabrikam', (tenant) => {
      tenant.clients.get(SANDBOX_CLIENT_ID)?.permissions.push('User.Read.All');
    });
    expect(having(list, ({ account }) => account === 'disabled')).toBe(140);
    expect(having(list, ({ account }) => account === 'enabled')).toBe(1_728);
    expect(having(list, ({ guest }) => guest === 'unknown')).toBe(0);
  });

  test('litware: three groups, two of the board, four on trial, two Global Administrators', async () => {
    const { list } = await builtIn('litware');
    expect(list.people).toHaveLength(640 + 220 + 90 + 2 + 4 + 2);
    expect(whyOf(list, 'ceo@litware.example')).toBe('assigned');
    expect(list.everyoneElse).toBe('none');
  });

  test('northwind: no app, so nobody has access and everyone may open it', async () => {
    const { list } = await builtIn('northwind');
    expect(list).toMatchObject({ app: 'absent', people: [], everyoneElse: 'may', unread: [] });
  });

  test('proseware: 1,494 of staff and a group of 19,000 students, read a page at a time and nobody twice', async () => {
    const { list, items } = await builtIn('proseware', (tenant) => {
      delete tenant.settings.throttle;
    });
    expect(list.people).toHaveLength(1_494 + 19_000 + 2);
    expect(list).toMatchObject({ everyoneElse: 'none', unread: [] });
    // 999 a page: 2 for staff, 20 for the students.
    expect(items.filter((path) => path.includes('/members/graph.user'))).toHaveLength(2 + 20);
    expect(items.filter((path) => path.startsWith('/users?'))).toHaveLength(1);
    expect(items.length).toBeLessThanOrEqual(32);
    expect(new Set(items).size).toBe(items.length);
  });

  test('tailspin: 180 travel, one agent by name, six guests, two administrators; a ghost lets nobody in', async () => {
    const { list } = await builtIn('tailspin');
    expect(list.people).toHaveLength(180 + 1 + 6 + 2);
    expect(list).toMatchObject({ everyoneElse: 'none', deleted: 1, unread: [] });
    expect(whyOf(list, 'agent-0001@tailspin.example')).toBe('assigned, member of SG-iOS-Mail-Travel');
    expect(whyOf(list, 'agent-0200@tailspin.example')).toBe('assigned');
    expect(whyOf(list, 'agent-0181@tailspin.example')).toBeUndefined();
    expect(having(list, ({ guest }) => guest === 'yes')).toBe(6);
  });

  test('wingtip: 22 consented for themselves, and everyone else can', async () => {
    const { list } = await builtIn('wingtip');
    expect(list).toMatchObject({ app: 'assignment not required', everyoneElse: 'may' });
    expect(list.people).toHaveLength(22);
    expect(whyOf(list, 'sales-020@wingtip.example')).toBe('assigned, consented');
    expect(whyOf(list, 'sales-021@wingtip.example')).toBeUndefined();
  });
});

test.each([
  ['GroupMember.Read.All', /the members of SG-iOS-Mail-IT could not be read/, 'unknown'],
  [
    'RoleManagement.Read.Directory',
    /the Global Administrators, who pass Assignment required, could not/,
    'none',
  ],
  ['DelegatedPermissionGrant.Read.All', /admin consent could not be read/, 'none'],
] as const)('without %s it is told, and is not nobody', async (permission, told, everyoneElse) => {
  const { list, report } = await builtIn('contoso', (tenant) => {
    tenant.settings.refuse = [permission];
  });
  expect(list.unread.join('\n')).toMatch(told);
  expect(list.everyoneElse).toBe(everyoneElse);
  expect(whoText(report, { colour: false })).toMatch(/ {2}at least \d+ (person|people)/);
  expect(whoCsv(report)).toContain('"not read"');
  // Without the grants nobody can be said to have access, and nobody drops from the list.
  if (permission.startsWith('Delegated')) {
    expect(list.people).toHaveLength(83);
    expect(having(list, ({ access }) => access === 'unknown')).toBe(83);
  }
});

test('a tenant that cannot be read fails by itself', async () => {
  const tenants = builtInTenants('contoso', 'wingtip');
  const [contoso] = tenants;
  if (contoso !== undefined) contoso.settings.refuse = ['Application.Read.All'];
  const all = await policiesIn('policies');
  const both = all.tenants.filter(({ desired }) => ['contoso', 'wingtip'].includes(desired.tenant.name));
  const report: WhoReport = await openWorld(tenants).who({ ...all, tenants: both });
  expect(report.tenants.map(({ status }) => status)).toEqual(['failed', 'listed']);
  expect(conforms(report)).toBe(true);
  expect(whoCsv(report)).toMatch(/"contoso","[\w-]+","failed","","","unknown","[^"]+Application\.Read\.All/);
});

test('names that look like something else are only names', async () => {
  const tenant = newTenant('hostile', { licences: ['SPB'], userConsent: [] });
  const app = addGatedAppleMail(tenant);
  grant(tenant, app, 'EAS.AccessAsUser.All EWS.AccessAsUser.All');
  const user = addUser(tenant, 'evil', 'Evil');
  user.userPrincipalName = '=cmd|"/c calc"!A1\u001b[31m\u202e@x.example';
  assign(tenant, app, addGroup(tenant, '@SUM(A1)\r\n=1+1', [user.id]).id);
  const [contoso] = (await policiesIn('policies', 'contoso')).tenants;
  if (contoso === undefined) throw new Error('no contoso');
  const { desired } = contoso;
  const policy = {
    ...contoso,
    desired: { ...desired, tenant: { ...desired.tenant, name: 'hostile', id: tenant.id } },
  };
  const { report, list } = await whoIn(tenant, { tenants: [policy], findings: [] });
  expect(list.people.map(({ name }) => name)).toContain(user.userPrincipalName);
  const table = whoCsv(report);
  expect(table).toContain(`"'=cmd|""/c calc""!A1\\u{1B}[31m\\u{202E}@x.example"`);
  expect(table.slice(1)).not.toMatch(/"[=+@-]/);
  const text = whoText(report, { colour: false });
  for (const shown of [text, table.slice(1).replaceAll('\r\n', '\n')])
    expect(shown).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
});
