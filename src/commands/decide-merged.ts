import type { TenantPlan } from '../core/plan.ts';
import type { ReviewedUnder } from '../core/report.ts';
import type { GitHub } from '../github/open-github.ts';
import { type Pull, pullNumber, pullOfCommit } from '../github/pulls.ts';
import { type ReviewedPlan, reviewOf } from '../github/reviewed-plan.ts';
import { ofPull, PullUnreadable } from '../github/unreadable.ts';
import type { Problem } from '../planning/problem.ts';
import type { Settings } from '../policy/settings.ts';
import type { PolicyCommit } from './merged.ts';

/** What the newest merge that changed a tenant allows. */
export type Decision =
  | {
      readonly kind: 'reviewed';
      readonly plan: TenantPlan;
      readonly under: ReviewedUnder;
      readonly recheck: () => Promise<Problem | undefined>;
    }
  /** A push without a pull request, which the settings let through: planned and applied as the tenant is now. */
  | { readonly kind: 'direct push' }
  | { readonly kind: 'refused'; readonly problem: Problem; readonly under?: ReviewedUnder };

/** A review that was read this long ago (milliseconds) is read again before the first write. */
const STILL_FRESH = 15_000;

type Asked = { readonly at: number; readonly answer: Promise<(tenantId: string) => ReviewedPlan> };

/**
 * Decides for each tenant by the newest merge that changed it; an older review says nothing about a newer policy.
 * Each pull request is looked at once for all its tenants.
 * @param settingsAt the rules of review that were in force before a commit.
 * @param left pull requests of tenants that an earlier run did not finish, by tenant id; unset for a push without one.
 * What GitHub will never tell of one pull request holds only the tenants it changed: they are refused.
 * @throws GitHubFailure when a review cannot be read now.
 */
export async function decide(
  github: GitHub,
  commits: readonly PolicyCommit[],
  left: ReadonlyMap<string, number | undefined>,
  about: {
    readonly branch: string;
    readonly settingsAt: (commit: string) => Promise<Settings>;
    /** Where the rules for what was left come from: the last applied commit. */
    readonly after: string;
    readonly now: () => number;
  },
): Promise<ReadonlyMap<string, Decision>> {
  const reviews = new Map<number, Asked>();
  const review = (pull: Pull, settings: Settings, fresh: boolean) => {
    const known = reviews.get(pull.number);
    if (known !== undefined && (!fresh || about.now() - known.at < STILL_FRESH)) return known.answer;
    const answer = reviewOf(github, pull, settings).catch(refusedByNature);
    reviews.set(pull.number, { at: about.now(), answer });
    return answer;
  };
  const decisionOf = async (pull: Pull, settings: Settings, tenantId: string): Promise<Decision> => {
    const found = (await review(pull, settings, false))(tenantId);
    const under: ReviewedUnder = {
      kind: 'pull request',
      pull: pull.number,
      head: pull.head.sha,
      ...(found.kind === 'reviewed' ? { digest: found.plan.digest } : {}),
      approvedBy: found.kind === 'reviewed' ? found.approvedBy : [],
    };
    if (found.kind === 'refused') return { kind: 'refused', problem: nothingSent(found), under };
    const recheck = async () => {
      const again = (await review(pull, settings, true))(tenantId);
      if (again.kind === 'refused') return nothingSent(again);
      return again.plan.digest === found.plan.digest
        ? undefined
        : nothingSent({ why: 'another plan was recorded meanwhile', fix: 'Run the same apply again.' });
    };
    return { kind: 'reviewed', plan: found.plan, under, recheck };
  };
  const decisions = new Map<string, Decision>();
  const pullsLeft = new Map<number, Promise<Pull | Refusal>>();
  for (const [tenantId, number] of left) {
    if (number === undefined) {
      decisions.set(tenantId, directPush('it', await about.settingsAt(about.after)));
      continue;
    }
    const asked = pullsLeft.get(number) ?? pullLeft(github, number);
    pullsLeft.set(number, asked);
    const pull = await asked;
    decisions.set(
      tenantId,
      'why' in pull
        ? { kind: 'refused', problem: nothingSent(pull) }
        : await decisionOf(pull, await about.settingsAt(about.after), tenantId),
    );
  }
  // No commit of the walk softens the rules it is judged by, nor those of one after it.
  let rules = await about.settingsAt(about.after);
  for (const { commit, parent, tenants } of commits) {
    const pull = await pullOfCommit(github, commit, about.branch);
    rules = stricter(rules, await about.settingsAt(parent));
    const settings = rules;
    for (const tenantId of tenants) {
      decisions.set(
        tenantId,
        pull === undefined
          ? directPush(`commit ${commit.slice(0, 12)}`, settings)
          : await decisionOf(pull, settings, tenantId),
      );
    }
  }
  return decisions;
}

/** What both ask for. Who writes the records is for the older one to say. */
function stricter(older: Settings, newer: Settings): Settings {
  return {
    ...older,
    review: {
      ...older.review,
      approvals: Math.max(older.review.approvals, newer.review.approvals),
      allowDirectPush: older.review.allowDirectPush && newer.review.allowDirectPush,
    },
  };
}

type Refusal = Extract<ReviewedPlan, { readonly kind: 'refused' }>;

/** A pull request that an earlier run had to do with; it may be gone, which no later run would see otherwise. */
async function pullLeft(github: GitHub, number: number): Promise<Pull | Refusal> {
  try {
    return await ofPull(`pull request ${number}`, () => pullNumber(github, number));
  } catch (error) {
    return refusedByNature(error)();
  }
}

/** @throws whatever is about GitHub as a whole, or the moment. */
function refusedByNature(error: unknown): () => Refusal {
  if (!(error instanceof PullUnreadable)) throw error;
  const { message, fix } = error;
  return () => ({ kind: 'refused', why: message.replace(/\.$/, ''), fix });
}

function directPush(what: string, settings: Settings): Decision {
  if (settings.review.allowDirectPush) return { kind: 'direct push' };
  return {
    kind: 'refused',
    under: { kind: 'direct push', approvedBy: [] },
    problem: nothingSent({
      why: `${what} came without a pull request`,
      fix: 'Review the fresh plan and apply it by its digest; direct pushes are allowed only with review.allowDirectPush in settings.yaml.',
    }),
  };
}

function nothingSent({ why, fix }: { readonly why: string; readonly fix: string }): Problem {
  return { message: `Refused: ${why}. Nothing was sent.`, fix };
}
