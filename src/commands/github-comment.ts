import { appendFile, readFile } from 'node:fs/promises';
import { readPlan } from '../apply/read-plan.ts';
import { isFailed, type Plan } from '../core/plan.ts';
import { writeCheck } from '../github/checks.ts';
import { type Posted, revise, sticky } from '../github/comments.ts';
import { GitHubFailure } from '../github/failure.ts';
import { type GitHub, openGitHub } from '../github/open-github.ts';
import type { Pull } from '../github/pulls.ts';
import { PLAN_ARTIFACT, recordsOf, rootOf, sumOf } from '../github/record.ts';
import { recordText } from '../github/record-text.ts';
import { loadPolicies } from '../policy/load.ts';
import { annotationsOf, checkOutput } from '../render/check.ts';
import { noPlanComment, PLAN_MARKER, planComment, sameComment } from '../render/comment.ts';
import { botOf } from './bot.ts';
import { codeOfPlan, EXIT } from './exit-code.ts';
import type { GitHubOptions, Told } from './github.ts';
import { proposedPull, validatedIn } from './proposed.ts';
import { waitingOf } from './session.ts';

/** The plan file is not about the commit this run is for. */
class OtherCommit extends Error {
  override readonly name = 'OtherCommit';
  readonly fix = 'Make it with `iosmail plan --base HEAD --head <the validated commit> --out FILE`.';
  constructor(planned: string | undefined, validated: string) {
    super(
      `The plan file is about ${planned ?? 'no commit at all'}, not about ${validated}. Nothing was posted.`,
    );
  }
}

/**
 * Posts a plan on its pull request, and records in check runs what was posted. The job summary has the whole plan
 * before anything is posted, so that it is never lost with a comment.
 * @throws PlanFileError; failures of GitHub are told, and the rest is tried all the same.
 */
export async function githubComment(options: GitHubOptions): Promise<Told> {
  const { env, version, day } = options;
  const validated = await validatedIn(env.GITHUB_EVENT_PATH);
  const { settings } = await loadPolicies(options.policies, day);
  const github = await openGitHub(env, waitingOf(options));
  const text = await readFile(options.plan ?? '', 'utf8').catch(() => undefined);
  const plan = text === undefined ? undefined : readPlan(text);
  const about = { version, run: { url: github.run.url }, artifact: PLAN_ARTIFACT };
  const comment =
    plan === undefined ? undefined : planComment(plan, { ...about, approvals: settings.review.approvals });
  const body = comment?.body ?? noPlanComment({ url: github.run.url, head: validated.head });
  if (env.GITHUB_STEP_SUMMARY) await appendFile(env.GITHUB_STEP_SUMMARY, comment?.whole ?? body);
  const planned = plan?.proposal?.head;
  if (plan !== undefined && planned !== validated.head) throw new OtherCommit(planned, validated.head);
  const pull = await proposedPull(github, validated);
  if (pull === undefined || pull.head.sha !== validated.head) {
    const why =
      pull === undefined ? 'The pull request is closed.' : 'A newer commit was pushed; its own run plans it.';
    return { code: EXIT.ok, lines: [`${why} Nothing was posted.`] };
  }
  const author = botOf(settings);
  const problems: GitHubFailure[] = [];
  const sticking = { marker: PLAN_MARKER, author };
  const posted = await trying(problems, () =>
    plan !== undefined && isQuiet(plan)
      ? revise(github, pull.number, { ...sticking, change: (old) => (sameComment(old, body) ? old : body) })
      : sticky(github, pull.number, { ...sticking, body, same: (old) => sameComment(old, body) }),
  );
  const told =
    posted === undefined ? [] : [`Plan on pull request ${pull.number}: ${posted.did} (${posted.url}).`];
  if (plan !== undefined) {
    const checks = await trying(problems, () => record(github, pull, plan, posted));
    if (checks !== undefined) told.push(`Recorded in ${checks} check run${checks === 1 ? '' : 's'}.`);
  }
  const failed = problems.flatMap(({ message, fix }) => [`error: ${message}`, `fix: ${fix}`]);
  const code = problems.length > 0 || plan === undefined ? EXIT.failed : codeOfPlan(plan, false);
  return { code, lines: [...told, ...failed] };
}

/** Nothing to decide: a pull request that no plan was posted on yet is left in peace. */
function isQuiet({ tenants, proposal }: Plan): boolean {
  const { noLongerManaged = [], findings = [] } = proposal ?? {};
  return tenants.length + noLongerManaged.length + findings.length === 0;
}

/** The first check run is the one that branch protection asks for, so it is written last and speaks for all. */
async function record(github: GitHub, pull: Pull, plan: Plan, posted: Posted | undefined): Promise<number> {
  const records = recordsOf(plan, {
    pull: pull.number,
    base: plan.proposal?.base ?? pull.base.sha,
    head: pull.head.sha,
    run: github.run.id,
    ...(posted === undefined ? {} : { comment: { id: posted.id, sum: sumOf(posted.body) } }),
  });
  const annotations = annotationsOf(plan);
  const overall = checkOutput(plan, plan.tenants).conclusion;
  for (const [part, each] of [...records.entries()].reverse()) {
    const ids = new Set(each.tenants.map(({ id }) => id));
    const tenants = plan.tenants.filter(
      (tenant) => ids.has(tenant.tenant.id) || (part === 0 && isFailed(tenant)),
    );
    const { title, summary, conclusion } = checkOutput(plan, tenants);
    await writeCheck(github, {
      sha: pull.head.sha,
      name: part === 0 ? 'iosmail plan' : `iosmail plan ${part + 1}`,
      conclusion: part === 0 ? overall : conclusion,
      title,
      summary,
      text: recordText(each),
      externalId: rootOf(each),
      annotations: part === 0 ? annotations : [],
    });
  }
  return records.length;
}

async function trying<T>(problems: GitHubFailure[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitHubFailure)) throw error;
    problems.push(error);
    return undefined;
  }
}
