import { PlanFileError, readPlan } from '../apply/read-plan.ts';
import { canonical, type Json } from '../core/json.ts';
import { isFailed, type TenantPlan } from '../core/plan.ts';
import { approvalsOf } from './approvals.ts';
import { approvalOf } from './approved.ts';
import { ArtifactUnusable, artifactFile } from './artifacts.ts';
import { type CheckRun, checksOf } from './checks.ts';
import { commentById } from './comments.ts';
import type { GitHub } from './open-github.ts';
import type { Pull } from './pulls.ts';
import {
  PLAN_ARTIFACT,
  PLAN_FILE,
  type RecordedTenant,
  type ReviewRecord,
  recorded,
  sumOf,
} from './record.ts';
import { readRecord } from './record-text.ts';
import type { ReviewRules } from './rules-in-force.ts';
import { understood } from './understood.ts';
import { ofPull } from './unreadable.ts';

/** Why a review does not allow anything, and what to do next. */
type Refusal = { readonly kind: 'refused'; readonly why: string; readonly fix: string };

/** What a merged pull request allows for one tenant. */
export type ReviewedPlan =
  | { readonly kind: 'reviewed'; readonly plan: TenantPlan; readonly approvedBy: readonly string[] }
  | Refusal;

const FRESH = 'Review the fresh plan, and apply it by its digest.';

/** Who writes the check runs that count: the configured App, else the workflow's own token. */
function recordingApp({ app }: ReviewRules): string {
  return app ?? 'github-actions';
}

/**
 * Reads what was shown to the reviewers of a pull request, and whether they approved of it. The record is a check
 * run of the merged head by the one app that may write it; comment and plan file must be the ones it names.
 * @param rules those in force before it: a pull request cannot soften its own review.
 * @throws PullUnreadable where GitHub will never tell enough of this pull request; GitHubFailure when something cannot be
 * read: then nothing is known, which is not "not reviewed".
 */
export async function reviewOf(
  github: GitHub,
  pull: Pull,
  rules: ReviewRules,
): Promise<(tenantId: string) => ReviewedPlan> {
  const refuse = (why: string) => () => refusal(`${why} (pull request ${pull.number})`);
  const app = recordingApp(rules);
  const { number } = pull;
  const checks = await ofPull(`the head of pull request ${number}`, () => checksOf(github, pull.head.sha));
  const runs = checks.filter(({ name }) => /^iosmail plan( \d+)?$/.test(name));
  const ours = runs.filter((run) => run.app === app);
  if (ours.length === 0) {
    const others = [...new Set(runs.map((run) => run.app ?? 'somebody unknown'))];
    const told = others.length === 0 ? '' : `; the one by ${others.join(', ')} does not count`;
    return refuse(`no plan by ${app} was recorded for commit ${pull.head.sha.slice(0, 12)}${told}`);
  }
  const history: { readonly run: CheckRun; readonly record: ReviewRecord }[] = [];
  const others = new Set<number>();
  for (const run of ours) {
    const record = readRecord(run.text, run.externalId);
    // One that is not whole may have been ours.
    if ('why' in record) return refuse(`the record in the check run ${run.name} is not whole: ${record.why}`);
    if (record.pull !== number) others.add(record.pull);
    else if (record.head !== pull.head.sha)
      return refuse(`the check run ${run.name} speaks of another commit`);
    else history.push({ run, record });
  }
  if (history.length === 0) {
    const told = `that of pull request ${[...others].join(', ')} does not count`;
    return refuse(`no plan by ${app} was recorded for this pull request; ${told}`);
  }
  history.sort((a, b) => Date.parse(a.run.at) - Date.parse(b.run.at) || a.run.id - b.run.id);
  const newest = history.at(-1)?.record.run;
  // A run that was started again wrote its check runs again: the newest of each name counts.
  const counting = [
    ...new Map(
      history.filter(({ record }) => record.run === newest).map(({ run, record }) => [run.name, record]),
    ).values(),
  ];
  const seen = await understood('the plan comment', () => commentAsRecorded(github, counting));
  if (seen !== undefined) return refuse(seen);
  const plans = await ofPull(`the plan file of pull request ${number}`, () => plansOf(github, counting));
  if (plans.kind === 'refused') return refuse(plans.why);
  const facts = await understood(`the reviews of pull request ${number}`, () => approvalsOf(github, pull));
  return (tenantId) => {
    const entry = counting.flatMap(({ tenants }) => tenants).find(({ id }) => id === tenantId);
    const plan = plans.byId.get(tenantId);
    if (entry === undefined || plan === undefined)
      return refusal(`the reviewed plan of pull request ${pull.number} does not hold this tenant`);
    const approval = approvalOf({
      ...facts,
      since: shownSince(history, entry),
      needed: Math.max(rules.approvals, plan.approvals ?? 0),
    });
    return approval.kind === 'approved'
      ? { kind: 'reviewed', plan, approvedBy: approval.by }
      : { kind: 'refused', why: `${approval.why} (pull request ${pull.number})`, fix: approval.fix };
  };
}

/** Since when this plan of the tenant has been the last one shown: planning again to the same digest voids nothing. */
function shownSince(
  history: readonly { readonly run: CheckRun; readonly record: ReviewRecord }[],
  { id, digest }: RecordedTenant,
): string {
  let since: string | undefined;
  for (const { run, record } of history) {
    const entry = record.tenants.find((tenant) => tenant.id === id);
    if (entry === undefined) continue;
    if (entry.digest !== digest) since = undefined;
    else since ??= run.at;
  }
  return since ?? '';
}

/** A comment that reads otherwise than it was posted may have shown the reviewers something else. */
async function commentAsRecorded(
  github: GitHub,
  records: readonly ReviewRecord[],
): Promise<string | undefined> {
  const comments = new Map(
    records.flatMap(({ comment }) => (comment === undefined ? [] : [[comment.id, comment]])),
  );
  for (const { id, sum } of comments.values()) {
    const comment = await commentById(github, id);
    if (comment === undefined) return 'the plan comment was deleted after it was posted';
    if (sumOf(comment.body) !== sum) return 'the plan comment was changed after it was posted';
  }
  return undefined;
}

type Plans = { readonly kind: 'read'; readonly byId: ReadonlyMap<string, TenantPlan> } | Refusal;

/** The plan file of the recorded run, every tenant of it as recorded. */
async function plansOf(github: GitHub, records: readonly ReviewRecord[]): Promise<Plans> {
  const [first] = records;
  if (first === undefined) return refusal('no plan was recorded');
  const wanted = new Map(records.flatMap(({ tenants }) => tenants.map((tenant) => [tenant.id, tenant])));
  if (wanted.size === 0) return { kind: 'read', byId: new Map() };
  try {
    const text = await artifactFile(github, first.run, PLAN_ARTIFACT, PLAN_FILE);
    const byId = new Map<string, TenantPlan>();
    for (const plan of readPlan(text).tenants) {
      if (isFailed(plan)) continue;
      const entry = wanted.get(plan.tenant.id);
      if (entry === undefined || canonical(recorded(plan) as Json) !== canonical(entry as Json))
        return refusal(`the plan file of run ${first.run} is not the recorded one`);
      byId.set(plan.tenant.id, plan);
    }
    return { kind: 'read', byId };
  } catch (error) {
    if (error instanceof PlanFileError || error instanceof ArtifactUnusable)
      return refusal(`the plan file of run ${first.run} cannot be used: ${error.message}`);
    throw error;
  }
}

function refusal(why: string): Refusal {
  return { kind: 'refused', why, fix: FRESH };
}
