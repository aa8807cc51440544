import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { GitHubOptions } from '../../../src/commands/github.ts';
import type { ApplyReport, TenantReport } from '../../../src/core/report.ts';
import { pushEnv } from '../../../src/git/credentials.ts';
import { acquireLock } from '../../../src/git/lock.ts';
import { checkout } from '../../github/checkout.ts';
import { type FakeGitHub, serveGitHub } from '../../github/fake.ts';
import type { Scopes } from '../../github/hub.ts';

export const CONTOSO = '11111111-2222-4333-8444-555555555555';
export const LITWARE = '22222222-2222-4333-8444-555555555555';
const DIGEST = `sha256:${'d'.repeat(64)}`;

/** The end of an apply on a GitHub of its own: what the run left, and what is told. */
export type Recording = {
  readonly github: FakeGitHub;
  readonly pull: number;
  /** Another pull request. */
  readonly other: number;
  readonly commit: string;
  readonly policies: string;
  /** Puts what the run left where `options` point, and takes the lock for it. */
  readonly left: (
    run: number,
    report: ApplyReport | string | undefined,
    about?: {
      readonly attempt?: number;
      readonly sent?: { readonly [tenant: string]: string };
      readonly fresh?: string;
      readonly env?: NodeJS.ProcessEnv;
    },
  ) => Promise<GitHubOptions>;
  readonly report: (...tenants: readonly TenantReport[]) => ApplyReport;
  /** Every write that reached GitHub, in order: `git` for a push. */
  readonly writes: () => readonly string[];
  /** What Git has on the host. */
  readonly host: (...args: readonly string[]) => string;
};

/** How one tenant ended, under the review of a pull request. */
export function ended(id: string, outcome: TenantReport['outcome'], pull?: number): TenantReport {
  return {
    tenant: { name: id === CONTOSO ? 'contoso' : 'litware', id, cloud: 'global' },
    outcome,
    steps: [],
    ...(pull === undefined
      ? {}
      : { review: { kind: 'pull request', pull, digest: DIGEST, approvedBy: ['rita'] } as const }),
    ...(outcome === 'failed' ? { problem: { message: 'It broke.', fix: 'Mend it.' } } : {}),
  };
}

const SCOPES: Scopes = {
  actions: 'read',
  contents: 'write',
  deployments: 'write',
  issues: 'write',
  'pull-requests': 'write',
};

export async function recording(scopes: Scopes = SCOPES): Promise<Recording> {
  const github = await serveGitHub({
    owner: 'octo',
    repo: 'tenants',
    users: { ada: { permission: 'admin', id: 1 }, rita: { permission: 'write', id: 2 } },
  });
  const work = await checkout(github);
  onTestFinished(async () => {
    await github.close();
    work.remove();
  });
  await work.branch('one', 'one.txt');
  await work.branch('two', 'two.txt');
  await work.git('checkout', '--quiet', 'main');
  const { number: pull } = await github.openPull({ branch: 'one', author: 'ada' });
  const { number: other } = await github.openPull({ branch: 'two', author: 'ada' });
  // As with `persist-credentials: false`: the token comes with the call, or not at all.
  await work.git('remote', 'set-url', 'origin', `${github.origin}/octo/tenants.git`);
  const commit = await work.git('rev-parse', 'HEAD');
  const policies = join(work.path, 'policies');
  mkdirSync(policies);
  writeFileSync(join(policies, 'settings.yaml'), '{}\n');
  const token = github.workflowToken(scopes);
  const locking = github.workflowToken(SCOPES);
  const left: Recording['left'] = async (run, report, about = {}) => {
    const { attempt = 1, sent = {}, fresh } = about;
    const folder = join(work.path, `left-${run}-${attempt}`);
    mkdirSync(join(folder, 'journal'), { recursive: true });
    const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
    if (report !== undefined)
      put('report.json', typeof report === 'string' ? report : JSON.stringify(report));
    if (fresh !== undefined) put('fresh.json', fresh);
    put('event.json', JSON.stringify({ before: commit }));
    for (const [tenant, lines] of Object.entries(sent)) put(`journal/${tenant}.jsonl`, lines);
    const env = {
      GITHUB_TOKEN: token,
      GITHUB_REPOSITORY: 'octo/tenants',
      GITHUB_RUN_ID: String(run),
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_SERVER_URL: github.origin,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_EVENT_NAME: 'push',
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
      GITHUB_SHA: commit,
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      ...about.env,
    };
    const holder = { run, attempt, url: `${github.origin}/octo/tenants/actions/runs/${run}` };
    const time = '2026-11-24T08:00:00.000Z';
    await acquireLock(
      work.path,
      { ...holder, time },
      async () => false,
      pushEnv({ ...env, GITHUB_TOKEN: locking, GITHUB_SERVER_URL: github.origin }),
    );
    github.runs.set(run);
    github.log.length = 0;
    return {
      repository: work.path,
      policies,
      journal: join(folder, 'journal'),
      report: join(folder, 'report.json'),
      fresh: join(folder, 'fresh.json'),
      day: '2026-11-24',
      version: '1',
      now: () => new Date(Date.UTC(2026, 10, 24, 9, 0, run, attempt)),
      env,
    };
  };
  return {
    github,
    pull,
    other,
    commit,
    policies,
    left,
    report: (...tenants) => ({
      formatVersion: 1,
      tool: { name: 'iosmail', version: '1' },
      tenants,
      merged: { commit },
    }),
    writes: () =>
      github.log.flatMap(({ method, path }) => {
        if (path.endsWith('/git-receive-pack')) return ['git'];
        if (method === 'GET' || !path.startsWith('/api/')) return [];
        return [`${method} ${path.replace('/api/repos/octo/tenants', '')}`];
      }),
    host: (...args) => github.hub.bare.git(args),
  };
}
