import { describe, expect, test } from 'vitest';
import { codeOfReport, EXIT } from '../../src/commands/exit-code.ts';
import type { Day } from '../../src/core/state.ts';
import { addUser } from '../../src/sandbox/directory.ts';
import { selfConsent } from '../../src/sandbox/self-consent.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import * as portal from './portal.ts';
import { reportOf, type Stage, stage } from './stage.ts';
import { principalId } from './tenant-builder.ts';
import { writesIn } from './wire.ts';
import { only, type Policies, policiesIn } from './world.ts';

type Move = {
  readonly what: string;
  readonly scenario: string;
  readonly by: (tenant: Tenant) => unknown;
  /** What the report must name as moved. */
  readonly moved: RegExp;
};

const EVERYTHING = 'everything-at-once';

const MOVES: readonly Move[] = [
  {
    what: 'somebody is assigned directly',
    scenario: EVERYTHING,
    by: (tenant) => portal.assignTo(tenant, 'cleo'),
    moved: /assignments\/a9786c9f/,
  },
  {
    what: 'somebody whom the plan removes is removed',
    scenario: EVERYTHING,
    by: (tenant) => portal.unassign(tenant, 'anna'),
    moved: /assignments\/354bd341/,
  },
  {
    what: 'somebody who stays is removed',
    scenario: 'tailspin',
    by: (tenant) => portal.unassign(tenant, 'SG-iOS-Mail-Travel'),
    moved: /assignments\//,
  },
  {
    what: 'assignment is required already',
    scenario: EVERYTHING,
    by: (tenant) => portal.setApp(tenant, { appRoleAssignmentRequired: true }),
    moved: /application\/assignmentRequired/,
  },
  {
    what: 'the app is disabled',
    scenario: EVERYTHING,
    by: (tenant) => portal.setApp(tenant, { accountEnabled: false }),
    moved: /application\/enabledForSignIn/,
  },
  {
    what: 'a tag is added where the plan writes tags',
    scenario: EVERYTHING,
    by: (tenant) => portal.addTag(tenant, 'Kst-4712'),
    moved: /application\/visibleToUsers/,
  },
  {
    what: 'another scope is added to the grant that the plan writes',
    scenario: EVERYTHING,
    by: (tenant) => {
      portal.tenantWide(tenant).scope += ' POP.AccessAsUser.All';
    },
    moved: /consent\/tenantWide/,
  },
  {
    what: 'the app is deleted',
    scenario: EVERYTHING,
    by: portal.deleteApp,
    moved: /"application"/,
  },
  {
    what: 'a person whom nobody reviewed would lose access, by a group',
    scenario: 'swap-groups',
    by: (tenant) => {
      addUser(tenant, 'dora', 'dora');
      portal.join(tenant, 'dora', 'SG-Old');
    },
    moved: /dora@woodgrove\.example/,
  },
  {
    what: 'a person leaves the group that was to keep their access',
    scenario: 'swap-groups',
    by: (tenant) => portal.group(tenant, 'SG-New').members.delete(principalId(tenant, 'anna')),
    moved: /anna@woodgrove\.example/,
  },
  {
    what: 'the user consent setting is another',
    scenario: 'consent-none',
    by: (tenant) => portal.setUserConsent(tenant, 'microsoft-user-default-low'),
    moved: /consent\/userConsent/,
  },
  {
    what: 'an entry of the consent list that is not ours is added',
    scenario: 'consent-none',
    by: (tenant) => {
      const policy = tenant.policies.get('authorizationPolicy');
      policy?.defaultUserRolePermissions.permissionGrantPoliciesAssigned.push(
        'ManagePermissionGrantsForOwnedResource.our-team-policy',
      );
    },
    moved: /our-team-policy/,
  },
  {
    what: 'somebody consents for themselves while the tenant is open',
    scenario: EVERYTHING,
    by: (tenant) => selfConsent(tenant, principalId(tenant, 'gina')),
    moved: /userGrants|assignments/,
  },
  {
    what: 'a group is deleted and another takes its name',
    scenario: EVERYTHING,
    by: (tenant) => {
      const { id, ...old } = portal.group(tenant, 'SG-Board');
      tenant.groups.delete(id);
      const other = '5f0f7c0e-8f5c-4a57-9d39-0c5f6f6d3a11';
      tenant.groups.set(other, { ...old, id: other });
    },
    moved: /assignments\//,
  },
  {
    what: 'the app is created open by somebody else',
    scenario: 'absent-to-gated-consent-open',
    by: (tenant) => portal.createApp(tenant, false),
    moved: /application/,
  },
];

describe('a plan is stale, and nothing is sent, when meanwhile', () => {
  test.each(MOVES)('$what', async ({ scenario, by, moved }) => {
    const staged = await stage(scenario);
    by(staged.tenant);
    await expectStale(staged, staged.policies, moved);
  });

  test('the policy is edited', async () => {
    const staged = await stage('swap-groups');
    const edited = {
      ...staged.policies,
      tenants: staged.policies.tenants.map(({ desired, origins }) => ({
        desired: { ...desired, safety: { ...desired.safety, settle: 0 } },
        origins,
      })),
    };
    await expectStale(staged, edited, /settle/);
  });

  test('a day passes on which an entry ends', async () => {
    const staged = await stage('litware');
    const next: Day = '2026-11-25';
    await expectStale(staged, await policiesIn('policies', 'litware', next), /assignments\//, next);
  });
});

async function expectStale(
  { world, tenant, plan }: Stage,
  policies: Policies,
  moved: RegExp,
  day?: Day,
): Promise<void> {
  const from = world.wire.length;
  const before = JSON.stringify([...tenant.assignments, ...tenant.grants, ...tenant.servicePrincipals]);
  const report = await world.apply(plan, policies, day === undefined ? {} : { day });
  const { outcome, moved: shown, problem, steps } = reportOf(report);
  expect(outcome, problem?.message).toBe('stale');
  expect(codeOfReport(report)).toBe(EXIT.stale);
  expect(writesIn(world.wire.slice(from))).toEqual([]);
  expect(JSON.stringify([...tenant.assignments, ...tenant.grants, ...tenant.servicePrincipals])).toBe(before);
  expect(steps.every(({ result }) => result === 'not sent')).toBe(true);
  expect(JSON.stringify(shown)).toMatch(moved);
  expect(shown?.reviewed).not.toEqual(shown?.live);
}

describe('a plan goes through although meanwhile', () => {
  const harmless: readonly (readonly [string, string, (tenant: Tenant) => unknown])[] = [
    ['the notes change', EVERYTHING, (tenant) => portal.setApp(tenant, { notes: 'Ask Mueller.' })],
    ['the app is renamed', EVERYTHING, (tenant) => portal.setApp(tenant, { displayName: 'iOS Accounts' })],
    [
      'a tag is added where the plan writes none',
      'swap-groups',
      (tenant) => portal.addTag(tenant, 'Kst-4712'),
    ],
    ['somebody joins the tenant', EVERYTHING, (tenant) => addUser(tenant, 'nora', 'nora')],
    [
      'a group that is removed is renamed',
      EVERYTHING,
      (tenant) => {
        portal.group(tenant, 'SG-Old').displayName = 'SG-Oldest';
      },
    ],
    [
      'somebody who has access joins another group',
      'swap-groups',
      (tenant) => portal.join(tenant, 'cleo', 'SG-Old'),
    ],
    [
      'somebody leaves who was to lose access',
      'swap-groups',
      (tenant) => portal.group(tenant, 'SG-Old').members.delete(principalId(tenant, 'ben')),
    ],
  ];
  test.each(harmless)('%s', async (_, scenario, by) => {
    const { world, tenant, plan, policies } = await stage(scenario);
    by(tenant);
    const { outcome, problem } = reportOf(await world.apply(plan, policies));
    expect(outcome, problem?.message).toBe('applied');
    expect(only(await world.plan(policies)).status).toBe('unchanged');
  });

  test('somebody joins the new group, which is said', async () => {
    const { world, tenant, plan, policies } = await stage('swap-groups');
    portal.join(tenant, addUser(tenant, 'dora', 'dora').displayName, 'SG-New');
    const { outcome, verification } = reportOf(await world.apply(plan, policies));
    expect(outcome).toBe('applied');
    expect(verification?.notes.join()).toContain('1 person gains access beyond those reviewed');
  });
});
