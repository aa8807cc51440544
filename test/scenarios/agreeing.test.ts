import { describe, expect, test } from 'vitest';
import type { TenantPlan } from '../../src/core/plan.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { broken, levelsOf, watch } from './levels.ts';
import { expectedRequests } from './run.ts';
import { commitsIn, reportOf, stage } from './stage.ts';
import { graphExchanges, type Sent, writesIn } from './wire.ts';
import { only } from './world.ts';

/** Scenarios that give first and take afterwards. */
const NAMES = [
  'everything-at-once',
  'close-open-tenant-to-one-group',
  'swap-groups',
  'user-replaced-by-group',
  'adatum',
];

/** Places of the steps that take access away after others that gave some. */
function turns({ steps }: TenantPlan): readonly number[] {
  return steps.flatMap(({ settle, direction }, at) =>
    settle !== undefined && direction === 'narrows' && at > 0 ? [at] : [],
  );
}

/** How many steps there are before the first look. */
function firstGroup({ steps }: TenantPlan): number {
  const other = steps.findIndex(({ group }) => group !== steps[0]?.group);
  return other < 0 ? steps.length : other;
}

function isWrite({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method !== 'GET' && path.startsWith('/v1.0/') && path !== '/v1.0/$batch';
}

describe.each(NAMES)('before %s takes access away', (name) => {
  test.each([2, 30])('with reads %i s behind: two of them show what was given', async (lagSeconds) => {
    // Without a settle time, so that only the agreeing reads can hold a step back.
    const { world, tenant, plan, planned, policies, rules } = await stage(name, { settle: 0 });
    expect(turns(planned).length).toBeGreaterThan(0);
    const moments = watch(world.sandbox, tenant);
    tenant.settings.lagSeconds = lagSeconds;
    const from = world.wire.length;
    const { outcome, problem } = reportOf(await world.apply(plan, policies));
    expect(outcome, problem?.message).toBe('applied');
    expect(broken(moments, levelsOf(tenant), rules)).toEqual([]);
    const wire = world.wire.slice(from);
    const writes = writesIn(wire);
    for (const at of turns(planned)) {
      const [given, taken] = [writes[at - 1], writes[at]] as [Sent, Sent];
      const between = graphExchanges(wire.slice(wire.indexOf(given) + 1, wire.indexOf(taken)));
      const showing = between.filter((read) => read.at >= given.at + lagSeconds * 1000);
      expect(new Set(showing.map((read) => read.at)).size, `before step ${at + 1}`).toBeGreaterThanOrEqual(2);
    }
  });

  test('and reads never show it: it stops there, and goes on once they do', async () => {
    const { world, tenant, plan, planned, policies, rules } = await stage(name);
    const moments = watch(world.sandbox, tenant);
    const commits = commitsIn(world, tenant);
    tenant.settings.lagSeconds = 600;
    const first = reportOf(await world.apply(plan, policies));
    expect(first.outcome).toBe('partly applied');
    expect(first.problem?.message).toContain('reads do not agree');
    expect(commits).toHaveLength(firstGroup(planned));
    await world.clock.sleep(600_000);
    tenant.settings.lagSeconds = 0;
    const second = reportOf(await world.apply(plan, policies));
    expect(second.outcome, second.problem?.message).toBe('applied');
    expect(commits).toEqual(expectedRequests(planned, tenant));
    expect(broken(moments, levelsOf(tenant), rules)).toEqual([]);
  });

  test('and every other read is an old one: it stops there', async () => {
    const replicas = oldAndNew();
    const { world, tenant, plan, planned, policies } = await stage(name, { around: replicas.around });
    const commits = commitsIn(world, tenant);
    replicas.remember();
    world.sandbox.fault = (point) => {
      if (isWrite(point)) replicas.alternate();
      return undefined;
    };
    const { outcome, problem } = reportOf(await world.apply(plan, policies));
    expect(outcome).toBe('partly applied');
    expect(problem?.message).toContain('reads do not agree');
    expect(commits).toHaveLength(turns(planned)[0] ?? 0);
  });

  test('and one of the gifts was accepted and discarded: nothing is taken', async () => {
    const { planned } = await stage(name);
    const [turn = 0] = turns(planned);
    for (let at = 0; at < turn; at++) {
      const { world, tenant, plan, policies } = await stage(name);
      const before = levelsOf(tenant);
      let seen = 0;
      world.sandbox.fault = (point) => (isWrite(point) && seen++ === at ? { kind: 'discard' } : undefined);
      const from = world.wire.length;
      const { outcome } = reportOf(await world.apply(plan, policies));
      expect(outcome, `step ${at + 1} discarded`).toBe('partly applied');
      expect(writesIn(world.wire.slice(from)).length, `step ${at + 1} discarded`).toBeLessThanOrEqual(turn);
      levelsOf(tenant).forEach((level, who) => {
        if (before[who] === 'has') expect(level).toBe('has');
      });
    }
  });
});

test('a plan of gifts only waits for nothing', async () => {
  const { world, tenant, plan, planned, policies } = await stage('open-a-gated-tenant');
  expect(turns(planned)).toEqual([]);
  const start = world.clock.now().getTime();
  expect(reportOf(await world.apply(plan, policies)).outcome).toBe('applied');
  expect(world.clock.now().getTime() - start).toBe(0);
  expect(only(await world.plan(policies)).status).toBe('unchanged');
  expect(tenant.settings.lagSeconds).toBeUndefined();
});

type Fetch = Sandbox['fetch'];

/** Two copies of the directory behind one name: the same question is answered from the old and the new in turns. */
function oldAndNew() {
  const old = new Map<string, string>();
  let remembering = false;
  let alternating = false;
  const asked = new Map<string, number>();
  return {
    remember: () => {
      remembering = true;
    },
    alternate: () => {
      remembering = false;
      alternating = true;
    },
    around:
      (fetch: Fetch): Fetch =>
      async (input, init) => {
        const request = new Request(input instanceof Request ? input.clone() : input, init);
        if (!request.url.endsWith('/v1.0/$batch')) return fetch(input, init);
        const question = await request.text();
        const turn = asked.get(question) ?? 0;
        asked.set(question, turn + 1);
        const before = old.get(question);
        if (alternating && before !== undefined && turn % 2 === 0)
          return new Response(before, { headers: { 'content-type': 'application/json' } });
        const answer = await fetch(input, init);
        if (remembering && !old.has(question)) old.set(question, await answer.clone().text());
        return answer;
      },
  };
}
