import { expect, test } from 'vitest';
import { mayConsent } from '../../src/sandbox/self-consent.ts';
import { reportOf, stage } from './stage.ts';
import { only } from './world.ts';

test('a consent policy whose condition was taken and not kept is not assigned; the next run finishes it', async () => {
  const { world, plan, policies, tenant } = await stage('consent-this-app-only');
  let isFirst = true;
  world.sandbox.fault = ({ method, path }) => {
    if (method !== 'POST' || !path.endsWith('/includes') || !isFirst) return undefined;
    isFirst = false;
    return { kind: 'discard' };
  };
  const first = reportOf(await world.apply(plan, policies));
  expect(isFirst).toBe(false);
  expect(first.outcome).toBe('partly applied');
  expect(first.problem?.message).toMatch(
    /^Stopped before step 4, .*reads do not agree on what was done so far/,
  );
  // Everybody can consent as before.
  expect(mayConsent(tenant)).toBe(true);
  expect(reportOf(await world.apply(plan, policies)).outcome).toBe('applied');
  expect(mayConsent(tenant)).toBe(true);
  expect(only(await world.plan(policies)).status).toBe('unchanged');
});
