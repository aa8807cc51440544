import type { Json } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import type { ApplyReport } from '../core/report.ts';
import type { Appended } from '../git/append-journal.ts';
import { commitOf } from '../git/history.ts';
import { allWell, readJournalBranch } from '../git/journal-branch.ts';
import { openFresh } from '../git/open-fresh.ts';
import { type Posted, sticky } from '../github/comments.ts';
import { deploy } from '../github/deployments.ts';
import { failureIssue, type Told as Issue } from '../github/issues.ts';
import type { GitHub } from '../github/open-github.ts';
import { planRoot } from '../github/record.ts';
import { FAILURE_MARKER, failureBody } from '../render/failure-issue.ts';
import { applyFooter } from '../render/outcome.ts';
import { replyMarkdown } from '../render/reply.ts';
import { endedWell } from './what-was-done.ts';

/** The environment a deployment names: the tenants themselves. */
const ENVIRONMENT = 'entra';
const UNKNOWN = { name: 'iosmail', version: '' } as const;

/** What a run left to be told, and where it was journalled; that is unset where it could not be. */
export type Done = {
  readonly report: ApplyReport | undefined;
  readonly fresh: Plan | undefined;
  readonly journal?: Appended & { readonly branch: string };
};

/**
 * Tells a pull request of its own tenants, and shows the fresh plan where one of them needs another review. One reply
 * a run: told again, it is edited.
 * @param author who replies: a login.
 * @throws GitHubFailure
 */
export function reply(
  github: GitHub,
  pull: number,
  author: string,
  { report, fresh, journal }: Done,
): Promise<Posted> {
  const tenants = (report?.tenants ?? []).filter(({ review }) => review?.pull === pull);
  const own = new Set(tenants.map(({ tenant }) => tenant.id));
  const concerned = fresh?.tenants.some(({ tenant }) => own.has(tenant.id)) === true;
  // The digest is that of the whole file: whoever has it applied has all of it applied, so all of it is shown.
  const shown = fresh !== undefined && concerned ? { fresh: { plan: fresh, digest: planRoot(fresh) } } : {};
  const marker = `<!-- iosmail:apply run=${github.run.id} -->`;
  const body = replyMarkdown(
    { formatVersion: 1, tool: report?.tool ?? UNKNOWN, tenants },
    { run: github.run, ...(journal && { journal }), ...shown },
  );
  return sticky(github, pull, { marker, author, body: `${marker}\n${body}` });
}

/**
 * Has GitHub know what was applied, for machines. The attempt is no part of it: told again, it is the same deployment.
 * @throws GitHubFailure, GitFailure
 */
export async function deployed(
  github: GitHub,
  repository: string,
  report: ApplyReport | undefined,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const tenants: { [id: string]: Json } = {};
  for (const { tenant, outcome, review } of report?.tenants ?? [])
    tenants[tenant.id] = { outcome, digest: review?.digest ?? null };
  // Nothing was to be sent, or could not be: nothing about the tenants is another way than before.
  if (report?.afresh || report?.nothingSent !== undefined) return;
  await deploy(github, {
    sha: report?.merged?.commit ?? env.GITHUB_SHA ?? (await commitOf(repository, 'HEAD')),
    environment: ENVIRONMENT,
    payload: { run: github.run.id, tenants },
    state: report === undefined ? 'error' : endedWell(report) ? 'success' : 'failure',
    description: report === undefined ? 'The run left no report.' : applyFooter(report),
    url: github.run.url,
  });
}

/**
 * Keeps the one issue about failures: written where this run did not end as planned, closed where all is well again.
 * This run may be fine and another not, and a run told again may be settled long since; only the journal knows.
 * @returns undefined where nothing had to be done.
 * @throws GitHubFailure, GitFailure
 */
export async function issueAbout(
  github: GitHub,
  repository: string,
  author: string,
  { report, fresh, journal }: Done,
  env: NodeJS.ProcessEnv,
): Promise<Issue | undefined> {
  const { id, url } = github.run;
  const about = { marker: FAILURE_MARKER, author };
  // A mistyped digest, or nobody's approval: whatever is open stays as it was told.
  if (report?.nothingSent !== undefined && env.GITHUB_EVENT_NAME === 'workflow_dispatch') return undefined;
  const known = journal && (await readJournalBranch(repository, `refs/remotes/origin/${journal.branch}`));
  const runs = known?.kind === 'read' ? known.runs : undefined;
  const well = runs !== undefined && allWell(runs);
  if (!endedWell(report) && !(well && journal?.did === 'there already')) {
    const title = 'iosmail: an apply did not end as planned';
    const open = fresh === undefined ? openFresh(runs ?? []) : { run: id, digest: planRoot(fresh) };
    return await failureIssue(github, { ...about, title, body: failureBody(report, github.run, open) });
  }
  if (!well) return undefined;
  return await failureIssue(github, { ...about, closed: `All is as planned again: [run ${id}](${url}).` });
}
