import { describe, expect, test } from 'vitest';
import { broken, levelsOf, watch } from './levels.ts';
import { expectedRequests } from './run.ts';
import { commitsIn, reportOf, type Stage, stage } from './stage.ts';
import { only } from './world.ts';

/** Scenarios that between them have every kind of step, several with four gates and more. */
const NAMES = [
  'close-open-tenant-to-one-group',
  'everything-at-once',
  'absent-to-gated-consent-open',
  'consent-this-app-only',
  'revoke-own-grants',
  'swap-groups',
  'no-safe-order-continuity',
];

describe.each(NAMES)('a run of %s that is killed', (name) => {
  test.each(['before', 'after'] as const)(
    'at any request, %s it is done, is finished by the same apply',
    async (when) => {
      const { end, exchanges } = await undisturbed(name);
      expect(exchanges).toBeGreaterThan(4);
      for (let at = 0; at < exchanges; at++) await killedAt(name, at, when, end);
    },
  );
});

/** Everybody's levels after a run that nothing disturbs, and how many exchanges it takes. */
async function undisturbed(name: string) {
  const { world, tenant, plan, policies } = await stage(name);
  const from = world.wire.length;
  expect(reportOf(await world.apply(plan, policies)).outcome).toBe('applied');
  return { end: levelsOf(tenant), exchanges: world.wire.length - from };
}

async function killedAt(
  name: string,
  at: number,
  when: 'before' | 'after',
  end: ReturnType<typeof levelsOf>,
): Promise<void> {
  const killer = kill();
  const staged = await stage(name, { around: killer.around });
  const { world, tenant, plan, planned, policies, rules } = staged;
  const moments = watch(world.sandbox, tenant);
  const commits = commitsIn(world, tenant);
  killer.arm(at, when);
  await Promise.race([world.apply(plan, policies), killer.killed]);
  const where = `killed ${when} exchange ${at}, after ${commits.length} writes`;
  expect(killer.isDead(), where).toBe(true);
  killer.revive();
  const report = reportOf(await world.apply(plan, policies));
  expect(['applied', 'nothing to do'], `${where}: ${report.problem?.message}`).toContain(report.outcome);
  expect(commits, where).toEqual(expectedRequests(planned, tenant));
  expect(broken(moments, end, rules), where).toEqual([]);
  await nothingLeft(staged, where);
}

async function nothingLeft({ world, policies }: Stage, where: string): Promise<void> {
  expect(only(await world.plan(policies)).status, where).toBe('unchanged');
}

/** Ends a run as the power cord does: from then on nothing is answered, and nothing of the run goes on. */
function kill() {
  const never = new Promise<never>(() => {});
  let left = Number.POSITIVE_INFINITY;
  let after = false;
  let dead = false;
  let tell = () => {};
  const killed = new Promise<void>((resolve) => {
    tell = resolve;
  });
  type Fetch = Parameters<NonNullable<NonNullable<Parameters<typeof stage>[1]>['around']>>[0];
  return {
    killed,
    isDead: () => dead,
    arm: (at: number, when: 'before' | 'after') => {
      left = at;
      after = when === 'after';
    },
    revive: () => {
      left = Number.POSITIVE_INFINITY;
      dead = false;
    },
    around:
      (fetch: Fetch): Fetch =>
      async (input, init) => {
        if (dead) return never;
        if (left-- > 0) return fetch(input, init);
        dead = true;
        if (after) await fetch(input, init);
        tell();
        return never;
      },
  };
}
