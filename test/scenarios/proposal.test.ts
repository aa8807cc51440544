import { describe, expect, test } from 'vitest';
import type { LeftAlone } from '../../src/core/assessment.ts';
import type { TenantPlan } from '../../src/core/plan.ts';
import { policiesOf } from '../../src/policy/policies.ts';
import { compare } from '../../src/policy/proposal.ts';
import { planMarkdown } from '../../src/render/plan-markdown.ts';
import { planText } from '../../src/render/plan-text.ts';
import { CONSENT, MAIL, woodgrove } from './tenant-builder.ts';
import type { Sent } from './wire.ts';
import { only, openWorld, type Policies, type World } from './world.ts';

const DAY = '2026-11-24';
const HEAD = `tenant:
  name: woodgrove
  id: dfdff506-4bfc-4582-a40c-e1de13c4eaf0
`;

/** The policies of a base and of a proposal to change them, put against each other as the command does. */
function proposal(base: string | undefined, head: string): Policies {
  const load = (text: string | undefined) => {
    const file = 'policies/tenants/woodgrove.yaml';
    const bytes = new TextEncoder().encode(`${HEAD}${text}`);
    const tenants = text === undefined ? [] : [{ name: 'woodgrove', file, bytes }];
    const loaded = policiesOf({ tenants, baselines: [], isWhole: true, findings: [] }, DAY);
    expect(loaded.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    return loaded;
  };
  const compared = compare(load(base), load(head), [], 'policies/settings.yaml');
  return { ...compared.loaded, base: compared.base };
}

const PEOPLE = ['anna', 'ben', 'cara', 'dora'];
const tenant = (assigned: readonly string[], hidden = false) =>
  woodgrove({
    people: PEOPLE,
    userConsent: CONSENT.none,
    app: { required: true, hidden, assigned, tenantWide: MAIL },
  });

function list(unlisted: 'keep' | 'remove', ...users: readonly string[]): string {
  const entries = users.map((user) => `    - { upn: ${user} }\n`).join('');
  return `assignments:\n  users:${entries === '' ? ' []' : ''}\n${entries}  unlisted: ${unlisted}\n`;
}
const upn = (name: string) => `${name}@woodgrove.example`;
const ENDED = `${upn('anna')}, until: 2026-11-20, reason: travel`;

/** Cause by whom or what a change is about. */
function causes({ steps }: TenantPlan) {
  const changes = steps.flatMap((step) => step.changes);
  return Object.fromEntries(
    changes.map(({ subject, label, cause }) => [subject?.split(/[@ ]/)[0] ?? label, cause]),
  );
}

async function planned(world: World, policies: Policies): Promise<TenantPlan> {
  return only(await world.plan(policies));
}

describe('why a change is in the plan of a pull request', () => {
  const base = `application:\n  visibleToUsers: false\n${list('remove', ENDED)}`;
  const head = `application:\n  visibleToUsers: false\n${list('remove', ENDED, upn('dora'))}`;

  test('its own change, what differs already, and what has ended', async () => {
    const world = openWorld([tenant(['anna', 'ben'])]);
    const plan = await world.plan(proposal(base, head));
    expect(causes(only(plan))).toEqual({
      dora: 'this pull request',
      anna: 'expiring',
      ben: 'drift',
      'Visible to users?': 'drift',
    });
    expect(only(plan).policyBefore).toMatchObject({ assignments: { users: [{ until: '2026-11-20' }] } });
    const text = planText(plan, { colour: false, verbose: false });
    expect(text).toMatch(/- Users and groups: anna.*\[expiring\]/);
    expect(text).toMatch(/- Users and groups: ben.*\[already different \(drift\)\]/);
    expect(text).toMatch(/~ Visible to users\? Yes → No {2}\[already different \(drift\)\]/);
    expect(text).not.toMatch(/dora.*\[/);
    expect(planMarkdown(plan, { verbose: false })).toMatch(/anna.*\| expiring · /);
  });

  test('says nothing else than a plan of the same policy, and is the same review', async () => {
    const policies = proposal(base, head);
    const { base: _, ...alone } = policies;
    const world = openWorld([tenant(['anna', 'ben'])]);
    const [with_, without] = [await planned(world, policies), await planned(world, alone)];
    expect(with_.digest).toBe(without.digest);
    expect(JSON.parse(JSON.stringify(with_.steps).replaceAll(/,"cause":"[^"]*"/g, ''))).toEqual(
      without.steps,
    );
    expect(without.steps.flatMap(({ changes }) => changes.map(({ cause }) => cause))).not.toContain('drift');
  });

  test('without a policy in the base, everything is its own', async () => {
    const plan = await planned(openWorld([tenant(['anna', 'ben'])]), proposal(undefined, head));
    expect(new Set(Object.values(causes(plan)))).toEqual(new Set(['this pull request']));
    expect(plan.policyBefore).toBeNull();
  });

  test('an entry that it ends itself, or takes off the list, is its own; one that ended before is not', async () => {
    const ends = proposal(list('remove', upn('anna'), upn('ben')), list('remove', ENDED));
    const plan = await planned(openWorld([tenant(['anna', 'ben'])]), ends);
    expect(causes(plan)).toEqual({ anna: 'this pull request', ben: 'this pull request' });
    const tidies = proposal(list('remove', ENDED, upn('ben')), list('remove', upn('ben'), upn('cara')));
    expect(causes(await planned(openWorld([tenant(['anna', 'ben'])]), tidies))).toEqual({
      anna: 'expiring',
      cara: 'this pull request',
    });
  });

  test('a value that both would move, but not alike, is its own', async () => {
    const scopes = (...names: readonly string[]) =>
      `consent:\n  tenantWide: [${names.map((name) => `${name}.AccessAsUser.All`).join(', ')}]\n`;
    const bare = woodgrove({ people: PEOPLE, userConsent: CONSENT.none, app: { required: true } });
    const plan = await planned(openWorld([bare]), proposal(scopes('EAS'), scopes('EAS', 'EWS')));
    expect(Object.values(causes(plan))).toEqual(['this pull request']);
  });
});

describe('what a proposal takes away without changing it', () => {
  const rows = ({ leftAlone }: TenantPlan, why: RegExp): readonly LeftAlone[] =>
    leftAlone.filter((row) => why.test(row.why));

  test('a setting that is no longer managed', async () => {
    const app = 'application:\n  visibleToUsers: true\n  assignmentRequired: true\n';
    const before = `${app}${list('remove', upn('anna'))}`;
    const plan = await planned(
      openWorld([tenant(['anna'])]),
      proposal(before, 'application:\n  visibleToUsers: true\n'),
    );
    expect(
      rows(plan, /^no longer managed; stays as it is$/).map(({ setting, now }) => [setting, now]),
    ).toEqual([
      ['application/assignmentRequired', 'Yes'],
      ['assignments/users', 'anna'],
    ]);
  });

  test('whom it takes off a list that keeps the unlisted', async () => {
    const before = list('keep', upn('anna'), upn('ben'), upn('cara'));
    const plan = await planned(
      openWorld([tenant(['anna', 'ben', 'dora'])]),
      proposal(before, list('keep', upn('anna'))),
    );
    expect(plan.status).toBe('unchanged');
    expect(rows(plan, /^removed from the policy but stays assigned$/).map(({ now }) => now)).toEqual(['ben']);
    const removing = list('remove', upn('anna'));
    const world = openWorld([tenant(['anna', 'ben', 'dora'])]);
    expect(rows(await planned(world, proposal(before, removing)), /stays assigned/)).toEqual([]);
  });

  test('an entry that had ended, taken off a list that keeps the unlisted: nobody removes it any more', async () => {
    const world = openWorld([tenant(['anna', 'ben'])]);
    const plan = await planned(world, proposal(list('keep', ENDED, upn('ben')), list('keep', upn('ben'))));
    expect(plan.status).toBe('unchanged');
    expect(rows(plan, /stays assigned/).map(({ now }) => now)).toEqual(['anna']);
  });

  test('grants that it stops revoking', async () => {
    const app = 'application:\n  visibleToUsers: true\n';
    const policies = proposal(`${app}consent:\n  userGrants: revoke\n`, app);
    const plan = await planned(openWorld([tenant([])]), policies);
    expect(rows(plan, /no longer managed/).map(({ setting }) => setting)).toEqual(['consent/userGrants']);
  });
});

describe('what it costs', () => {
  /** The reads inside the batches of a plan. */
  const reads = (wire: readonly Sent[]): readonly string[] =>
    wire.flatMap(({ body, path }): readonly string[] => {
      if (!path.startsWith('/v1.0/')) return [];
      if (body === undefined || body === null || typeof body !== 'object' || !('requests' in body))
        return [path];
      return [...JSON.stringify(body.requests).matchAll(/"url":"([^"]*)"/g)].map(([, url]) => url ?? '');
    });

  test('the base adds what only it names, and nothing is read twice', async () => {
    const head = list('remove', upn('anna'), upn('dora'));
    const base = list('remove', upn('anna'), upn('cara'));
    const one = openWorld([tenant(['anna'])]);
    await one.plan(proposal(undefined, head));
    const both = openWorld([tenant(['anna'])]);
    await both.plan(proposal(base, head));
    const [without, with_] = [reads(one.wire), reads(both.wire)];
    expect(new Set(with_).size).toBe(with_.length);
    const added = with_.filter((read) => !without.includes(read));
    expect(added).toEqual([expect.stringMatching(/^\/users\?.*cara/)]);
  });

  test('a base with the same entries adds nothing', async () => {
    const head = `application:\n  visibleToUsers: false\n${list('remove', upn('anna'))}`;
    const one = openWorld([tenant(['anna', 'ben'])]);
    await one.plan(proposal(undefined, head));
    const both = openWorld([tenant(['anna', 'ben'])]);
    await both.plan(proposal(list('remove', upn('anna')), head));
    expect(reads(both.wire)).toEqual(reads(one.wire));
  });
});
