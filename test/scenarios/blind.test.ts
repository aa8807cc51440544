import { describe, expect, test } from 'vitest';
import type { TenantPlan } from '../../src/core/plan.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { broken, levelsOf, watch } from './levels.ts';
import { expectedRequests } from './run.ts';
import { commitsIn, reportOf, stage } from './stage.ts';
import { only } from './world.ts';

const NAMES = ['everything-at-once', 'close-open-tenant-to-one-group'];

const FORBIDDEN: Fault = {
  kind: 'answer',
  status: 403,
  body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' } },
};

/** What an apply reads again and again, by the setting that shows there. */
const READS: readonly (readonly [string, RegExp])[] = [
  ['the app', /^\/servicePrincipals\(appId='f8d98a96[^)]*\)\?/],
  ['its users and groups', /appRoleAssignedTo/],
  ['its grants', /oauth2PermissionGrants/],
  ['the user consent setting', /^\/policies\/authorizationPolicy/],
];
const SETTING = '/policies/authorizationPolicy';

// A permission is taken away while an apply is under way: what cannot be read any more must not look like "done".
describe.each(NAMES)('an apply of %s that can no longer read', (name) => {
  test.each(READS)('%s: is not told as applied, and is finished once it can', async (what, path) => {
    const { planned } = await stage(name);
    for (const from of places(planned).map((at) => at + 1)) {
      const { world, tenant, plan, policies, rules } = await stage(name);
      // What the policy leaves alone is looked at for as long as something is to be sent.
      const rests = !path.test(SETTING) || planned.policy.consent.userConsent !== 'unmanaged';
      const moments = watch(world.sandbox, tenant);
      const commits = commitsIn(world, tenant);
      world.sandbox.fault = (point) =>
        point.item && commits.length >= from && path.test(point.path) ? FORBIDDEN : undefined;
      const first = reportOf(await world.apply(plan, policies));
      const where = `blind for ${what} after ${from} writes: ${first.problem?.message}`;
      expect(['partly applied', ...(rests ? [] : ['applied'])], where).toContain(first.outcome);
      delete world.sandbox.fault;
      const second = reportOf(await world.apply(plan, policies));
      expect(['applied', 'nothing to do'], `${where}, ${second.problem?.message}`).toContain(second.outcome);
      expect(commits, where).toEqual(expectedRequests(planned, tenant));
      expect(broken(moments, levelsOf(tenant), rules), where).toEqual([]);
      expect(only(await world.plan(policies)).status, where).toBe('unchanged');
    }
  });

  test.each(READS)('%s, after a write that was discarded: nobody loses by it', async (what, path) => {
    const { planned } = await stage(name);
    const kept = await endOf(name);
    for (const at of places(planned)) {
      const { world, tenant, plan, policies } = await stage(name);
      const before = levelsOf(tenant);
      let writes = 0;
      world.sandbox.fault = ({ item, method, path: asked }) => {
        if (item) return writes > at && path.test(asked) ? FORBIDDEN : undefined;
        if (method === 'GET' || !asked.startsWith('/v1.0/') || asked === '/v1.0/$batch') return undefined;
        return writes++ === at ? { kind: 'discard' } : undefined;
      };
      const { outcome } = reportOf(await world.apply(plan, policies));
      const where = `write ${at + 1} discarded, then blind for ${what}`;
      expect(outcome, where).not.toBe('applied');
      levelsOf(tenant).forEach((level, who) => {
        if (before[who] === 'has' && kept[who] === 'has') expect(level, where).toBe('has');
      });
    }
  });
});

/** The first step, the first that takes, and the last: what is read differs between them, not within a stretch. */
function places({ steps }: TenantPlan): readonly number[] {
  const turn = steps.findIndex(({ direction }) => direction === 'narrows');
  return [...new Set([0, turn - 1, turn, steps.length - 1])];
}

async function endOf(name: string): Promise<ReturnType<typeof levelsOf>> {
  const { world, tenant, plan, policies } = await stage(name);
  await world.apply(plan, policies);
  return levelsOf(tenant);
}
