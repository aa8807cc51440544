import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Blocked, Blocking } from '../../src/apply/block.ts';
import { LockHeld, takeLock } from '../../src/apply/tenant-lock.ts';
import { Interrupted } from '../../src/core/interrupted.ts';
import { APPLE_MAIL } from '../../src/core/state.ts';
import { openWriter } from '../../src/graph/open-writer.ts';
import { onlyLooking } from '../../src/planning/who-reads.ts';
import { addServicePrincipal } from '../../src/sandbox/enterprise-app.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { runs } from '../depth.ts';
import { sketches, tenantOf } from '../faults/generated-tenant.ts';
import { HEIGHT } from '../unit/core/oracle.ts';
import { scenario } from './blocked/tenant.ts';
import { newProcess } from './holder.ts';
import { appleApp, watch } from './levels.ts';
import { stage } from './stage.ts';
import { CONSENT, MAIL, woodgrove } from './tenant-builder.ts';
import { writesIn } from './wire.ts';
import { openWorld, policiesIn, temporaryFolder } from './world.ts';

/** A policy that manages nothing of a tenant: a block is about the tenant, not about what is wanted. */
function unmanaged({ id, name }: Tenant) {
  const { desired, origins } = onlyLooking({
    ...ANY,
    tenant: { name, id, cloud: 'global', labels: {} },
  });
  return { desired, origins };
}

const [SOME] = (await policiesIn('policies', 'contoso')).tenants;
if (SOME === undefined) throw new Error('no contoso');
const ANY = SOME.desired;

/** Blocks a tenant and judges every moment of it by an independent reading of the access model. */
async function blocked(tenant: Tenant, policy = unmanaged(tenant)) {
  const world = openWorld([tenant]);
  const moments = watch(world.sandbox, tenant);
  const ended = await world.block(policy);
  const rises = moments.slice(1).filter(({ levels }, at) => {
    const last = moments[at]?.levels ?? [];
    return levels.some((level, who) => HEIGHT[level] > HEIGHT[last[who] ?? 'none']);
  });
  const end = moments.at(-1)?.levels ?? [];
  return { world, ended, rises, left: end.filter((level) => level !== 'none'), writes: writesIn(world.wire) };
}

describe('nobody can sign in afterwards, nobody ever could more than before, and it is one write', () => {
  test.each(['contoso', 'tailspin', 'wingtip', 'northwind', 'adatum'])('%s', async (name) => {
    const [tenant] = builtInTenants(name);
    if (tenant === undefined) throw new Error(`no ${name}`);
    const absent = appleApp(tenant) === undefined;
    const { ended, rises, left, writes } = await blocked(tenant);
    expect(ended).toEqual({ kind: 'blocked', created: absent });
    expect({ rises, left }).toEqual({ rises: [], left: [] });
    expect(writes.map(({ method, body }) => [method, body])).toEqual(
      absent
        ? [['POST', expect.objectContaining({ accountEnabled: false })]]
        : [['PATCH', { accountEnabled: false }]],
    );
  });

  test('whatever the tenant is like', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, async (sketch) => {
        const { ended, rises, left, writes } = await blocked(tenantOf(sketch));
        expect(ended.kind).toBe('blocked');
        expect({ rises, left }).toEqual({ rises: [], left: [] });
        expect(writes.length).toBe(1);
      }),
      { numRuns: runs(20, 500) },
    );
  });
});

const gated = () =>
  woodgrove({
    people: ['anna', 'ben'],
    groups: { 'SG-Mail': ['anna'] },
    userConsent: CONSENT.none,
    app: { required: true, assigned: ['SG-Mail'], tenantWide: MAIL },
  });

test('the write is in the journal before it is sent, with its reason; nothing else is read than the app', async () => {
  const tenant = gated();
  tenant.settings.refuse = ['GroupMember.Read.All', 'DelegatedPermissionGrant.Read.All', 'Policy.Read.All'];
  const { world, ended } = await blocked(tenant);
  expect(ended.kind).toBe('blocked');
  const lines = readFileSync(join(world.journal, `${tenant.id}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'begin', reviewed: false, steps: 1, left: 1 },
    { event: 'sending', request: { method: 'PATCH', body: { accountEnabled: false } } },
    { event: 'answered', result: 'accepted' },
    { event: 'end', outcome: 'applied', note: 'block: INC-204' },
  ]);
});

const PATCHES: readonly (readonly [string, Fault, string, boolean])[] = [
  ['the answer is lost', { kind: 'reset-after' }, 'blocked', true],
  ['the request never arrives once', { kind: 'reset-before' }, 'blocked', true],
  ['accepted, and nothing changes', { kind: 'discard' }, 'not shown yet', false],
  [
    'refused',
    { kind: 'answer', status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'No.' } } },
    'failed',
    false,
  ],
];

test.each(PATCHES)('%s: what became of it is told', async (_what, fault, kind, off) => {
  const tenant = gated();
  const world = openWorld([tenant]);
  let struck = false;
  world.sandbox.fault = ({ method, path }) => {
    if (method !== 'PATCH' || !path.includes('/servicePrincipals/') || struck) return undefined;
    struck = true;
    return fault;
  };
  const start = world.clock.now().getTime();
  const ended = await world.block(unmanaged(tenant));
  expect(ended.kind).toBe(kind);
  // It looks for as long as reads may lag a write, and no longer.
  if (kind === 'not shown yet') expect(world.clock.now().getTime() - start).toBe(30_000);
  expect(appleApp(tenant)?.accountEnabled).toBe(!off);
  expect(struck).toBe(true);
});

describe('reads lag', () => {
  const on = (id: string, accountEnabled: boolean) => ({
    method: 'PATCH' as const,
    path: `/servicePrincipals/${id}`,
    body: { accountEnabled },
    what: 'by hand',
    permission: 'Application.ReadWrite.All',
  });

  /** Off for long, and switched on a moment ago: a read still says “off”. */
  async function onAgainUnseen() {
    const tenant = gated();
    const world = openWorld([tenant]);
    const app = appleApp(tenant)!;
    const policy = unmanaged(tenant);
    const writer = openWriter(await world.connect(policy));
    await writer.write(on(app.id, false));
    await world.clock.sleep(60_000);
    tenant.settings.lagSeconds = 20;
    await writer.write(on(app.id, true));
    return { tenant, world, policy };
  }

  test('“off” may be stale: the write is sent all the same', async () => {
    const { tenant, world, policy } = await onAgainUnseen();
    expect(await world.block(policy)).toEqual({ kind: 'blocked', created: false });
    expect(appleApp(tenant)?.accountEnabled).toBe(false);
  });

  test('nor does a stale “off” say that a write took whose answer was lost', async () => {
    const { tenant, world, policy } = await onAgainUnseen();
    let struck = false;
    world.sandbox.fault = ({ method }) => {
      if (method !== 'PATCH' || struck) return undefined;
      struck = true;
      return { kind: 'reset-before' };
    };
    expect((await world.block(policy)).kind).toBe('blocked');
    expect(appleApp(tenant)?.accountEnabled).toBe(false);
  });

  test('an app that turns out to be there, and is on, is switched off', async () => {
    const absent = woodgrove({ people: ['anna'], userConsent: CONSENT.none, app: 'absent' });
    const world = openWorld([absent]);
    const policy = unmanaged(absent);
    const there = { code: 'Request_MultipleObjectsWithSameKeyValue', message: 'It is in use.' };
    world.sandbox.fault = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/servicePrincipals')) return undefined;
      addServicePrincipal(absent, APPLE_MAIL, { accountEnabled: true });
      return { kind: 'answer', status: 409, body: { error: there } };
    };
    expect(await world.block(policy)).toEqual({ kind: 'blocked', created: false });
    expect(appleApp(absent)?.accountEnabled).toBe(false);
  });
});

describe('an apply that runs elsewhere is about to switch it on', () => {
  test('what it did within the settle time is told, never called blocked', async () => {
    const { world, policies, plan, tenant } = await stage('disabled-open-to-enabled-gated');
    const [policy] = policies.tenants;
    if (policy === undefined) throw new Error('no policy');
    // The apply has sent its first step when the block begins, and its last when the block has waited.
    let goOn = () => {};
    const applied = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let settling = false;
    const how: Partial<Blocking> = {
      journal: temporaryFolder(),
      onWait: ({ why }) => {
        settling = why === 'settling';
      },
      clock: {
        now: world.clock.now,
        sleep: async (ms) => await (settling ? applied : world.clock.sleep(ms)),
      },
    };
    let ended: Promise<Blocked> | undefined;
    const already = world.sandbox.onCommit;
    world.sandbox.onCommit = (at, written) => {
      already?.(at, written);
      ended ??= world.block(policy, newProcess(), how);
    };
    await world.apply(plan, policies);
    goOn();
    expect(appleApp(tenant)?.accountEnabled).toBe(true);
    expect(await ended).toEqual({ kind: 'on again', created: false });
  });

  test('an interruption of that last look leaves it blocked', async () => {
    const tenant = gated();
    const world = openWorld([tenant]);
    const policy = unmanaged(tenant);
    const { application } = policy.desired;
    const wanted = { ...policy.desired, application: { ...application, enabledForSignIn: true as const } };
    const onWait: Blocking['onWait'] = ({ why }) => {
      if (why === 'settling') throw new Interrupted();
    };
    expect(await world.block({ ...policy, desired: wanted }, newProcess(), { onWait })).toEqual({
      kind: 'blocked',
      created: false,
    });
  });
});

describe('what must be written down before is called right before the write', () => {
  test('and not at all where nothing is sent', async () => {
    const tenant = gated();
    const world = openWorld([tenant]);
    const calls: string[] = [];
    const onSending = async () => void calls.push(`${writesIn(world.wire).length} sent`);
    await world.block(unmanaged(tenant), newProcess(), { onSending });
    expect(calls).toEqual(['0 sent']);
    tenant.settings.refuse = ['Application.Read.All', 'Application.ReadWrite.All'];
    await expect(world.block(unmanaged(tenant), newProcess(), { onSending })).rejects.toThrow();
    expect(calls).toHaveLength(1);
  });

  test('a refusal after a lost answer is no “nothing was changed”', async () => {
    const tenant = gated();
    const world = openWorld([tenant]);
    let patches = 0;
    const no = { error: { code: 'Authorization_RequestDenied', message: 'No.' } };
    world.sandbox.fault = ({ method }) => {
      if (method !== 'PATCH') return undefined;
      patches += 1;
      return patches === 1 ? { kind: 'reset-before' } : { kind: 'answer', status: 403, body: no };
    };
    expect((await world.block(unmanaged(tenant))).kind).toBe('not known');
    expect(patches).toBe(2);
  });
});

test('an app that cannot be read is not blocked, and nothing is sent', async () => {
  const tenant = gated();
  tenant.settings.refuse = ['Application.Read.All', 'Application.ReadWrite.All'];
  const world = openWorld([tenant]);
  await expect(world.block(unmanaged(tenant))).rejects.toMatchObject({
    name: 'UnreadableTenant',
    fix: expect.stringMatching(/Grant Application\.Read\.All/),
  });
  expect(writesIn(world.wire)).toEqual([]);
});

test('an apply that is under way here might switch it on again: it must end first', async () => {
  const tenant = gated();
  const world = openWorld([tenant]);
  const holder = newProcess({ lives: () => true });
  const release = takeLock(world.journal, tenant, { holder, run: 'apply', now: world.clock.now });
  await expect(world.block(unmanaged(tenant), newProcess({ pid: 1, lives: () => true }))).rejects.toThrow(
    LockHeld,
  );
  expect(writesIn(world.wire)).toEqual([]);
  release();
  expect((await world.block(unmanaged(tenant))).kind).toBe('blocked');
});

test('a plan made before the block switches nothing on again once the entry is there', async () => {
  const tenant = scenario.tenant();
  const world = openWorld([tenant]);
  const { tenants, findings } = await policiesIn('test/scenarios/blocked/policies');
  const [policy] = tenants;
  if (policy === undefined) throw new Error('no policy');
  const { incident: _, ...desired } = policy.desired;
  const open = {
    ...policy,
    desired: { ...desired, application: { ...desired.application, enabledForSignIn: true } },
  };
  const older = await world.plan({ tenants: [open], findings });
  expect(older.tenants[0]).toMatchObject({ status: 'changes' });
  const report = await world.apply(older, { tenants, findings });
  expect(report.tenants[0]).toMatchObject({
    outcome: 'refused',
    problem: { message: expect.stringMatching(/^Refused: Blocked since/) },
  });
  expect(writesIn(world.wire)).toEqual([]);
});

test('a block that somebody undid by hand is an error of the plan', async () => {
  const tenant = gated();
  const { tenants, findings } = await policiesIn('test/scenarios/blocked/policies');
  const plan = await openWorld([tenant]).plan({ tenants, findings });
  expect(plan.tenants[0]).toMatchObject({ status: 'refused' });
  expect(JSON.stringify(plan.tenants[0])).toMatch(/"block-undone"/);
});
