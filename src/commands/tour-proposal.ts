import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlan } from '../apply/read-plan.ts';
import type { Day } from '../core/state.ts';
import { git } from '../git/git.ts';
import { PLAN_ARTIFACT } from '../github/record.ts';
import { loadPolicies } from '../policy/load.ts';
import { planComment } from '../render/comment.ts';
import { commentOnTerminal } from '../render/comment-terminal.ts';

/** Under policy only once the pull request of the tour is merged. */
const BROUGHT = ['northwind', 'tailspin'];

/** Nobody's name and no configuration of this machine gets into the repository of the tour. */
const WHO = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'tour',
  GIT_AUTHOR_EMAIL: 'tour@example.invalid',
  GIT_COMMITTER_NAME: 'tour',
  GIT_COMMITTER_EMAIL: 'tour@example.invalid',
};

/**
 * Makes a Git repository with a copy of the policies: `change` brings two tenants that `main` does not have.
 * @returns its policies folder, as it is on `main`.
 * @throws GitFailure where Git is not there.
 */
export async function proposedIn(folder: string, policies: string): Promise<string> {
  const copy = join(folder, 'policies');
  await mkdir(folder);
  const run = (...args: readonly string[]) => git(folder, args, { env: WHO });
  const commit = async (message: string) => {
    await run('add', '--all');
    await run('commit', '--quiet', '--message', message);
  };
  await run('init', '--quiet', '--initial-branch', 'main');
  await cp(policies, copy, { recursive: true });
  for (const name of BROUGHT) await rm(join(copy, 'tenants', `${name}.yaml`));
  await commit('Policies');
  await run('checkout', '--quiet', '-b', 'change');
  for (const name of BROUGHT)
    await cp(join(policies, 'tenants', `${name}.yaml`), join(copy, 'tenants', `${name}.yaml`));
  await commit(`Bring ${BROUGHT.join(' and ')} under policy`);
  await run('checkout', '--quiet', 'main');
  return copy;
}

/**
 * The comment that the workflow posts of a plan file, for a terminal.
 * @param policies the folder whose settings say how many approvals a merge needs.
 */
export async function commentOfPlan(file: string, policies: string, day: Day): Promise<string> {
  const plan = readPlan(await readFile(file, 'utf8'));
  const { settings } = await loadPolicies(policies, day);
  const { body } = planComment(plan, {
    version: plan.tool.version,
    run: { url: 'https://github.example/actions/runs/1' },
    artifact: PLAN_ARTIFACT,
    approvals: settings.review.approvals,
  });
  return commentOnTerminal(body);
}
