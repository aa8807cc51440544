import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readPlan } from '../../../src/apply/read-plan.ts';
import type { Deciding } from '../../../src/commands/decide-merged.ts';
import { isFailed, type Plan, type TenantPlan } from '../../../src/core/plan.ts';
import { writeCheck } from '../../../src/github/checks.ts';
import { type GitHub, openGitHub } from '../../../src/github/open-github.ts';
import {
  PLAN_ARTIFACT,
  PLAN_FILE,
  type ReviewRecord,
  recordsOf,
  rootOf,
} from '../../../src/github/record.ts';
import { recordText } from '../../../src/github/record-text.ts';
import { type ReviewRules, rulesOf } from '../../../src/github/rules-in-force.ts';
import { DEFAULTS } from '../../../src/policy/settings.ts';
import { type Checkout, checkout } from '../../github/checkout.ts';
import { type FakeGitHub, serveGitHub } from '../../github/fake.ts';
import type { Pull } from '../../github/hub.ts';

const OTHER_ID = '0b1f6a50-0f5c-4c2c-9c47-000000000002';

/** The plans of two tenants, as they were made. */
export const [GATE, OTHER] = ['close-open-tenant-to-one-group', 'swap-groups'].map(planOf) as [Plan, Plan];

export function idOf({ tenants: [tenant] }: Plan): string {
  return tenant?.tenant.id ?? '';
}

function planOf(scenario: string): Plan {
  const text = readFileSync(join(import.meta.dirname, '../../scenarios', scenario, 'plan.json'), 'utf8');
  const plan = readPlan(text);
  // Both scenarios are about the same tenant.
  const tenants = plan.tenants.filter((tenant): tenant is TenantPlan => !isFailed(tenant));
  const own = (tenant: TenantPlan) =>
    scenario === 'swap-groups'
      ? { ...tenant, tenant: { ...tenant.tenant, name: 'other', id: OTHER_ID } }
      : tenant;
  return { ...plan, tenants: tenants.map(own) };
}

export type Reviewed = {
  readonly fake: FakeGitHub;
  readonly work: Checkout;
  readonly github: GitHub;
  /** A pull request with a commit that changes these files. */
  readonly opened: (branch: string, files: { readonly [file: string]: string }) => Promise<Pull>;
  /** Records a plan of it, as `github comment` does; with a comment only where one was posted. */
  readonly recorded: (
    pull: Pull,
    plan: Plan,
    run: number,
    comment?: ReviewRecord['comment'],
  ) => Promise<void>;
  readonly merged: (pull: Pull) => Promise<string>;
};

/** A whole GitHub with three writers (ada, bob, cleo) and a reader (eve). */
export async function reviewed(): Promise<Reviewed> {
  const fake = await serveGitHub({
    owner: 'contoso',
    repo: 'policies',
    users: {
      contoso: { permission: 'admin', id: 1 },
      ada: { permission: 'write', id: 2 },
      bob: { permission: 'maintain', id: 3 },
      cleo: { permission: 'write', id: 4 },
      eve: { permission: 'read', id: 5 },
    },
  });
  const work = await checkout(fake);
  onTestFinished(async () => {
    await fake.close();
    work.remove();
  });
  const as = (run: number) =>
    openGitHub(
      {
        GITHUB_TOKEN: fake.workflowToken({
          contents: 'read',
          'pull-requests': 'read',
          checks: 'write',
          actions: 'read',
        }),
        GITHUB_API_URL: fake.apiUrl,
        GITHUB_SERVER_URL: fake.origin,
        GITHUB_REPOSITORY: 'contoso/policies',
        GITHUB_RUN_ID: String(run),
      },
      { wait: async () => undefined },
    );
  return {
    fake,
    work,
    github: await as(1),
    opened: async (branch, files) => {
      await work.git('fetch', '--quiet', 'origin');
      await work.git('checkout', '--quiet', '-B', branch, 'origin/main');
      for (const [file, text] of Object.entries(files)) await work.commit(file, text, 'ada');
      await work.git('push', '--quiet', 'origin', branch);
      return await fake.openPull({ branch, author: 'ada' });
    },
    recorded: async (pull, plan, run, comment) => {
      const github = await as(run);
      fake.runs.set(run, { name: 'plan' });
      fake.artifacts.put(run, PLAN_ARTIFACT, { [PLAN_FILE]: JSON.stringify(plan) });
      const { baseSha, headSha } = fake.pull(pull.number);
      const said = comment === undefined ? {} : { comment };
      const about = { pull: pull.number, base: baseSha, head: headSha, run, ...said };
      for (const record of recordsOf(plan, about)) {
        await writeCheck(github, {
          sha: headSha,
          name: 'iosmail plan',
          conclusion: 'success',
          title: 'Plan',
          summary: 'Plan',
          text: recordText(record),
          externalId: rootOf(record),
          annotations: [],
        });
        fake.clock.tick();
      }
    },
    merged: (pull) => fake.merge(pull, { method: 'merge', by: 'contoso' }),
  };
}

/** Rules of review that say nothing but this. */
export function rules(review: Partial<ReviewRules> = {}): ReviewRules {
  return { ...rulesOf(DEFAULTS), ...review };
}

/** A decision about a history of no commits, and what is different. */
export function deciding(about: Partial<Deciding>): Deciding {
  return {
    start: { at: 'a'.repeat(40), stated: rules() },
    before: [],
    commits: [],
    left: new Map(),
    branch: 'main',
    rulesAtHead: async () => 'not here',
    now: () => 0,
    ...about,
  };
}
