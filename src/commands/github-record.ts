import { appendFile } from 'node:fs/promises';
import { type ApplyReport, REPORT_FORMAT } from '../core/report.ts';
import { type Appended, appendJournal } from '../git/append-journal.ts';
import { pushEnv } from '../git/credentials.ts';
import { commitOf } from '../git/history.ts';
import { releaseLock } from '../git/lock.ts';
import { runLineOf } from '../git/run-lines.ts';
import { inRepository } from '../git/worktree.ts';
import { GitHubFailure } from '../github/failure.ts';
import { type GitHub, openGitHub } from '../github/open-github.ts';
import { planRoot } from '../github/record.ts';
import { environmentAnswers } from '../github/runs.ts';
import { loadPolicies } from '../policy/load.ts';
import { journalMessage } from '../render/journal-message.ts';
import { freshSummary } from '../render/reply.ts';
import { botOf } from './bot.ts';
import { EXIT } from './exit-code.ts';
import type { GitHubOptions, Told } from './github.ts';
import { journalInForce } from './journal-in-force.ts';
import { ENVIRONMENT } from './let-go.ts';
import { waitingOf } from './session.ts';
import { type Done, deployed, issueAbout, reply } from './tell.ts';
import { type Trying, tryingAll } from './trying.ts';
import { freshIn, pullsOf, reportIn, sentLines } from './what-was-done.ts';

/**
 * Ends an apply: the journal first, then replies, deployment and failure issue, and last the lock, whatever happened
 * before. Each is tried although another failed; without a report it is written down that nobody knows what was done.
 * Nothing is written twice when a run is told again. Never throws: the exit code says whether all of it was done.
 */
export async function githubRecord(options: GitHubOptions): Promise<Told> {
  const { trying, problems } = tryingAll();
  const lines: string[] = [];
  await trying('the journal was not written, and nobody was told', () => record(options, trying, lines));
  await trying('the lock was not released', () => released(options));
  return { code: problems.length > 0 ? EXIT.failed : EXIT.ok, lines: [...lines, ...problems] };
}

async function record(options: GitHubOptions, trying: Trying, lines: string[]): Promise<void> {
  const { env, repository } = options;
  const github = await openGitHub(env, waitingOf(options));
  const report =
    (await reportIn(options.report)) ??
    (await trying('nobody asked who rejected it', () => rejected(options, github)));
  const fresh = await trying('the fresh plan cannot be shown', () => freshIn(options.fresh));
  const left = { report, fresh };
  const settings = await trying(
    'the journal was not written, and no pull request was told, since the policies cannot be read',
    async () => (await loadPolicies(options.policies, options.day)).settings,
  );
  const journal =
    settings && (await trying('the journal was not written', () => journalled(options, github, left)));
  if (journal !== undefined) {
    const how = journal.did === 'appended' ? 'Journalled' : 'Journalled before';
    lines.push(`${how} on ${journal.branch} as ${journal.commit.slice(0, 12)}.`);
  }
  await trying('the summary has no fresh plan', () => summarised(left, github, env));
  const done: Done = { ...left, ...(journal && { journal }) };
  if (settings !== undefined) {
    for (const pull of pullsOf(left.report)) {
      const posted = await trying(`no reply on pull request ${pull}`, () =>
        reply(github, pull, botOf(settings), done),
      );
      if (posted !== undefined) lines.push(`Replied on pull request ${pull}: ${posted.url}`);
    }
  }
  await trying('no deployment was made', () => deployed(github, repository, left.report, env));
  if (settings === undefined) return;
  const issue = await trying('the failure issue was not written', () =>
    issueAbout(github, repository, botOf(settings), done, env),
  );
  if (issue !== undefined) lines.push(`Failure issue ${issue.did}: ${issue.url}`);
}

async function journalled(
  options: GitHubOptions,
  github: GitHub,
  { report, fresh }: Done,
): Promise<Appended & { readonly branch: string }> {
  const { env, repository, now } = options;
  const { path } = await inRepository(options.policies);
  const { branch } = await journalInForce(repository, path, await commitOf(repository, 'HEAD'));
  const byHand = report?.afresh ? 'all afresh' : 'fresh plan';
  const by = env.GITHUB_EVENT_NAME === 'workflow_dispatch' ? byHand : 'merge';
  const { id, attempt, url } = github.run;
  const run = runLineOf(report, {
    time: now().toISOString(),
    run: id,
    attempt,
    url,
    by,
    ...(fresh === undefined ? {} : { fresh: planRoot(fresh) }),
  });
  const message = journalMessage(report, { id, attempt, url, by });
  const tenants = await sentLines(options.journal);
  return { ...(await appendJournal(repository, branch, { run, tenants, message }, pushEnv(env))), branch };
}

/** A reply has room for less: here a fresh plan can always be read. */
async function summarised({ fresh }: Done, github: GitHub, env: NodeJS.ProcessEnv): Promise<void> {
  if (fresh === undefined || !env.GITHUB_STEP_SUMMARY) return;
  const text = freshSummary({ plan: fresh, digest: planRoot(fresh) }, github.run.id);
  await appendFile(env.GITHUB_STEP_SUMMARY, text);
}

/** A run that everybody who was asked rejected never began; GitHub lists the answers of all attempts together. */
async function rejected({ version }: GitHubOptions, github: GitHub): Promise<ApplyReport | undefined> {
  const answers = await environmentAnswers(github, github.run.id, ENVIRONMENT);
  if (answers.rejected.length === 0 || answers.approved.length > 0) return undefined;
  const nothingSent = `It was rejected at the environment ${ENVIRONMENT}. Nothing was sent.`;
  return { formatVersion: REPORT_FORMAT, tool: { name: 'iosmail', version }, tenants: [], nothingSent };
}

/** Needs neither GitHub's API nor the policies: no failure of theirs keeps the lock. */
async function released({ env, repository }: GitHubOptions): Promise<void> {
  const run = env.GITHUB_RUN_ID ?? '';
  if (!/^\d{1,15}$/.test(run)) {
    throw new GitHubFailure(
      'GITHUB_RUN_ID is not set.',
      'This belongs into a workflow of GitHub Actions, which sets it. The next run takes the lock over.',
    );
  }
  await releaseLock(repository, Number(run), pushEnv(env));
}
