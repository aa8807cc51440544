import { lastApplied, type RunLine } from '../git/journal-branch.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { openGitHub } from '../github/open-github.ts';
import type { ReviewRules } from '../github/rules-in-force.ts';
import { environmentAnswers } from '../github/runs.ts';
import { type LoadedPolicies, policiesOf } from '../policy/policies.ts';
import { EXIT } from './exit-code.ts';
import { rulesIn } from './merged.ts';
import type { ReviewedRunOptions } from './reviewed-run.ts';
import { waitingOf } from './session.ts';

/** The environment whose approval stands before every apply. */
export const ENVIRONMENT = 'apply';

/** Nobody but whoever started the run let it go. */
class NotLetGo extends Error {
  override readonly name = 'NotLetGo';
  readonly exit = EXIT.refused;
  readonly fix =
    'Name required reviewers at Settings › Environments › apply, start it again, and have one of them who did not start it approve. With review.approvals: 0 in force nobody need.';
}

/**
 * The rules of review that the last run found in force; unset where there was none.
 * @throws GitFailure
 */
export async function rulesInForce(
  repository: string,
  { policies, day }: Pick<ReviewedRunOptions, 'policies' | 'day'>,
  runs: readonly RunLine[],
): Promise<ReviewRules | undefined> {
  const last = lastApplied(runs);
  const at = last?.rules ?? last?.commit;
  return at === undefined
    ? undefined
    : rulesIn(policiesOf(await policyFilesAt(repository, at, policies), day));
}

/**
 * The people who approved a run by hand at the environment. One who did not start it must have, unless the rules of
 * review ask for no approval at all, both as they are in force and as they stand now.
 * @returns logins; may be empty only in that case.
 * @throws NotLetGo, GitHubFailure, GitFailure
 */
export async function whoLetGo(
  repository: string,
  options: Pick<ReviewedRunOptions, 'env' | 'policies' | 'day' | 'stop' | 'onWait'>,
  loaded: LoadedPolicies,
  runs: readonly RunLine[],
): Promise<readonly string[]> {
  const { env, policies, day } = options;
  const github = await openGitHub(env, waitingOf(options));
  const { approved } = await environmentAnswers(github, github.run.id, ENVIRONMENT);
  const started = [env.GITHUB_ACTOR, env.GITHUB_TRIGGERING_ACTOR].map((login) => login?.toLowerCase());
  if (approved.some((login) => !started.includes(login.toLowerCase()))) return approved;
  const inForce = await rulesInForce(repository, { policies, day }, runs);
  if (inForce && inForce.approvals === 0 && rulesIn(loaded)?.approvals === 0) return approved;
  const who = approved.length === 0 ? 'nobody' : 'nobody but whoever started it';
  throw new NotLetGo(
    `Refused: ${who} approved this run at the environment ${ENVIRONMENT}. Nothing was sent.`,
  );
}
