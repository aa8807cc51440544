import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadPolicies } from '../../src/policy/load.ts';
import { addUser, GLOBAL_ADMINISTRATOR, userId } from '../../src/sandbox/directory.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { group } from './portal.ts';
import { reportOf } from './stage.ts';
import { CONSENT, MAIL, woodgrove } from './tenant-builder.ts';
import { writesIn } from './wire.ts';
import { only, openWorld } from './world.ts';

// Who has access by a role that may end any hour, and who has none in spite of an assignment.

const DENIED: Fault = {
  kind: 'answer',
  status: 403,
  body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } },
};

async function policy(text: string, guardrail?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-policy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'tenants'));
  const head = 'tenant:\n  name: woodgrove\n  id: dfdff506-4bfc-4582-a40c-e1de13c4eaf0\n';
  writeFileSync(join(folder, 'tenants', 'woodgrove.yaml'), `${head}${text}`);
  if (guardrail !== undefined)
    writeFileSync(
      join(folder, 'guardrails.yaml'),
      `guardrails:\n  - id: no-guests\n    severity: error\n    message: No guests.\n    owner: us\n    require: "${guardrail}"\n`,
    );
  return loadPolicies(folder, '2026-11-24');
}

const listed = (who: string, safety = '') =>
  `assignments:\n  users:\n    - upn: ${who}@woodgrove.example\n  unlisted: remove\nsafety:\n  settle: 0\n${safety}`;
const gated = (...assigned: readonly string[]) =>
  woodgrove({
    people: assigned,
    userConsent: CONSENT.none,
    app: { required: true, assigned, tenantWide: MAIL },
  });

function administrators(tenant: Tenant): Set<string> {
  const role = tenant.roles.get(GLOBAL_ADMINISTRATOR);
  if (role === undefined) throw new Error('every tenant has the role');
  return role.members;
}

test('a protected person whom only the role would keep refuses the plan, and nothing is sent', async () => {
  const tenant = gated('anna', 'boss');
  administrators(tenant).add(userId(tenant, 'boss'));
  const world = openWorld([tenant]);
  const policies = await policy(listed('anna', '  protected: [boss@woodgrove.example]\n'));
  const plan = await world.plan(policies);
  const { status, findings } = only(plan);
  expect([status, findings.map(({ rule, severity }) => [severity, rule])]).toEqual([
    'refused',
    [
      ['error', 'protected-person'],
      ['warning', 'kept-by-role'],
    ],
  ]);
  expect(reportOf(await world.apply(plan, policies)).outcome).toBe('refused');
  expect(writesIn(world.wire)).toEqual([]);
});

test('an unprotected one is named in a warning; once the role has ended the plan is stale', async () => {
  const tenant = gated('anna', 'boss');
  const boss = userId(tenant, 'boss');
  administrators(tenant).add(boss);
  const world = openWorld([tenant]);
  const policies = await policy(listed('anna'));
  const plan = await world.plan(policies);
  const { status, findings } = only(plan);
  expect([status, findings.map(({ rule }) => rule)]).toEqual(['changes', ['kept-by-role']]);
  expect(findings[0]?.message).toContain('boss@woodgrove.example');
  administrators(tenant).delete(boss);
  expect(reportOf(await world.apply(plan, policies)).outcome).toBe('stale');
  expect(writesIn(world.wire)).toEqual([]);
});

test('a guest who is administrator and gets an assignment is seen by a rule against guests', async () => {
  const tenant = woodgrove({
    people: ['anna'],
    groups: { 'SG-A': ['anna'], 'SG-B': [] },
    userConsent: CONSENT.none,
    app: { required: true, assigned: ['SG-A'], tenantWide: MAIL },
  });
  addUser(tenant, 'guest_x#EXT#', 'guest');
  const guest = userId(tenant, 'guest_x#EXT#');
  group(tenant, 'SG-B').members.add(guest);
  administrators(tenant).add(guest);
  const plan = only(
    await openWorld([tenant]).plan(
      await policy(
        'assignments:\n  groups:\n    - name: SG-A\n    - name: SG-B\n  unlisted: remove\n',
        '!impact.gain.exists(p, p.guest)',
      ),
    ),
  );
  expect(plan.impact.gain.map(({ id }) => id)).toEqual([guest]);
  expect([plan.status, plan.findings.map(({ rule }) => rule)]).toEqual(['refused', ['guardrail/no-guests']]);
});

/** Three are assigned and one is to stay; the removals are not allowed from the second on. */
async function stopped(readable: boolean) {
  const tenant = gated('anna', 'boss', 'cara');
  const boss = userId(tenant, 'boss');
  administrators(tenant).add(boss);
  const world = openWorld([tenant]);
  const policies = await policy(listed('anna'));
  const plan = await world.plan(policies);
  const removals = only(plan).steps.map(({ request }) => request.path);
  let asked = 0;
  world.sandbox.fault = ({ method, path }) => {
    if (method === 'DELETE') return asked++ > 0 ? DENIED : undefined;
    return asked > 0 && !readable && path.includes('directoryRoles') ? DENIED : undefined;
  };
  const { outcome, standing } = reportOf(await world.apply(plan, policies));
  expect([outcome, removals.length]).toEqual(['partly applied', 2]);
  const assigned = [...tenant.assignments.values()].some(({ principalId }) => principalId === boss);
  expect(assigned, 'the administrator is the first to be removed').toBe(false);
  if (standing?.known !== true) throw new Error('people were read');
  return standing.value;
}

test('an administrator who was to keep access by the role has it, and is not told as lost', async () => {
  const { people, lost } = await stopped(true);
  expect(lost).toEqual([]);
  expect(people).toEqual({ has: 3, may: 0, none: 0, unknown: 0 });
});

test('where the role cannot be read any more, whether they have it is not known', async () => {
  const { people, lost } = await stopped(false);
  expect(lost.map(({ name, level }) => [name, level])).toEqual([['boss@woodgrove.example', 'unknown']]);
  expect(people).toEqual({ has: 2, may: 0, none: 0, unknown: 1 });
});

test('a tenant is empty where only a disabled account is left, if that may be read', async () => {
  const tenant = gated('anna', 'ben', 'left');
  const left = tenant.users.get(userId(tenant, 'left'));
  if (left !== undefined) left.accountEnabled = false;
  const policies = await policy(listed('left'));
  const rules = async () => only(await openWorld([tenant]).plan(policies)).findings.map(({ rule }) => rule);
  expect(await rules()).not.toContain('empties-access');
  for (const client of tenant.clients.values()) client.permissions.push('User.Read.All');
  expect(await rules()).toContain('empties-access');
});
