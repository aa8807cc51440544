import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { GitHubOptions } from '../../../src/commands/github.ts';
import { githubComment } from '../../../src/commands/github-comment.ts';
import type { PolicyCommit } from '../../../src/commands/merged.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { PLAN_ARTIFACT, PLAN_FILE } from '../../../src/github/record.ts';
import { planJson } from '../../../src/render/plan-json.ts';
import type { FakeGitHub } from '../../github/fake.ts';
import type { Pull } from '../../github/hub.ts';
import { jobIn, validated } from '../../github/job.ts';
import { fleet as fullFleet, proposed } from '../render/proposal.ts';
import type { Reviewed } from './reviewed-pulls.ts';

/** Tenants of few people: what is asked does not hang on how many they are. */
export const fleet = (size: number) =>
  fullFleet(size).map((tenant) => {
    const { gain, lose, retain } = tenant.impact;
    const impact = {
      ...tenant.impact,
      gain: gain.slice(0, 1),
      lose: lose.slice(0, 1),
      retain: retain.slice(0, 1),
    };
    return { ...tenant, impact };
  });

/** Requests to the API since the last call, by what they ask for. Git's own and those to the storage do not count. */
export function counter({ log }: FakeGitHub): () => { readonly [request: string]: number } {
  let from = log.length;
  return () => {
    const counts: { [request: string]: number } = {};
    for (const { method, path } of log.slice(from)) {
      if (!path.startsWith('/api/')) continue;
      const what = path
        .replace(/^\/api\/(?:repos\/[^/]+\/[^/]+\/)?/, '')
        .replace(/(?<=\/)(?:\d+|[0-9a-f]{40})(?=\/|$)/g, '*')
        .replace(/(?<=collaborators\/)[^/]+/, '*');
      counts[`${method} ${what}`] = (counts[`${method} ${what}`] ?? 0) + 1;
    }
    from = log.length;
    return counts;
  };
}

/** What a command is told in a job of this run; its folder is gone with the test. */
export function job({ fake, work }: Reviewed, run: number, event: object): GitHubOptions {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-requests-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return jobIn(folder, fake, { repository: work.path, run, event });
}

/** `github comment` for a pull request, in a run that keeps the plan file. */
export async function commented(
  world: Reviewed,
  pull: Pull,
  tenants: Plan['tenants'],
  run: number,
): Promise<readonly string[]> {
  const { fake } = world;
  const { baseSha, headSha, number } = fake.pull(pull.number);
  const options = job(world, run, validated(fake.pull(number)));
  const text = planJson(proposed(tenants, { base: baseSha, head: headSha }));
  writeFileSync(options.plan ?? '', text);
  fake.artifacts.put(run, PLAN_ARTIFACT, { [PLAN_FILE]: text });
  const { lines } = await githubComment(options);
  expect(lines.join('\n')).not.toContain('error:');
  expect(lines.join('\n')).toContain(`pull request ${number}`);
  return lines;
}

/** A merge, and the tenants it changed. */
export type MergedPull = Pick<PolicyCommit, 'commit' | 'tenants'>;

/** Merged pull requests, each with a share of the tenants, approved by two of whom one took it back. */
export async function merges(
  world: Reviewed,
  shares: readonly Plan['tenants'][],
): Promise<readonly MergedPull[]> {
  const commits: MergedPull[] = [];
  for (const [at, share] of shares.entries()) {
    const pull = await world.opened(`change-${at}`, { [`${at}.yaml`]: 'a\n' });
    await commented(world, pull, share, 71 + at);
    const dismissed = world.fake.review({ pull, user: 'cleo', state: 'APPROVED' });
    world.fake.dismiss(dismissed);
    world.fake.review({ pull, user: 'bob', state: 'APPROVED' });
    const commit = await world.merged(pull);
    commits.push({
      commit,
      tenants: new Map(share.map(({ tenant: { id } }) => [id, { was: undefined, is: id }])),
    });
  }
  return commits;
}

/** The same requests several times. */
export const times = (by: number, counts: object) =>
  Object.fromEntries(Object.entries(counts).map(([what, count]) => [what, Number(count) * by]));
