// Drift: what somebody did in the admin centre is found, told apart from what was never applied, and told with who did it.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { codeOfDrift } from '../../src/commands/exit-code.ts';
import type { Attribution, DriftReport, LastApplied, TenantDrift } from '../../src/core/drift.ts';
import type { TenantPolicy } from '../../src/core/state.ts';
import { driftFleet } from '../../src/planning/drift-fleet.ts';
import { hideNames } from '../../src/planning/hide-names.ts';
import { driftMarkdown } from '../../src/render/drift-markdown.ts';
import { driftText } from '../../src/render/drift-text.ts';
import { jsonText } from '../../src/render/json-text.ts';
import { SANDBOX_APPLY_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { grant } from '../../src/sandbox/enterprise-app.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { administrator, inPortal } from '../../src/sandbox/portal.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { appleApp } from './levels.ts';
import { assignTo, deleteApp, setApp, setUserConsent, tenantWide, unassign } from './portal.ts';
import { type Stage, stage } from './stage.ts';
import { MAIL, principalId } from './tenant-builder.ts';
import { graphExchanges, writesIn } from './wire.ts';

const NOON = new Date('2026-11-24T11:00:00.000Z');
const KNOWN: LastApplied = { kind: 'known', time: '2026-11-24T09:30:00.000Z' };

const isValid = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(new URL('../../schema/drift.schema.json', import.meta.url), 'utf8')),
);

type How = {
  readonly last?: LastApplied;
  /** The policy that was applied last; unset: the merged one. */
  readonly was?: TenantPolicy;
  readonly hide?: boolean;
  readonly day?: string;
};

async function driftOf(
  { world, policies }: Pick<Stage, 'world' | 'policies'>,
  { last = KNOWN, was, hide = false, day = '2026-11-24' }: How = {},
): Promise<{ readonly report: DriftReport; readonly drift: TenantDrift }> {
  const report = await driftFleet({
    tenants: policies.tenants,
    day,
    version: '0.0.0',
    connect: world.connect,
    recentLosses: () => new Set(),
    applied: new Map(
      policies.tenants.map((policy) => [policy.desired.tenant.id, { last, policy: was ?? policy }]),
    ),
    ...(hide ? { hide: hideNames().hide } : {}),
  });
  if (!isValid(JSON.parse(jsonText(report)))) throw new Error(JSON.stringify(isValid.errors));
  const [drift] = report.tenants;
  if (drift === undefined || drift.status === 'failed') throw new Error(`no drift told: ${jsonText(report)}`);
  return { report, drift };
}

/** A tenant that was brought to its policy. */
async function settled(name: string): Promise<Stage> {
  const staged = await stage(name);
  const { tenants } = await staged.world.apply(staged.plan, staged.policies);
  expect(['applied', 'nothing to do']).toContain(tenants[0]?.outcome);
  delete staged.tenant.settings.throttle;
  await staged.world.clock.sleep(6 * 3_600_000);
  return staged;
}

function anna(tenant: Tenant, edit: (tenant: Tenant) => void, at = NOON): void {
  inPortal(tenant, administrator(tenant, 'anna'), at, edit);
}

const BY_ANNA = {
  kind: 'found',
  by: expect.objectContaining({ kind: 'user', name: expect.stringMatching(/^anna@/) }),
  time: NOON.toISOString(),
  correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
};

const kindsIn = (drift: TenantDrift) =>
  told(drift)
    .map(([setting, kind]) => [setting, kind])
    .sort();
const told = ({ settings }: TenantDrift) =>
  settings.map(({ change, kind, attribution }) => [
    change.setting.replace(/\/.{36,}/, '/*'),
    kind,
    attribution,
  ]);

describe('an edit in the portal is found, and told with who made it', () => {
  test.each<readonly [string, string, (tenant: Tenant) => void, string]>([
    [
      'the switch',
      'contoso',
      (tenant) => setApp(tenant, { accountEnabled: false }),
      'application/enabledForSignIn',
    ],
    [
      'the assignment requirement',
      'contoso',
      (tenant) => setApp(tenant, { appRoleAssignmentRequired: false }),
      'application/assignmentRequired',
    ],
    ['the visibility', 'contoso', (tenant) => setApp(tenant, { tags: [] }), 'application/visibleToUsers'],
    ['a user more', 'contoso', (tenant) => assignTo(tenant, 'it-001'), 'assignments/*'],
    ['a group less', 'contoso', (tenant) => unassign(tenant, 'SG-iOS-Mail-Sales'), 'assignments/*'],
    [
      'admin consent narrowed',
      'contoso',
      (tenant) => {
        tenantWide(tenant).scope = 'EAS.AccessAsUser.All';
      },
      'consent/tenantWide',
    ],
    [
      'admin consent revoked',
      'contoso',
      (tenant) => {
        tenant.grants.delete(tenantWide(tenant).id);
      },
      'consent/tenantWide',
    ],
    [
      'the user consent settings',
      'consent-none',
      (tenant) => setUserConsent(tenant, 'microsoft-user-default-legacy'),
      'consent/userConsent',
    ],
  ])('%s', async (_, name, edit, setting) => {
    const staged = await settled(name);
    // Somebody else did something of the kind before, which the last apply put right.
    inPortal(
      staged.tenant,
      administrator(staged.tenant, 'earlier'),
      new Date('2026-11-10T08:00:00Z'),
      () => {},
    );
    anna(staged.tenant, edit);
    const { drift, report } = await driftOf(staged);
    expect(drift.status).toBe('differs');
    expect([codeOfDrift(report, false), codeOfDrift(report, true)]).toEqual([0, 2]);
    expect(told(drift)).toEqual([[setting, 'drifted', expect.objectContaining(BY_ANNA)]]);
    expect(writesIn(staged.world.wire.slice(-3))).toEqual([]);
  });

  test('a deleted app: everything that went with it', async () => {
    const staged = await settled('contoso');
    anna(staged.tenant, deleteApp);
    const { drift } = await driftOf(staged);
    expect(drift.settings.length).toBeGreaterThan(3);
    for (const { attribution } of drift.settings)
      expect(attribution).toMatchObject({ ...BY_ANNA, activity: 'Remove service principal' });
  });

  test('consent that a person gave themselves, told with that person', async () => {
    const staged = await settled('revoke-own-grants');
    const { tenant } = staged;
    const app = appleApp(tenant);
    if (app === undefined) throw new Error('there is one');
    inPortal(tenant, administrator(tenant, 'ben'), NOON, () => {
      grant(tenant, app, MAIL, principalId(tenant, 'ben'));
    });
    const { drift } = await driftOf(staged);
    expect(told(drift)).toEqual([
      [
        'userGrants/*',
        'drifted',
        expect.objectContaining({ by: expect.objectContaining({ name: 'ben@woodgrove.example' }) }),
      ],
    ]);
  });

  test('the consent policy of the tool itself', async () => {
    const staged = await settled('consent-this-app-only');
    anna(staged.tenant, (tenant) => {
      tenant.permissionGrantPolicies.delete('iosmail-apple-internet-accounts');
    });
    const { drift } = await driftOf(staged);
    expect(drift.settings.length).toBeGreaterThan(0);
    for (const { kind, attribution } of drift.settings)
      expect([kind, attribution]).toEqual(['drifted', expect.objectContaining(BY_ANNA)]);
  });

  test('an application is told as one', async () => {
    const staged = await settled('contoso');
    const other = {
      kind: 'app',
      appId: SANDBOX_APPLY_CLIENT_ID,
      displayName: 'Other tool',
      servicePrincipalId: 'x',
    } as const;
    inPortal(staged.tenant, other, NOON, (tenant) => setApp(tenant, { accountEnabled: false }));
    const { drift } = await driftOf(staged);
    expect(drift.settings[0]?.attribution).toMatchObject({
      by: { kind: 'application', id: SANDBOX_APPLY_CLIENT_ID, name: 'Other tool' },
    });
  });

  test('of two edits the newest that fits the value of now is told, not the newest of all', async () => {
    const staged = await settled('contoso');
    anna(staged.tenant, (tenant) => setApp(tenant, { accountEnabled: false }));
    const later = new Date('2026-11-24T12:00:00Z');
    inPortal(staged.tenant, administrator(staged.tenant, 'bert'), later, (tenant) =>
      setApp(tenant, { notes: 'x' }),
    );
    const { drift } = await driftOf(staged);
    expect(drift.settings[0]?.attribution).toMatchObject(BY_ANNA);
  });
});

/** The policy with another choice. */
function withVisible({ policies }: Stage, visibleToUsers: boolean): TenantPolicy {
  const [policy] = policies.tenants;
  if (policy === undefined) throw new Error('there is one');
  const application = { ...policy.desired.application, visibleToUsers };
  return { ...policy, desired: { ...policy.desired, application } };
}

describe('why a setting differs', () => {
  test('the policy moved and was never applied: nobody is asked after, and the log is not read', async () => {
    const staged = await settled('contoso');
    const [was] = staged.policies.tenants;
    const merged = { ...staged.policies, tenants: [withVisible(staged, true)] };
    const { drift } = await driftOf({ ...staged, policies: merged }, was === undefined ? {} : { was });
    expect(told(drift)).toEqual([['application/visibleToUsers', 'not applied', undefined]]);
    expect(logReads(staged)).toBe(0);
  });

  test('both at once are told apart', async () => {
    const staged = await settled('contoso');
    const [was] = staged.policies.tenants;
    anna(staged.tenant, (tenant) => setApp(tenant, { accountEnabled: false }));
    const merged = { ...staged.policies, tenants: [withVisible(staged, true)] };
    const { drift } = await driftOf({ ...staged, policies: merged }, was === undefined ? {} : { was });
    expect(kindsIn(drift)).toEqual([
      ['application/enabledForSignIn', 'drifted'],
      ['application/visibleToUsers', 'not applied'],
    ]);
  });

  test('a tenant that was never applied', async () => {
    const staged = await stage('adatum');
    const { drift } = await driftOf(staged, { last: { kind: 'never' } });
    expect(new Set(drift.settings.map(({ kind }) => kind))).toEqual(new Set(['not applied']));
  });

  test('where the journal does not tell, neither is claimed, and the log is told all the same', async () => {
    const staged = await settled('contoso');
    anna(staged.tenant, (tenant) => setApp(tenant, { accountEnabled: false }));
    const { drift, report } = await driftOf(staged, {
      last: { kind: 'unknown', why: 'there is no journal here' },
    });
    expect(told(drift)).toEqual([
      ['application/enabledForSignIn', 'unknown', expect.objectContaining(BY_ANNA)],
    ]);
    expect(driftText(report, { colour: false })).toContain('is unknown: there is no journal here');
  });
});

describe('dates', () => {
  const LISTED = '/assignments/users/0';
  /** A policy that lists one user with dates, beside what it has. */
  function dated({ policies }: Stage, upn: string, dates: object): TenantPolicy {
    const [policy] = policies.tenants;
    if (policy === undefined) throw new Error('there is one');
    const at = { file: 'policies/tenants/contoso.yaml', line: 99, column: 7 };
    const assignments = {
      ...policy.desired.assignments,
      users: [{ upn, reason: 'CHG-1', ...dates }],
      unlisted: 'remove' as const,
    };
    const origins = { ...policy.origins, [LISTED]: at };
    return { ...policy, desired: { ...policy.desired, assignments }, origins };
  }
  const person = 'it-001@contoso.example';
  const with_ = (staged: Stage, policy: TenantPolicy) => ({
    ...staged,
    policies: { ...staged.policies, tenants: [policy] },
  });

  test('an entry that ended after the last apply: expired, and nobody is asked after', async () => {
    const staged = await settled('contoso');
    assignTo(staged.tenant, 'it-001');
    const ended = with_(staged, dated(staged, person, { until: '2026-11-30' }));
    const { drift } = await driftOf(ended, { day: '2026-12-01' });
    expect(told(drift)).toEqual([['assignments/*', 'expired', undefined]]);
    expect(logReads(staged)).toBe(0);
    const blind = await driftOf(ended, { day: '2026-12-01', last: { kind: 'unknown', why: 'no journal' } });
    expect(told(blind.drift)).toEqual([['assignments/*', 'expired', undefined]]);
  });

  test('an entry that ended before the last apply, which took it away: somebody put it back', async () => {
    const staged = await settled('contoso');
    anna(staged.tenant, (tenant) => assignTo(tenant, 'it-001'));
    const ended = with_(staged, dated(staged, person, { until: '2026-11-23' }));
    const { drift } = await driftOf(ended);
    expect(told(drift)).toEqual([['assignments/*', 'drifted', expect.objectContaining(BY_ANNA)]]);
  });

  test('an entry that begins after the last apply is not drift', async () => {
    const staged = await settled('contoso');
    const begun = with_(staged, dated(staged, person, { from: '2026-11-25' }));
    expect((await driftOf(begun)).drift.settings).toEqual([]);
    const { drift } = await driftOf(begun, { day: '2026-11-25' });
    expect(told(drift)).toEqual([['assignments/*', 'not applied', undefined]]);
  });
});

test('a run of unknown end in between: what both policies want has drifted, the rest is unknown', async () => {
  const staged = await settled('contoso');
  const [was] = staged.policies.tenants;
  anna(staged.tenant, (tenant) => setApp(tenant, { accountEnabled: false }));
  const merged = { ...staged.policies, tenants: [withVisible(staged, true)] };
  const last: LastApplied = { kind: 'unknown', why: 'a run was lost', time: '2026-11-24T09:30:00.000Z' };
  const { drift } = await driftOf(
    { ...staged, policies: merged },
    was === undefined ? { last } : { last, was },
  );
  expect(kindsIn(drift)).toEqual([
    ['application/enabledForSignIn', 'drifted'],
    ['application/visibleToUsers', 'unknown'],
  ]);
});

const logReads = ({ world }: Stage) =>
  world.sandbox.log
    .flatMap(({ items }) => items ?? [])
    .filter(({ path }) => path.startsWith('/auditLogs/directoryAudits')).length;

describe('what the log does not say is never told as nobody', () => {
  async function unattributed(spoil: (staged: Stage) => void): Promise<Attribution | undefined> {
    const staged = await settled('contoso');
    anna(staged.tenant, (tenant) => setApp(tenant, { accountEnabled: false }));
    spoil(staged);
    const { drift, report } = await driftOf(staged);
    expect(drift.settings).toHaveLength(1);
    for (const shown of [driftText(report, { colour: false }), driftMarkdown(report)])
      expect(shown).toMatch(/\b(log|anna)\b/);
    return drift.settings[0]?.attribution;
  }
  const answer =
    (body: Fault, which: (path: string) => boolean = () => true) =>
    ({ world }: Stage) => {
      world.sandbox.fault = ({ item, path }) =>
        item && path.startsWith('/auditLogs/directoryAudits') && which(path) ? body : undefined;
    };

  test('refused', async () => {
    const found = await unattributed(({ tenant }) => {
      tenant.settings.refuse = ['AuditLog.Read.All'];
    });
    expect(found).toEqual({ kind: 'not read', why: expect.stringContaining('needs AuditLog.Read.All') });
  });

  test('no licence', async () => {
    const code = 'Authentication_RequestFromNonPremiumTenantOrB2CTenant';
    const body = { error: { code, message: "Tenant doesn't have premium license" } };
    expect(await unattributed(answer({ kind: 'answer', status: 403, body }))).toEqual({
      kind: 'not read',
      why: expect.stringContaining('premium license'),
    });
  });

  test('empty', async () => {
    const found = await unattributed(({ tenant }) => {
      tenant.audits.length = 0;
    });
    expect(found).toEqual({ kind: 'not in the log', from: '2026-10-25', whole: true });
  });

  test('later than the log shows', async () => {
    const found = await unattributed(({ tenant }) => {
      tenant.settings.auditLagSeconds = 5 * 3600;
    });
    expect(found).toMatchObject({ kind: 'not in the log' });
  });

  /** So many edits of something else, all newer. */
  function busy({ tenant }: Stage, count: number): void {
    const [first] = tenant.audits.filter(({ activity }) => activity === 'Update service principal');
    if (first === undefined) throw new Error('there is an edit');
    for (let at = 0; at < count; at++)
      tenant.audits.push({
        ...first,
        id: `busy_${at}`,
        at: new Date(NOON.getTime() + at).toISOString(),
        targets: [{ id: 'x', type: 'ServicePrincipal', displayName: null, modified: [] }],
      });
  }

  test('a second page that fails', async () => {
    const found = await unattributed((staged) => {
      busy(staged, 1_200);
      answer({ kind: 'answer', status: 503 }, (path) => path.includes('$skiptoken'))(staged);
    });
    expect(found).toMatchObject({ kind: 'not read' });
  });

  test('a second page that is read', async () => {
    expect(await unattributed((staged) => busy(staged, 1_200))).toMatchObject(BY_ANNA);
  });

  test('a log that is longer than is read', async () => {
    const found = await unattributed((staged) => busy(staged, 5_100));
    expect(found).toEqual({ kind: 'not in the log', from: '2026-10-25', whole: false });
  });

  test('an answer that is none', async () => {
    const found = await unattributed(answer({ kind: 'answer', status: 200, body: { value: [{ id: '1' }] } }));
    expect(found).toMatchObject({ kind: 'not read' });
  });

  test('an entry that names nobody', async () => {
    const found = await unattributed(({ tenant }) => {
      tenant.audits.splice(0, tenant.audits.length, ...tenant.audits.map((each) => ({ ...each, by: null })));
    });
    expect(found).toMatchObject({ kind: 'found', by: { kind: 'not told' } });
  });

  test('an attempt that failed is no edit', async () => {
    const found = await unattributed(({ tenant }) => {
      const failed = tenant.audits.map((each) => ({ ...each, result: 'failure' as const }));
      tenant.audits.splice(0, tenant.audits.length, ...failed);
    });
    expect(found).toMatchObject({ kind: 'not in the log' });
  });
});

test('an edit of before the last apply is not what moved a setting after it', async () => {
  const staged = await settled('contoso');
  anna(
    staged.tenant,
    (tenant) => setApp(tenant, { accountEnabled: false }),
    new Date('2026-11-10T08:00:00Z'),
  );
  const { drift } = await driftOf(staged);
  expect(drift.settings[0]?.attribution).toMatchObject({ kind: 'not in the log' });
});

describe('a tenant that is as merged', () => {
  test.each(['contoso', 'proseware'])('%s costs as many requests as a plan', async (name) => {
    const staged = await settled(name);
    const count = async (run: () => Promise<unknown>) => {
      const [wire, log] = [staged.world.wire.length, staged.world.sandbox.log.length];
      await run();
      const items = staged.world.sandbox.log.slice(log).flatMap((each) => each.items ?? []);
      return [graphExchanges(staged.world.wire.slice(wire)).length, items.length];
    };
    const planned = await count(() => staged.world.plan(staged.policies));
    expect(await count(() => driftOf(staged))).toEqual(planned);
    const { drift, report } = await driftOf(staged);
    expect(drift).toMatchObject({ status: 'as merged', settings: [] });
    expect(driftText(report, { colour: false })).toContain('as merged');
    expect(codeOfDrift(report, true)).toBe(0);
  });
});

test('a managed setting that cannot be read: there may be more, which is no success', async () => {
  const staged = await settled('consent-none');
  anna(staged.tenant, (tenant) => setApp(tenant, { accountEnabled: false }));
  staged.tenant.settings.refuse = ['/policies/authorizationPolicy'];
  const { drift, report } = await driftOf(staged);
  expect(drift.status).toBe('not known');
  expect(drift.findings.map(({ rule }) => rule)).toContain('unreadable');
  expect(codeOfDrift(report, false)).toBe(1);
  expect(driftText(report, { colour: false })).toMatch(/not everything could be read/);
  expect(driftMarkdown(report)).toMatch(/not everything could be read/);
});

test('a tenant that cannot be reached is told as failed, and hides no other', async () => {
  const [a, b] = [await stage('contoso'), await stage('adatum')];
  const report = await driftFleet({
    tenants: [...a.policies.tenants, ...b.policies.tenants],
    day: '2026-11-24',
    version: '0.0.0',
    // One of the two is not behind this wire.
    connect: b.world.connect,
    recentLosses: () => new Set(),
    applied: new Map(),
  });
  expect(isValid(JSON.parse(jsonText(report)))).toBe(true);
  expect(report.tenants.map(({ status }) => status)).toEqual(['failed', 'differs']);
  expect([codeOfDrift(report, false), codeOfDrift(report, true)]).toEqual([1, 1]);
  expect(driftText(report, { colour: false })).toMatch(
    /FAILED[\s\S]*Drift: 1 of 2 tenants differs; .*1 failed/,
  );
  expect(driftMarkdown(report)).toMatch(/FAILED/);
});

const HOSTILE = '<img src=x>@everyone\n::error::\u001b[31m|`x`\u202E';

test('a hostile name of an actor means nothing anywhere', async () => {
  const staged = await settled('contoso');
  const by = { ...administrator(staged.tenant, 'x'), userPrincipalName: HOSTILE } as const;
  inPortal(staged.tenant, by as never, NOON, (tenant) => setApp(tenant, { accountEnabled: false }));
  const { report } = await driftOf(staged);
  const [text, markdown] = [driftText(report, { colour: false }), driftMarkdown(report)];
  for (const shown of [text, markdown, jsonText(report)]) {
    expect(shown).not.toMatch(/[^\P{Cc}\n]|\u202E|^::error/mu);
    expect(shown).toContain('everyone');
  }
  expect(markdown.replace(/`[^`]*`/g, '')).not.toMatch(/<img|@everyone/);
});

test('with counts only, the actor is a pseudonym too', async () => {
  const staged = await settled('contoso');
  anna(staged.tenant, (tenant) => setApp(tenant, { accountEnabled: false }));
  const { report, drift } = await driftOf(staged, { hide: true });
  expect(drift.settings[0]?.attribution).toMatchObject({
    by: { name: expect.stringMatching(/^person-[0-9a-f]{12}$/) },
  });
  expect(jsonText(report)).not.toContain('anna');
});

test('what is told', async () => {
  const staged = await settled('contoso');
  anna(staged.tenant, (tenant) => setApp(tenant, { accountEnabled: false }));
  const { report } = await driftOf(staged);
  expect(driftText(report, { colour: false })).toMatchInlineSnapshot(`
    "contoso (11317efc-07e4-4a3b-87a7-cba61a1c2488)  1 setting differs: 1 drifted in the tenant
      drifted in the tenant
        ~ Enabled for users to sign in? No → Yes  policies/baselines/standard.yaml:5:3
          by user anna@contoso.example (5cc5fed6-7886-49bd-8148-4d7e77ade85c), 2026-11-24T11:00:00Z: Update service principal, correlation id 12d82032-0373-4fb4-8e76-336989f46a56

    Values read: in the tenant → in the policy. Nothing was changed.
    Drift: 1 of 1 tenant differs; 0 as merged; 0 failed.
    "
  `);
  expect(driftMarkdown(report)).toMatchInlineSnapshot(`
    "**Drift: 1 of 1 tenant differs; 0 as merged; 0 failed.**

    Values read: in the tenant → in the policy. Nothing was changed.

    ### contoso

    1 setting differs: 1 drifted in the tenant

    **drifted in the tenant**

    - \`~\` Enabled for users to sign in? No → Yes
      - by user \`anna@contoso.example\` (5cc5fed6-7886-49bd-8148-4d7e77ade85c), \`2026-11-24T11:00:00Z\`: Update service principal, correlation id 12d82032-0373-4fb4-8e76-336989f46a56
    "
  `);
});
