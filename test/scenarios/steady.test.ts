import { describe, expect, test } from 'vitest';
import { addGroup, addPeople, newTenant } from '../../src/sandbox/directory.ts';
import { addGatedAppleMail, assign, grant } from '../../src/sandbox/enterprise-app.ts';
import { stage } from './stage.ts';
import { MAIL } from './tenant-builder.ts';
import { graphExchanges } from './wire.ts';
import { only, openWorld, type Policies, policiesIn, type World } from './world.ts';

/** Members, licences, administrators: asked only where somebody's access changes. */
const ABOUT_PEOPLE = /\/members|subscribedSkus|directoryRoles/i;

function asked({ sandbox }: World, from: number) {
  const log = sandbox.log.slice(from);
  const graph = log.filter(({ path }) => path.startsWith('/v1.0/'));
  return {
    signIn: log.length - graph.length,
    roundTrips: graph.length,
    items: graph.flatMap((entry) => entry.items ?? []).map(({ path }) => path),
  };
}

describe('a tenant that matches its policy', () => {
  test.each(['contoso', 'proseware', 'tailspin', 'adatum', 'northwind', 'litware', 'everything-at-once'])(
    '%s is asked about nobody, in two round trips',
    async (name) => {
      const { world, tenant, plan, policies } = await stage(name);
      await world.apply(plan, policies);
      delete tenant.settings.throttle;
      const from = world.sandbox.log.length;
      expect(only(await world.plan(policies)).status).toBe('unchanged');
      const { signIn, roundTrips, items } = asked(world, from);
      expect(signIn).toBe(2);
      expect(roundTrips).toBeLessThanOrEqual(2);
      expect(items.filter((path) => ABOUT_PEOPLE.test(path))).toEqual([]);
    },
  );

  test.each([
    { groups: 15, users: 0 },
    { groups: 0, users: 15 },
    { groups: 8, users: 7 },
    { groups: 3, users: 12 },
  ])('$groups groups and $users users named: still two', async ({ groups, users }) => {
    const { world, policies } = await named(groups, users);
    expect(only(await world.plan(policies)).status).toBe('unchanged');
    const { signIn, roundTrips, items } = asked(world, 0);
    expect(signIn).toBe(2);
    expect(roundTrips).toBe(2);
    expect(graphExchanges(world.wire)).toHaveLength(2);
    expect(items.filter((path) => ABOUT_PEOPLE.test(path))).toEqual([]);
  });

  test('an apply of nothing asks for no more', async () => {
    const { world, plan, policies } = await stage('contoso');
    const from = world.sandbox.log.length;
    await world.apply(plan, policies);
    expect(asked(world, from).roundTrips).toBeLessThanOrEqual(2);
  });
});

test('a tenant whose access changes is asked about people, so the pattern can match', async () => {
  const { world } = await stage('everything-at-once');
  const { items } = asked(world, 0);
  expect(items.some((path) => /\/members/.test(path))).toBe(true);
  expect(items.some((path) => /subscribedSkus/.test(path))).toBe(true);
});

test('a tenant where only the visibility changes is asked about nobody', async () => {
  const { world, policies } = await named(2, 2);
  const [{ desired, origins } = { desired: undefined, origins: {} }] = policies.tenants;
  if (desired === undefined) throw new Error('there is one');
  const application = { ...desired.application, visibleToUsers: true };
  const plan = await world.plan({
    ...policies,
    tenants: [{ desired: { ...desired, application }, origins }],
  });
  expect(only(plan).steps).toHaveLength(1);
  expect(asked(world, 0).items.filter((path) => ABOUT_PEOPLE.test(path))).toEqual([]);
});

/** A gated tenant with so many groups and people assigned and listed, and no others. */
async function named(groups: number, users: number) {
  const tenant = newTenant('woodgrove', { licences: ['SPB'], userConsent: [] });
  const app = addGatedAppleMail(tenant);
  const people = addPeople(tenant, 'person', users);
  const teams = Array.from({ length: groups }, (_, index) => addGroup(tenant, `SG-Team-${index}`, people));
  for (const id of [...people, ...teams.map((team) => team.id)]) assign(tenant, app, id);
  grant(tenant, app, MAIL);
  const { tenants, findings } = await policiesIn('test/scenarios/everything-at-once/policies');
  const assignments = {
    groups: teams.map(({ displayName }) => ({ name: displayName, as: 'group' as const })),
    users: people.map((id) => ({ upn: tenant.users.get(id)?.userPrincipalName ?? '' })),
    unlisted: 'remove' as const,
  };
  const policies: Policies = {
    findings,
    tenants: tenants.map(({ desired, origins }) => ({
      origins,
      desired: {
        ...desired,
        consent: { ...desired.consent, userGrants: 'keep' },
        assignments,
        exceptions: [],
      },
    })),
  };
  return { world: openWorld([tenant]), policies };
}
