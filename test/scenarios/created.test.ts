import { describe, expect, test } from 'vitest';
import { codeOfReport, EXIT } from '../../src/commands/exit-code.ts';
import * as portal from './portal.ts';
import { reportOf, stage } from './stage.ts';

describe('an app that somebody else creates', () => {
  const SCENARIO = 'absent-to-gated-consent-open';

  test('with the reviewed gates before the apply: it goes on with what is left', async () => {
    const { world, tenant, plan, policies } = await stage(SCENARIO);
    portal.createApp(tenant, true);
    const { outcome, steps, problem } = reportOf(await world.apply(plan, policies));
    expect(outcome, problem?.message).toBe('applied');
    expect(steps.map(({ result }) => result)).toEqual(['already so', 'done', 'done']);
  });

  // Between the judgement and the first write: Graph answers that it is there already.
  test.each([
    { gates: 'the reviewed gates', required: true },
    { gates: 'other gates', required: false },
  ])('with $gates just before our own creation', async ({ required }) => {
    const { world, tenant, plan, policies } = await stage(SCENARIO);
    const { sandbox } = world;
    sandbox.fault = ({ method, path }) => {
      if (method === 'POST' && path === '/v1.0/servicePrincipals' && tenant.servicePrincipals.size === 2)
        portal.createApp(tenant, required);
      return undefined;
    };
    const report = await world.apply(plan, policies);
    const { outcome, problem, steps } = reportOf(report);
    if (required) {
      expect(outcome, problem?.message).toBe('applied');
      expect(steps[0]?.result).toBe('already so');
      return;
    }
    expect(outcome, problem?.message).toBe('stale');
    expect(codeOfReport(report)).toBe(EXIT.stale);
    expect(tenant.grants.size).toBe(0);
    expect(tenant.assignments.size).toBe(0);
  });
});
