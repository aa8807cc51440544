import { expect, test } from 'vitest';
import { addGroup, addPeople, newTenant } from '../../src/sandbox/directory.ts';
import { addGatedAppleMail, grant } from '../../src/sandbox/enterprise-app.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { NASTY } from '../unit/render/hostile.ts';
import { expectHarmless, expectInert } from '../unit/render/structure.ts';
import { flawsIn, serveTenants } from './world.ts';

/** A tenant in which every group, every person and the app bear a name that wants to be something else. */
function hostileTenant(): Tenant {
  const tenant = newTenant('hostile', { licences: ['SPE_E3'], userConsent: [] });
  const app = addGatedAppleMail(tenant);
  app.displayName = NASTY.join('');
  grant(tenant, app, 'EAS.AccessAsUser.All EWS.AccessAsUser.All');
  const people = addPeople(tenant, 'person', NASTY.length);
  NASTY.forEach((name, at) => {
    const user = tenant.users.get(people[at] ?? '');
    if (user) Object.assign(user, { displayName: name, userPrincipalName: `${name}@hostile.example` });
    addGroup(tenant, `group ${at}`, people.slice(at, at + 1)).displayName = name;
  });
  return tenant;
}

function policyFor({ id, groups }: Tenant): string {
  const wanted = [...groups.values()].filter(({ displayName }) => NASTY.includes(displayName));
  expect(wanted).toHaveLength(NASTY.length);
  const entries = wanted.map((group) => `    - id: ${group.id}\n`).join('');
  return `tenant:\n  name: hostile\n  id: ${id}\nassignments:\n  groups:\n${entries}  unlisted: remove\n`;
}

test('names of a directory mean nothing in any output, from the wire to the terminal', async () => {
  const tenant = hostileTenant();
  const world = await serveTenants(tenant);
  world.put('policies/tenants/hostile.yaml', policyFor(tenant));
  // The last group is refused, in words that quote the names.
  world.sandbox.fault = ({ method, path }) =>
    method === 'POST' && path.endsWith('/appRoleAssignedTo') && tenant.assignments.size >= NASTY.length - 1
      ? {
          kind: 'answer',
          status: 400,
          body: { error: { code: 'Request_BadRequest', message: NASTY.join(' ') } },
        }
      : undefined;
  const plan = (...argv: readonly string[]) => world.run(['plan', '--verbose', ...argv]);
  const text = await plan('--out', 'plan.json');
  const markdown = await plan('--format', 'markdown');
  const json = await plan('--format', 'json');
  const applied = await world.run(['apply', '--plan', 'plan.json']);
  const again = await world.run(['apply', '--plan', 'plan.json', '--format', 'markdown']);
  expect([text, markdown, json].map(({ code }) => code)).toEqual([0, 0, 0]);
  expect([applied, again].map(({ code }) => code)).toEqual([5, 5]);

  for (const run of [text, markdown, json, applied, again]) {
    expectHarmless(run.stdout);
    expectHarmless(run.stderr);
    expect(flawsIn(run)).toEqual([]);
  }
  expectInert(markdown.stdout);
  expectInert(again.stdout);
  expect(text.stdout).toContain('\\u{1B}[31mred\\u{1B}[0m');
  const { steps } = JSON.parse(json.stdout).tenants[0];
  expect(steps).toHaveLength(NASTY.length);
});
