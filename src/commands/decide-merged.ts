import type { Called } from '../core/guardrail.ts';
import type { TenantPlan } from '../core/plan.ts';
import type { ReviewedUnder } from '../core/report.ts';
import { approvalsOf } from '../github/approvals.ts';
import { approvalOf } from '../github/approved.ts';
import type { GitHub } from '../github/open-github.ts';
import { type Pull, pullNumber, pullOfCommit } from '../github/pulls.ts';
import { type ReviewedPlan, reviewOf } from '../github/reviewed-plan.ts';
import { afterCommit, asShown, type InForce, type ReviewRules, rulesOf } from '../github/rules-in-force.ts';
import { ofPull, PullUnreadable } from '../github/unreadable.ts';
import type { Problem } from '../planning/problem.ts';
import { CAUTIOUS } from '../policy/settings.ts';
import type { Merged, PolicyCommit } from './merged.ts';

/** What the newest merge that changed a tenant allows. */
export type Decision =
  | {
      readonly kind: 'reviewed';
      readonly plan: TenantPlan;
      readonly under: ReviewedUnder;
      readonly recheck: () => Promise<Problem | undefined>;
      /** The guardrails in force before it, as text. */
      readonly guardrails?: string;
      /** What the tenant was called by before it, as far as a reviewed merge or an allowed push said so. */
      readonly was?: Called;
    }
  /** A push without a pull request, which the settings let through: planned and applied as the tenant is now. */
  | { readonly kind: 'direct push'; readonly guardrails?: string; readonly was?: Called }
  | { readonly kind: 'refused'; readonly problem: Problem; readonly under?: ReviewedUnder };

/** A review that was read this long ago (milliseconds) is read again before the first write. */
const STILL_FRESH = 15_000;

/** Everything a decision rests on beside GitHub. */
export type Deciding = Pick<Merged, 'start' | 'before' | 'commits'> & {
  /** Pull requests of tenants that an earlier run did not finish, by tenant id; unset for a push without one. */
  readonly left: ReadonlyMap<string, number | undefined>;
  readonly branch: string;
  /** The rules that stand at the head of a pull request; `not here` where this clone does not have that commit. */
  readonly rulesAtHead: (head: string) => Promise<ReviewRules | undefined | 'not here'>;
  readonly now: () => number;
};

/** Decisions by tenant id, and the newest commit whose rules of review are in force. */
export type Decided = { readonly decisions: ReadonlyMap<string, Decision>; readonly rules: string };

/** Commits in a row that changed a tenant by one pull request: what there was before the first of them. */
type Span = {
  readonly pull: number | undefined;
  readonly was: string | undefined;
  readonly decided: Decision | undefined;
  readonly called: Called | undefined;
};

type Asked = { readonly at: number; readonly answer: Promise<(tenantId: string) => ReviewedPlan> };

/**
 * Decides for each tenant by the newest merge that changed it; an older review says nothing about a newer policy.
 * Each pull request is looked at once for all its tenants. Each commit is judged by the rules in force before it: a
 * commit that softens them counts for the next one if it was itself reviewed.
 * What GitHub will never tell of one pull request holds only the tenants it changed: they are refused.
 * @param open opens GitHub; not called where nothing is asked of it.
 * @throws GitHubFailure when a review cannot be read now.
 */
export async function decide(open: () => Promise<GitHub>, deciding: Deciding): Promise<Decided> {
  const { start, before: earlier, commits, left, branch, now } = deciding;
  let opened: Promise<GitHub> | undefined;
  const github = () => {
    opened ??= open();
    return opened;
  };
  const reviews = new Map<string, Asked>();
  const review = async (pull: Pull, { rules }: InForce, fresh: boolean) => {
    const key = JSON.stringify([pull.number, rules]);
    const known = reviews.get(key);
    if (known !== undefined && (!fresh || now() - known.at < STILL_FRESH)) return await known.answer;
    const answer = reviewOf(await github(), pull, rules).catch(refusedByNature);
    reviews.set(key, { at: now(), answer });
    return await answer;
  };
  // A pull request that is rebased comes as several commits; what was in force before the first of them counts.
  const guardrailsBefore = new Map<number, string | undefined>();
  const begins = (pull: Pull | undefined, { rules }: InForce) => {
    if (pull !== undefined && !guardrailsBefore.has(pull.number))
      guardrailsBefore.set(pull.number, rules.guardrails);
  };
  const decisionOf = async (pull: Pull, force: InForce, tenantId: string): Promise<Decision> => {
    begins(pull, force);
    const found = (await review(pull, force, false))(tenantId);
    const under: ReviewedUnder = {
      kind: 'pull request',
      pull: pull.number,
      head: pull.head.sha,
      ...(found.kind === 'reviewed' ? { digest: found.plan.digest } : {}),
      approvedBy: found.kind === 'reviewed' ? found.approvedBy : [],
    };
    if (found.kind === 'refused') return { kind: 'refused', problem: nothingSent(found, force), under };
    const recheck = async () => {
      const again = (await review(pull, force, true))(tenantId);
      if (again.kind === 'refused') return nothingSent(again, force);
      return again.plan.digest === found.plan.digest
        ? undefined
        : nothingSent({ why: 'another plan was recorded meanwhile', fix: 'Run the same apply again.' });
    };
    const guardrails = guardrailsBefore.get(pull.number);
    return {
      kind: 'reviewed',
      plan: found.plan,
      under,
      recheck,
      ...(guardrails === undefined ? {} : { guardrails }),
    };
  };
  const merges = new Map<string, Promise<Pull | undefined>>();
  const mergeOf = async (commit: string) => {
    const asked = merges.get(commit) ?? pullOfCommit(await github(), commit, branch);
    merges.set(commit, asked);
    return await asked;
  };
  const after = (force: InForce, { commit, rules }: PolicyCommit) =>
    afterCommit(force, commit, rules, async () => {
      const pull = await mergeOf(commit);
      begins(pull, force);
      if (pull === undefined) return force.rules.allowDirectPush;
      const head = await deciding.rulesAtHead(pull.head.sha);
      // A merge made by hand may hold more than its pull request shows.
      const shown =
        head === 'not here' ||
        (head !== undefined && rules !== undefined && asShown(force.stated, rules, head));
      return shown && (await isApproved(await github(), pull, force.rules));
    });
  const decisions = new Map<string, Decision>();
  let force: InForce = { rules: start.stated ?? rulesOf(CAUTIOUS), ...start };
  for (const commit of earlier) force = await after(force, commit);
  const pullsLeft = new Map<number, Promise<Pull | Refusal>>();
  for (const [tenantId, number] of left) {
    if (number === undefined) {
      decisions.set(tenantId, directPush('it', force));
      continue;
    }
    const asked = pullsLeft.get(number) ?? pullLeft(await github(), number);
    pullsLeft.set(number, asked);
    const pull = await asked;
    decisions.set(
      tenantId,
      'why' in pull
        ? { kind: 'refused', problem: nothingSent(pull) }
        : await decisionOf(pull, force, tenantId),
    );
  }
  const spans = new Map<string, Span>();
  for (const step of commits) {
    const { commit, tenants } = step;
    const pull = tenants.size === 0 ? undefined : await mergeOf(commit);
    for (const [tenantId, { was, is, called }] of tenants) {
      const span = spans.get(tenantId);
      const decided = decisions.get(tenantId);
      // Labels that were refused on their way in lift no guardrail for whoever comes next.
      const before = span !== undefined && decided?.kind === 'refused' ? span.called : called;
      const begun: Span =
        pull !== undefined && span?.pull === pull.number
          ? span
          : { pull: pull?.number, was, decided, called: before };
      spans.set(tenantId, begun);
      // Rebased, a pull request may take back what it did, and comes all at once: as if it had done nothing.
      if (pull !== undefined && begun.was === is) {
        if (begun.decided === undefined) decisions.delete(tenantId);
        else decisions.set(tenantId, begun.decided);
        continue;
      }
      const decision =
        pull === undefined
          ? directPush(`commit ${commit.slice(0, 12)}`, force)
          : await decisionOf(pull, force, tenantId);
      const formerly = begun.called;
      decisions.set(
        tenantId,
        decision.kind === 'refused' || formerly === undefined ? decision : { ...decision, was: formerly },
      );
    }
    force = await after(force, step);
  }
  return { decisions, rules: force.at };
}

/** Whether a merged pull request was approved as the rules ask, whatever it plans. */
async function isApproved(github: GitHub, pull: Pull, rules: ReviewRules): Promise<boolean> {
  try {
    const facts = await approvalsOf(github, pull);
    return approvalOf({ ...facts, since: undefined, needed: rules.approvals }).kind === 'approved';
  } catch (error) {
    if (error instanceof PullUnreadable) return false;
    throw error;
  }
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

function directPush(what: string, force: InForce): Decision {
  const { allowDirectPush, guardrails } = force.rules;
  if (allowDirectPush) return { kind: 'direct push', ...(guardrails === undefined ? {} : { guardrails }) };
  return {
    kind: 'refused',
    under: { kind: 'direct push', approvedBy: [] },
    problem: nothingSent(
      {
        why: `${what} came without a pull request`,
        fix: 'Review the fresh plan and apply it by its digest; direct pushes are allowed only with review.allowDirectPush in settings.yaml.',
      },
      force,
    ),
  };
}

function nothingSent({ why, fix }: { readonly why: string; readonly fix: string }, force?: InForce): Problem {
  const held = force?.held;
  const told =
    held === undefined
      ? ''
      : ` Commit ${held.slice(0, 12)} softened the rules of review without a review by those before it, so those before it count.`;
  return { message: `Refused: ${why}. Nothing was sent.${told}`, fix };
}
