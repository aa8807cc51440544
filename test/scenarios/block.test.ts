import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LockHeld, takeLock } from '../../src/apply/tenant-lock.ts';
import { onlyLooking } from '../../src/planning/who-reads.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { runs } from '../depth.ts';
import { sketches, tenantOf } from '../faults/generated-tenant.ts';
import { HEIGHT } from '../unit/core/oracle.ts';
import { scenario } from './blocked/tenant.ts';
import { newProcess } from './holder.ts';
import { appleApp, watch } from './levels.ts';
import { CONSENT, MAIL, woodgrove } from './tenant-builder.ts';
import { writesIn } from './wire.ts';
import { openWorld, policiesIn } from './world.ts';

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
    expect(ended).toEqual({ kind: name === 'adatum' ? 'off already' : 'blocked', created: absent });
    expect({ rises, left }).toEqual({ rises: [], left: [] });
    expect(writes.map(({ method, body }) => [method, body])).toEqual(
      name === 'adatum'
        ? []
        : absent
          ? [['POST', expect.objectContaining({ accountEnabled: false })]]
          : [['PATCH', { accountEnabled: false }]],
    );
  });

  test('whatever the tenant is like', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, async (sketch) => {
        const { ended, rises, left, writes } = await blocked(tenantOf(sketch));
        expect(['blocked', 'off already']).toContain(ended.kind);
        expect({ rises, left }).toEqual({ rises: [], left: [] });
        expect(writes.length).toBe(ended.kind === 'blocked' ? 1 : 0);
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
