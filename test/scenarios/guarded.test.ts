import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { userId } from '../../src/sandbox/directory.ts';
import { group } from './portal.ts';
import { reportOf } from './stage.ts';
import { CONSENT, woodgrove } from './tenant-builder.ts';
import { writesIn } from './wire.ts';
import { only, openWorld, policiesIn } from './world.ts';

// Limits and protection where something is unread, half-way, or given up on purpose.

const BOTH = 'EAS.AccessAsUser.All EWS.AccessAsUser.All';
const GRANT = 'consent:\n  tenantWide: [EAS.AccessAsUser.All, EWS.AccessAsUser.All]\n';

async function policy(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-policy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'tenants'));
  const head = 'tenant:\n  name: woodgrove\n  id: dfdff506-4bfc-4582-a40c-e1de13c4eaf0\n';
  writeFileSync(join(folder, 'tenants', 'woodgrove.yaml'), head + text);
  return policiesIn(folder);
}

const people = Array.from({ length: 12 }, (_, index) => `p${index}`);

test('a protected person who would be without mail for a while refuses the plan', async () => {
  const tenant = woodgrove({
    people: ['anna', 'ben', 'cleo', 'dora'],
    groups: { 'SG-iOS-Mail': ['anna', 'ben', 'cleo'] },
    userConsent: CONSENT.none,
    app: { consented: ['anna', 'ben'] },
  });
  const asked = (who: string) =>
    policy(
      `application:\n  assignmentRequired: true\n${GRANT}assignments:\n  groups:\n    - name: SG-iOS-Mail\n  unlisted: remove\nsafety:\n  transition: containment\n  protected: [${who}@woodgrove.example]\n`,
    );
  const anna = only(await openWorld([tenant]).plan(await asked('anna')));
  expect(anna.order?.givenUp).toMatch(/Continuity is given up/);
  expect(anna.status).toBe('refused');
  expect(anna.findings.map(({ rule, message }) => `${rule}: ${message}`)).toContain(
    'protected-person: The protected person anna@woodgrove.example would be without access for a while.',
  );
  expect(only(await openWorld([tenant]).plan(await asked('dora'))).status).toBe('changes');
});

test('a 404 for the members of a living group is not an empty group', async () => {
  const tenant = woodgrove({
    people: [...people, 'boss'],
    groups: { 'SG-Old': people },
    userConsent: CONSENT.none,
    app: { required: true, assigned: ['SG-Old', 'boss'], tenantWide: BOTH },
  });
  const world = openWorld([tenant]);
  const body = { error: { code: 'Request_ResourceNotFound', message: 'not replicated' } };
  world.sandbox.fault = ({ path }) =>
    path.includes('/members/graph.user') ? { kind: 'answer', status: 404, body } : undefined;
  const plan = only(await world.plan(await policy('assignments:\n  groups: []\n  unlisted: remove\n')));
  expect(plan.status).toBe('refused');
  expect(plan.findings.map(({ rule }) => rule)).toContain('removal-limit');
});

test('half-way along a detour, whoever was to keep mail keeps it, or the plan is stale', async () => {
  const tenant = woodgrove({
    people: [...people, 'zoe'],
    groups: { 'SG-iOS-Mail': [...people, 'zoe'] },
    userConsent: CONSENT.none,
    app: { consented: people },
  });
  const world = openWorld([tenant]);
  const asked = await policy(
    `application:\n  assignmentRequired: true\n${GRANT}assignments:\n  groups:\n    - name: SG-iOS-Mail\n  users: []\n  unlisted: remove\nsafety:\n  transition: continuity\n`,
  );
  const plan = await world.plan(asked);
  expect(only(plan).impact.retain).toHaveLength(people.length);
  expect(only(plan).order?.gaveWay).not.toEqual([]);
  let asks = 0;
  await world.apply(plan, asked, { stopping: () => asks++ > 2 });
  const sent = writesIn(world.wire).length;
  expect(sent).toBeGreaterThan(0);
  for (const name of people) group(tenant, 'SG-iOS-Mail').members.delete(userId(tenant, name));
  const resumed = reportOf(await world.apply(plan, asked));
  expect(resumed.outcome).toBe('stale');
  expect(writesIn(world.wire)).toHaveLength(sent);
});

test('losses that are unknown count in the seven-day window', async () => {
  const tenant = woodgrove({
    people,
    userConsent: CONSENT.none,
    app: { required: true, assigned: people, tenantWide: 'EAS.AccessAsUser.All' },
  });
  const world = openWorld([tenant]);
  const keeping = (count: number) =>
    policy(
      `assignments:\n  users:\n${people
        .slice(0, count)
        .map((name) => `    - upn: ${name}@woodgrove.example\n`)
        .join('')}  unlisted: remove\n`,
    );
  const nine = await keeping(9);
  expect(reportOf(await world.apply(await world.plan(nine), nine)).outcome).toBe('applied');
  const next = only(await world.plan(await keeping(8)));
  expect([next.status, next.findings.find(({ rule }) => rule === 'removal-limit')?.message]).toEqual([
    'refused',
    '4 of 12 people who have access would lose it (3 of them in the last seven days); the limit is 3.',
  ]);
});

test('going from conditions nobody can judge to a setting that shuts this app waits like any narrowing', async () => {
  const any = ['all'];
  const tenant = woodgrove({ people: ['anna'], userConsent: ['custom-one'], app: {} });
  tenant.permissionGrantPolicies.set('custom-one', {
    id: 'custom-one',
    displayName: 'custom',
    description: 'verified publishers',
    includes: [
      {
        id: 'c1',
        permissionClassification: 'all',
        permissionType: 'delegated',
        resourceApplication: 'any',
        permissions: any,
        clientApplicationIds: any,
        clientApplicationTenantIds: any,
        clientApplicationPublisherIds: any,
        clientApplicationsFromVerifiedPublisherOnly: true,
      },
    ],
    excludes: [],
  });
  const plan = only(await openWorld([tenant]).plan(await policy('consent:\n  userConsent: lowImpact\n')));
  expect(plan.steps.map(({ group: gate, settle }) => [gate, settle])).toEqual([['narrow-user-consent', 60]]);
});
