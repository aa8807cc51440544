// With privacy.people: counts no plan and no report shows whom the directory knows by which name.
import { describe, expect, test } from 'vitest';
import { isFailed, type Plan } from '../../src/core/plan.ts';
import { pseudonym } from '../../src/core/pseudonym.ts';
import { hideNames } from '../../src/planning/hide-names.ts';
import { applyMarkdown } from '../../src/render/apply-markdown.ts';
import { planComment } from '../../src/render/comment.ts';
import { namesJson } from '../../src/render/names-json.ts';
import { planJson } from '../../src/render/plan-json.ts';
import { planText } from '../../src/render/plan-text.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { stage } from './stage.ts';
import { only, openWorld, policiesIn } from './world.ts';

const ABOUT = {
  version: '0.0.0',
  run: { url: 'https://github.example/run' },
  artifact: 'iosmail-plan',
  approvals: 1,
};

/** Everything a plan is turned into. */
function shown(plan: Plan): string {
  const proposal = {
    base: 'b',
    head: 'h',
    readAt: '2026-11-24T09:00:00Z',
    noLongerManaged: [],
    untouched: 0,
    findings: [],
  };
  const comment = planComment({ ...plan, proposal }, ABOUT);
  return [planJson(plan), planText(plan, { colour: false, verbose: true }), comment.body, comment.whole].join(
    '\n',
  );
}

/** What the directory calls its people, apart from those the policy itself names by address. */
function namesOf(tenant: Tenant, plan: Plan): readonly string[] {
  const policy = plan.tenants.flatMap((each) => (isFailed(each) ? [] : [JSON.stringify(each.policy)])).join();
  return [...tenant.users.values()]
    .filter(({ userPrincipalName }) => !policy.includes(userPrincipalName))
    .flatMap(({ userPrincipalName, displayName }) => [userPrincipalName, displayName]);
}

describe('the example policies', () => {
  test('plans show nobody by name, and are the same plans', async () => {
    const tenants = builtInTenants();
    const policies = await policiesIn('policies');
    const open = await openWorld(builtInTenants()).plan(policies);
    const { hide } = hideNames();
    const plan = await openWorld(tenants).plan({ ...policies, hide });
    const text = shown(plan);
    const found = tenants.flatMap((tenant) => standing(text, namesOf(tenant, plan)));
    expect(found).toEqual([]);
    // The check can see: without hiding there are names.
    const seen = shown(open);
    expect(tenants.flatMap((tenant) => standing(seen, namesOf(tenant, open))).length).toBeGreaterThan(1_000);
    const told = ({ tenants: each }: Plan) =>
      each.map((tenant) =>
        isFailed(tenant)
          ? tenant
          : [
              tenant.status,
              tenant.effect,
              tenant.digest,
              tenant.findings.map(({ rule }) => rule).sort(),
              Object.entries(tenant.impact).map(([key, people]) =>
                Array.isArray(people) ? [key, people.length] : key,
              ),
            ],
      );
    expect(told(plan)).toEqual(told(open));
  });

  test('a person is called the same in every plan, and differently in every tenant', async () => {
    const [first, second] = [await hidden('tailspin'), await hidden('tailspin')];
    const names = (plan: Plan) => only(plan).impact.lose.map(({ name }) => name);
    expect(names(first.plan)).toEqual(names(second.plan));
    expect(names(first.plan)).toHaveLength(7);
    for (const [index, { id }] of only(first.plan).impact.lose.entries())
      expect(names(first.plan)[index]).toBe(pseudonym(only(first.plan).tenant.id, id));
    expect(pseudonym('a', 'x')).not.toBe(pseudonym('b', 'x'));
    expect(pseudonym('a', 'X')).toBe(pseudonym('A', 'x'));
  });

  test('kinds and evidence are told of a pseudonym as of a name', async () => {
    const { plan } = await hidden('tailspin');
    const { lose } = only(plan).impact;
    expect(lose.filter(({ kind }) => kind?.includes('guest'))).toHaveLength(6);
    expect(lose.filter(({ use }) => use?.evidence === 'seen')).toHaveLength(2);
  });

  test('who stands behind a pseudonym is kept apart', async () => {
    const { plan, behind } = await hidden('tailspin');
    const people = JSON.parse(namesJson(behind)).people;
    const [first] = only(plan).impact.lose;
    expect(people[first?.name ?? '']).toEqual({
      tenant: only(plan).tenant.id,
      id: first?.id,
      name: expect.stringMatching(/@tailspin\.example$/),
    });
  });
});

/** Those of the names that stand in a text, as words of their own. */
function standing(text: string, names: readonly string[]): readonly string[] {
  const words = new Set(text.split(/[\s"'`()[\],;:|*\\]+/).map((word) => word.replace(/\.$/, '')));
  return names.filter((name) =>
    name.includes(' ') || name.includes("'") ? text.includes(name) : words.has(name),
  );
}

async function hidden(name: string) {
  const { world, policies, tenant } = await stage(name);
  const { hide, behind } = hideNames();
  const plan = await world.plan({ ...policies, hide });
  return { world, policies: { ...policies, hide }, tenant, plan, behind };
}

describe('an apply', () => {
  test('of such a plan does the same, and reports nobody by name', async () => {
    const { world, policies, plan, tenant } = await hidden('tailspin');
    delete tenant.settings.throttle;
    const report = await world.apply(plan, policies);
    expect(report.tenants[0]?.outcome).toBe('applied');
    const text = `${JSON.stringify(report)}${applyMarkdown(report)}`;
    expect(standing(text, namesOf(tenant, plan))).toEqual([]);
    expect(text).toContain('person-');
  });

  test('that ends half-way tells where people stand without naming them', async () => {
    const { world, policies, plan, tenant } = await hidden('everything-at-once');
    let writes = 0;
    world.sandbox.fault = ({ method, path }) =>
      method !== 'GET' && !path.includes('$batch') && path.startsWith('/v1.0/') && ++writes > 2
        ? { kind: 'answer', status: 403 }
        : undefined;
    const report = await world.apply(plan, policies);
    expect(report.tenants[0]?.outcome).toBe('partly applied');
    expect(report.tenants[0]?.standing?.known).toBe(true);
    const text = `${JSON.stringify(report)}${applyMarkdown(report)}`;
    expect(standing(text, namesOf(tenant, plan))).toEqual([]);
  });
});
