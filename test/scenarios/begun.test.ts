import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyFleet } from '../../src/apply/apply-fleet.ts';
import type { Review } from '../../src/apply/applying.ts';
import { connect } from '../../src/graph/connect.ts';
import { sandboxEdge } from '../../src/graph/edge.ts';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_SECRET } from '../../src/sandbox/clients.ts';
import { newProcess } from './holder.ts';
import { reportOf, type Stage, stage } from './stage.ts';
import { writesIn } from './wire.ts';
import { only } from './world.ts';

/** Applies under a review, with what the journal branch has of earlier runs. */
function applyReviewed({ world, plan, policies, planned }: Stage, journalElsewhere: string) {
  const { clock, sandbox, journal } = world;
  const env = { AZURE_CLIENT_ID: SANDBOX_APPLY_CLIENT_ID, AZURE_CLIENT_SECRET: SANDBOX_SECRET };
  const edge = { ...sandboxEdge(sandbox.fetch, clock), random: () => 0 };
  const review: Review = {
    under: { kind: 'pull request', pull: 7, approvedBy: ['mona'] },
    recheck: async () => undefined,
  };
  return applyFleet({
    plan,
    policies: new Map(policies.tenants.map((policy) => [policy.desired.tenant.name, policy])),
    connect: ({ desired }) => connect(desired.tenant, 'apply', { env, edge }),
    reviews: new Map([[planned.tenant.id, review]]),
    recentLosses: () => new Set(),
    journal,
    journalElsewhere: () => journalElsewhere,
    run: 'test',
    holder: newProcess(),
    clock,
    day: '2026-11-24',
    version: '0.0.0',
    stopping: () => false,
  });
}

test('under a review, the rest of a detour is sent only if a journal tells of the run that began it', async () => {
  const staged = await stage('everything-at-once');
  const { world, plan, policies, planned } = staged;
  expect(planned.order?.gaveWay).not.toEqual([]);
  let commits = 0;
  world.sandbox.onCommit = () => {
    commits += 1;
  };
  await world.apply(plan, policies, { stopping: () => commits === 3 });
  expect(commits).toBe(3);
  const file = join(world.journal, `${planned.tenant.id}.jsonl`);
  const lines = readFileSync(file, 'utf8');
  rmSync(file);

  const unknown = reportOf(await applyReviewed(staged, ''));
  expect(unknown.outcome, unknown.problem?.message).toBe('refused');
  const another = reportOf(await applyReviewed(staged, lines.replaceAll(planned.digest, 'sha256:other')));
  expect(another.outcome).toBe('refused');
  expect(commits).toBe(3);

  const resumed = reportOf(await applyReviewed(staged, lines));
  expect(resumed.outcome, resumed.problem?.message).toBe('applied');
  expect(commits).toBe(planned.steps.length);
  expect(only(await world.plan(policies)).status).toBe('unchanged');
  expect(writesIn(world.wire)).toHaveLength(3);
});
