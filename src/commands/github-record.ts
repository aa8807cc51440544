import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlanFileError, readPlan } from '../apply/read-plan.ts';
import { readReport } from '../apply/read-report.ts';
import type { Json } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import type { ApplyReport } from '../core/report.ts';
import { pushEnv } from '../git/credentials.ts';
import { GitFailure } from '../git/git.ts';
import { commitOf } from '../git/history.ts';
import { allWell, appendJournal, readJournalBranch } from '../git/journal-branch.ts';
import { releaseLock } from '../git/lock.ts';
import { runLineOf, withoutNames } from '../git/run-lines.ts';
import { sticky } from '../github/comments.ts';
import { deploy } from '../github/deployments.ts';
import { GitHubFailure } from '../github/failure.ts';
import { failureIssue } from '../github/issues.ts';
import { type GitHub, openGitHub } from '../github/open-github.ts';
import { planRoot } from '../github/record.ts';
import { loadPolicies } from '../policy/load.ts';
import { FAILURE_MARKER, failureBody } from '../render/failure-issue.ts';
import { applyFooter } from '../render/outcome.ts';
import { replyMarkdown } from '../render/reply.ts';
import { beforeIn } from './apply-merged.ts';
import { botOf } from './bot.ts';
import { EXIT } from './exit-code.ts';
import type { GitHubOptions, Told } from './github.ts';

/** The environment a deployment names: the tenants themselves. */
const ENVIRONMENT = 'entra';

/**
 * Ends an apply: journal, replies, deployment, failure issue, and the lock in any case. Each is tried although another
 * failed; without a report it is written down that nobody knows what was done.
 * @throws GitHubFailure when GitHub cannot be spoken to at all.
 */
export async function githubRecord(options: GitHubOptions): Promise<Told> {
  const { env, policies, day, repository, now } = options;
  const github = await openGitHub(env);
  const { settings } = await loadPolicies(policies, day);
  const report = await reportIn(options.report);
  const fresh = await freshIn(options.fresh);
  const lines: string[] = [];
  const problems: string[] = [];
  const trying = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      // Whatever broke one part, the others are still owed.
      const known = error instanceof GitHubFailure || error instanceof GitFailure;
      const fix = known
        ? error.fix
        : 'Run this job again; replies and the issue are edited, the journal gets another line.';
      problems.push(`error: ${what}: ${error instanceof Error ? error.message : 'unknown'}`, `fix: ${fix}`);
      return undefined;
    }
  };
  const by = env.GITHUB_EVENT_NAME === 'workflow_dispatch' ? 'fresh plan' : 'merge';
  const { branch } = settings.journal;
  const { id, attempt, url } = github.run;
  try {
    const before =
      by === 'merge' && env.GITHUB_EVENT_PATH ? await beforeIn(env.GITHUB_EVENT_PATH) : undefined;
    const run = runLineOf(report, {
      time: now().toISOString(),
      run: id,
      attempt,
      url,
      by,
      ...(before === undefined ? {} : { after: before }),
      ...(fresh === undefined ? {} : { fresh: planRoot(fresh) }),
    });
    const journal = await trying('the journal was not written', async () =>
      appendJournal(
        repository,
        branch,
        { run, tenants: await tenantLines(options.journal), message: messageOf(report, url) },
        pushEnv(env),
      ),
    );
    if (journal !== undefined) lines.push(`Journalled on ${branch} as ${journal.slice(0, 12)}.`);
    const author = botOf(settings);
    for (const pull of pullsOf(report)) {
      const body = replyTo(pull, report, fresh, {
        run: github.run,
        ...(journal && { journal: { commit: journal, branch } }),
      });
      const marker = `<!-- iosmail:apply run=${id} -->`;
      const posted = await trying(`no reply on pull request ${pull}`, () =>
        sticky(github, pull, { marker, author, body: `${marker}\n${body}` }),
      );
      if (posted !== undefined) lines.push(`Replied on pull request ${pull}: ${posted.url}`);
    }
    await trying('no deployment was made', () => deployed(github, repository, report, env));
    const issue = await trying('the failure issue was not written', async () => {
      const about = { marker: FAILURE_MARKER, author };
      if (report === undefined || report.tenants.some(({ outcome }) => !WELL.has(outcome))) {
        const title = 'iosmail: an apply did not end as planned';
        const digest = fresh === undefined ? undefined : planRoot(fresh);
        return await failureIssue(github, { ...about, title, body: failureBody(report, github.run, digest) });
      }
      // This run went well; whether all is well, only the journal knows.
      const known = await readJournalBranch(repository, `refs/remotes/origin/${branch}`);
      const well = journal !== undefined && known.kind === 'read' && allWell([...known.runs, run]);
      if (!well) return undefined;
      return await failureIssue(github, {
        ...about,
        closed: `All is as planned again: [run ${id}](${url}).`,
      });
    });
    if (issue !== undefined) lines.push(`Failure issue ${issue.did}: ${issue.url}`);
  } finally {
    await trying('the lock was not released', () => releaseLock(repository, id, pushEnv(env)));
  }
  return { code: problems.length > 0 ? EXIT.failed : EXIT.ok, lines: [...lines, ...problems] };
}

const WELL: ReadonlySet<string> = new Set(['applied', 'nothing to do']);

async function reportIn(file: string | undefined): Promise<ApplyReport | undefined> {
  const text = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : readReport(text);
}

/** A fresh plan that cannot be used is none: the tenants stay as the report tells. */
async function freshIn(file: string | undefined): Promise<Plan | undefined> {
  const text = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  try {
    return text === undefined ? undefined : readPlan(text);
  } catch (error) {
    if (error instanceof PlanFileError) return undefined;
    throw error;
  }
}

async function tenantLines(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^[0-9a-f-]{36}\.jsonl$/.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return new Map(
    files.map((name, index) => [name.slice(0, -'.jsonl'.length), withoutNames(texts[index] ?? '')]),
  );
}

function messageOf(report: ApplyReport | undefined, url: string): string {
  const commit = report?.merged?.commit;
  const title = report === undefined ? 'apply: no report, what was done is not known' : applyFooter(report);
  const trailers = [
    `Iosmail-Run: ${url}`,
    ...(commit === undefined ? [] : [`Iosmail-Commit: ${commit}`]),
    ...pullsOf(report).map((pull) => `Iosmail-Pull: #${pull}`),
  ];
  return `${title}\n\n${trailers.join('\n')}\n`;
}

function pullsOf(report: ApplyReport | undefined): readonly number[] {
  const pulls = report?.tenants.flatMap(({ review }) => review?.pull ?? []) ?? [];
  return [...new Set(pulls)].sort((a, b) => a - b);
}

/** What a pull request is told: its own tenants, and the fresh plan where one of them needs another review. */
function replyTo(
  pull: number,
  report: ApplyReport | undefined,
  fresh: Plan | undefined,
  about: Omit<Parameters<typeof replyMarkdown>[1], 'fresh'>,
): string {
  const tenants = (report?.tenants ?? []).filter(({ review }) => review?.pull === pull);
  const own = new Set(tenants.map(({ tenant }) => tenant.id));
  const concerned = fresh?.tenants.some(({ tenant }) => own.has(tenant.id)) === true;
  // The digest is that of the whole file: whoever has it applied has all of it applied, so all of it is shown.
  const shown = fresh !== undefined && concerned ? { fresh: { plan: fresh, digest: planRoot(fresh) } } : {};
  return replyMarkdown({ formatVersion: 1, tool: report?.tool ?? UNKNOWN, tenants }, { ...about, ...shown });
}

const UNKNOWN = { name: 'iosmail', version: '' } as const;

async function deployed(
  github: GitHub,
  repository: string,
  report: ApplyReport | undefined,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const tenants: { [id: string]: Json } = {};
  for (const { tenant, outcome, review } of report?.tenants ?? [])
    tenants[tenant.id] = { outcome, digest: review?.digest ?? null };
  const well = report?.tenants.every(({ outcome }) => WELL.has(outcome)) === true;
  await deploy(github, {
    sha: report?.merged?.commit ?? env.GITHUB_SHA ?? (await commitOf(repository, 'HEAD')),
    environment: ENVIRONMENT,
    payload: { run: github.run.id, attempt: github.run.attempt, tenants },
    state: report === undefined ? 'error' : well ? 'success' : 'failure',
    description: report === undefined ? 'The run left no report.' : applyFooter(report),
    url: github.run.url,
  });
}
