import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { GitHubOptions } from '../../../src/commands/github.ts';
import { githubComment } from '../../../src/commands/github-comment.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { PLAN_ARTIFACT, PLAN_FILE } from '../../../src/github/record.ts';
import { planJson } from '../../../src/render/plan-json.ts';
import type { FakeGitHub } from '../../github/fake.ts';
import type { Pull } from '../../github/hub.ts';
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

/** Options of a command in a job of this run; the folder is gone with the test. */
export function job({ fake, work }: Reviewed, run: number, event: object): GitHubOptions {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-requests-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies/settings.yaml'), '{}\n');
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event));
  fake.runs.set(run, { name: 'plan' });
  return {
    repository: work.path,
    policies: join(folder, 'policies'),
    journal: join(folder, 'journal'),
    plan: join(folder, 'plan.json'),
    report: join(folder, 'report.json'),
    version: '0.1.0',
    day: '2026-11-24',
    now: () => new Date('2026-11-24T09:00:00.000Z'),
    env: {
      GITHUB_TOKEN: fake.workflowToken({
        contents: 'write',
        'pull-requests': 'write',
        issues: 'write',
        checks: 'write',
        deployments: 'write',
        actions: 'read',
      }),
      GITHUB_API_URL: fake.apiUrl,
      GITHUB_SERVER_URL: fake.origin,
      GITHUB_REPOSITORY: 'contoso/policies',
      GITHUB_RUN_ID: String(run),
      GITHUB_EVENT_NAME: 'push',
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
    },
  };
}

/** The event that starts a plan. */
export function validated({ headSha, branch }: Pull): object {
  return {
    repository: { default_branch: 'main' },
    workflow_run: {
      head_sha: headSha,
      head_branch: branch,
      head_repository: { owner: { login: 'contoso' } },
    },
  };
}

/** `github comment` for a pull request, in a run that keeps the plan file. */
export async function commented(
  world: Reviewed,
  pull: Pull,
  tenants: Plan['tenants'],
  run: number,
): Promise<readonly string[]> {
  const { fake } = world;
  const { baseSha, headSha, branch, number } = fake.pull(pull.number);
  const options = job(world, run, {
    repository: { default_branch: 'main' },
    workflow_run: {
      head_sha: headSha,
      head_branch: branch,
      head_repository: { owner: { login: 'contoso' } },
    },
  });
  const text = planJson(proposed(tenants, { base: baseSha, head: headSha }));
  writeFileSync(options.plan ?? '', text);
  fake.artifacts.put(run, PLAN_ARTIFACT, { [PLAN_FILE]: text });
  const { lines } = await githubComment(options);
  expect(lines.join('\n')).not.toContain('error:');
  expect(lines.join('\n')).toContain(`pull request ${number}`);
  return lines;
}

/** A merge, and the ids of the tenants it changed. */
export type MergedPull = { readonly commit: string; readonly tenants: ReadonlySet<string> };

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
    commits.push({ commit, tenants: new Set(share.map(({ tenant }) => tenant.id)) });
  }
  return commits;
}

/** The same requests several times. */
export const times = (by: number, counts: object) =>
  Object.fromEntries(Object.entries(counts).map(([what, count]) => [what, Number(count) * by]));
