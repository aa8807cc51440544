import { digestOf } from '../core/digest.ts';
import { type Finding, isBadInput, refusals } from '../core/finding.ts';
import { GUARDRAIL } from '../core/guardrail.ts';
import { heldBack } from '../core/incident.ts';
import { canonical, type Json } from '../core/json.ts';
import type { Person, TenantPlan } from '../core/plan.ts';
import { type RestsOn, shifted } from '../core/rests-on.ts';
import type { TenantPolicy } from '../core/state.ts';
import { waitsBefore } from '../core/steps.ts';
import { type InOrder, unprovenOrder } from './prove-order.ts';
import { type Remainder, remainderOf } from './remainder.ts';

/** What a reviewed plan still allows, judged against a plan made from the live state a moment before the first write. */
export type Verdict =
  | {
      readonly kind: 'go';
      readonly remainder: Extract<Remainder, { kind: 'covered' }>;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'stale'; readonly why: string; readonly reviewed: Json; readonly live: Json }
  /** `failed`: what the policy needs could not be read or is not there · `refused`: a rule said no. */
  | { readonly kind: 'failed' | 'refused'; readonly why: string; readonly fix: string };

/** What is known a moment before the first write. */
export type LivePlan = {
  /** The same policy planned from the live state; its own steps are never sent. */
  readonly fresh: TenantPlan;
  /** The same with the groups of its steps in a given order. */
  readonly inOrder: InOrder;
  /** Ids of the people who may end lower than they are now; who is *unknown* in the plan need not. */
  readonly mayLose: ReadonlySet<string>;
  /** An earlier run of this very plan has sent something, by the journal: what is done may be its doing. */
  readonly begun: boolean;
  /** How many approvals the review has that it rests on; none at a desk. */
  readonly approvals: number;
  /** Object id of the app, where it is there. */
  readonly application: string | undefined;
};

/**
 * Judges a reviewed plan: whole, for this policy, allowed then and now, covering the live state, taking access from
 * nobody who was not among those reviewed, and in an order that is safe from the live state on.
 */
export function judge(reviewed: TenantPlan, policy: TenantPolicy, live: LivePlan): Verdict {
  const { fresh, inOrder, application } = live;
  if (digestOf(reviewed) !== reviewed.digest) {
    return refused('the plan file was changed after it was made, its digest does not fit its steps');
  }
  const forged = reviewed.steps.some(({ number, group, settle, changes }, index) => {
    const wait = waitsBefore(group, reviewed.steps[index - 1]?.group)
      ? reviewed.policy.safety.settle
      : undefined;
    return number !== index + 1 || settle !== wait || changes.length === 0;
  });
  if (forged)
    return refused(
      'the plan file was changed after it was made, its steps are not numbered or timed as planned',
    );
  const said = refusals(reviewed.findings);
  const before = said.find(isBadInput) ?? said[0];
  if (reviewed.status === 'refused' || before !== undefined) {
    return {
      kind: before !== undefined && isBadInput(before) ? 'failed' : 'refused',
      why: `the plan was refused when it was made (${before?.rule ?? 'no rule named'})`,
      fix: before?.fix ?? AGAIN,
    };
  }
  const held = heldBack(policy.desired.incident);
  if (canonical(reviewed.policy as Json) !== canonical(policy.desired as Json)) {
    // Whoever froze a tenant is to be told of that, not of a policy that moved by it.
    if (held !== undefined) return { kind: 'refused', ...held };
    return {
      kind: 'stale',
      why: 'the policy in the repository is not the one that was reviewed',
      reviewed: reviewed.policy as Json,
      live: policy.desired as Json,
    };
  }
  const [untold] = refusals(fresh.findings).filter(
    ({ rule }) => !ABOUT_THE_CHANGE.has(rule) && !rule.startsWith(GUARDRAIL),
  );
  // A setting that cannot be read or resolved asks for nothing: that must never look like "done".
  if (untold !== undefined) return notNow(untold);
  const asked = fresh.steps.map((step) => ({ ...step, effects: [] }));
  const remainder = remainderOf(reviewed.steps, asked, application);
  if (remainder.kind === 'moved') {
    return { kind: 'stale', why: remainder.why, reviewed: remainder.reviewed, live: remainder.live };
  }
  if (remainder.left.length === 0) return { kind: 'go', remainder, notes: [] };
  if (held !== undefined) return { kind: 'refused', ...held };
  const ground = shiftedSince(reviewed, fresh.restsOn);
  if (ground !== undefined) return { kind: 'stale', ...ground };
  // Steps that show as done say nothing by themselves: a file can hold steps that nobody ever planned.
  const started = remainder.done.size > 0 && live.begun;
  // Half-way along a path with a detour people are above both ends; coming down again was reviewed with the order.
  const detour = started && (reviewed.order?.gaveWay.length ?? 0) > 0;
  const strangers = notAmong(
    [...fresh.impact.lose, ...fresh.impact.unknown].filter(({ id }) => live.mayLose.has(id)),
    [...reviewed.impact.lose, ...reviewed.impact.unknown],
  );
  const kept = new Set(reviewed.impact.retain.map(({ id }) => id));
  // Whoever was to keep access keeps it, detour or not.
  const wronged = detour ? strangers.filter(({ id }) => kept.has(id)) : strangers;
  if (wronged.length > 0) {
    return {
      kind: 'stale',
      why: `${wronged.length === 1 ? '1 person' : `${wronged.length} people`} would lose access, not among those reviewed`,
      reviewed: reviewed.impact.lose.map(({ name }) => name),
      live: fresh.impact.lose.map(({ name }) => name),
    };
  }
  // On a detour, what is let in on the way must be let out again: rules about the whole change were answered for its
  // two ends, and judged from here they would strand the tenant in a state nobody asked for.
  const now = refusals(fresh.findings).find(
    ({ rule }) => !(detour && (WHOLE_CHANGE.has(rule) || rule.startsWith(GUARDRAIL))),
  );
  if (now !== undefined) return notNow(now);
  const unapproved = approvalsMissing(reviewed, fresh, live.approvals);
  if (unapproved !== undefined) return unapproved;
  const orders = [remainder.left, fresh.steps].map((steps) =>
    [...new Set(steps.map(({ group }) => group))].join(),
  );
  if (!started && reviewed.order?.holdsFor === 'the membership as read' && orders[0] !== orders[1]) {
    return {
      kind: 'stale',
      why: 'the order is safe only for the membership that was reviewed, and the membership moved',
      reviewed: orders[0] ?? null,
      live: orders[1] ?? null,
    };
  }
  const unproven = unprovenOrder(remainder.left, fresh, started, inOrder);
  if (unproven !== undefined) return { kind: 'stale', ...unproven };
  return { kind: 'go', remainder, notes: gains(reviewed, fresh) };
}

/** Guardrails may ask for more approvals than the settings; the plan that was shown and the tenant as it is both count. */
function approvalsMissing(reviewed: TenantPlan, fresh: TenantPlan, given: number): Verdict | undefined {
  const needed = Math.max(reviewed.approvals ?? 0, fresh.approvals ?? 0);
  if (given >= needed) return undefined;
  return {
    kind: 'refused',
    why: `the guardrails ask for ${needed} approvals of this plan, and ${given} ${given === 1 ? 'counts' : 'count'}`,
    fix: 'Open a pull request and have it approved by as many people once its plan is there.',
  };
}

/** Why a plan does not hold any more although what it changes is as it was: what it rests on moved. */
export function shiftedSince(
  { restsOn, policy, steps }: TenantPlan,
  live: RestsOn,
): { readonly why: string; readonly reviewed: Json; readonly live: Json } | undefined {
  const creates = steps.some(({ group }) => group === 'create');
  const rows = shifted(restsOn, live, policy, creates);
  if (rows.length === 0) return undefined;
  const side = (of: 'reviewed' | 'live') => Object.fromEntries(rows.map((row) => [row.label, row[of]]));
  return {
    why: `${rows.map(({ label }) => `“${label}”`).join(' and ')} no longer shows as reviewed; the policy leaves it alone, and who the steps let in rests on it`,
    reviewed: side('reviewed'),
    live: side('live'),
  };
}

/** Rules that judge the change as a whole, not what a single setting shows. */
const ABOUT_THE_CHANGE: ReadonlySet<string> = new Set([
  'closes-open-tenant',
  'empties-access',
  'removal-limit',
  'protected-person',
  'protected-unresolvable',
  'no-safe-order',
]);
const WHOLE_CHANGE: ReadonlySet<string> = new Set(['closes-open-tenant', 'empties-access', 'removal-limit']);

const AGAIN = 'Plan again and have the new plan reviewed.';

function notNow(finding: Finding): Verdict {
  const { rule, message, fix } = finding;
  return { kind: isBadInput(finding) ? 'failed' : 'refused', why: `${rule}: ${message}`, fix: fix ?? AGAIN };
}

function refused(why: string): Verdict {
  return { kind: 'refused', why, fix: AGAIN };
}

function notAmong(people: readonly Person[], reviewed: readonly Person[]): readonly Person[] {
  const ids = new Set(reviewed.map(({ id }) => id));
  return people.filter(({ id }) => !ids.has(id));
}

/** Membership moves on its own: said, never a reason to stop. */
function gains(reviewed: TenantPlan, fresh: TenantPlan): readonly string[] {
  const more = notAmong(fresh.impact.gain, reviewed.impact.gain);
  if (more.length === 0) return [];
  return [
    `${more.length} ${more.length === 1 ? 'person gains' : 'people gain'} access beyond those reviewed, because group membership moved meanwhile.`,
  ];
}
