import { expect, test } from 'vitest';
import { codeOfReport, EXIT } from '../../src/commands/exit-code.ts';
import { reportOf, stage } from './stage.ts';
import { only } from './world.ts';

test('a run that goes on while reads lag behind an earlier one says so, and a later one finishes', async () => {
  const { world, plan, policies, tenant } = await stage('revoke-own-grants');
  tenant.settings.lagSeconds = 10;
  let commits = 0;
  world.sandbox.onCommit = () => {
    commits += 1;
  };
  const stopping = () => commits > 0;
  expect(reportOf(await world.apply(plan, policies, { stopping })).outcome).toBe('partly applied');
  const sent = commits;
  expect(sent).toBeGreaterThan(0);

  const again = await world.apply(plan, policies);
  const { outcome, problem } = reportOf(again);
  expect([outcome, codeOfReport(again)]).toEqual(['failed', EXIT.failed]);
  expect(problem?.message).toContain('An earlier run of this plan sent changes, and reads may still lag');
  expect(problem?.fix).toContain('again in a minute');
  expect(commits).toBe(sent);

  await world.clock.sleep(60_000);
  expect(reportOf(await world.apply(plan, policies)).outcome).toBe('applied');
  await world.clock.sleep(60_000);
  expect(only(await world.plan(policies)).status).toBe('unchanged');
});
