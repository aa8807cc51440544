import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitHubOptions } from '../../src/commands/github.ts';
import type { FakeGitHub } from './fake.ts';
import type { Pull } from './hub.ts';

/** The event that starts a plan: the commit was validated. */
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

/** What a command of the workflows is told in a job of this run, whose files are in a folder. */
export function jobIn(
  folder: string,
  fake: FakeGitHub,
  about: { readonly repository: string; readonly run: number; readonly event: object },
): GitHubOptions {
  const { repository, run, event } = about;
  const policies = join(repository, 'policies');
  mkdirSync(policies, { recursive: true });
  writeFileSync(join(policies, 'settings.yaml'), '{}\n');
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event));
  fake.runs.set(run, { name: 'plan' });
  return {
    repository,
    policies,
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
