import type { GateGroup } from '../core/assessment.ts';
import { refusals } from '../core/finding.ts';
import { canonical, type Json } from '../core/json.ts';
import type { Step, TenantPlan } from '../core/plan.ts';
import { restOnOneAnother } from '../core/steps.ts';

/** The plan of the live state with its groups of steps in this order: the planner's own proof and rules, for a given order. */
export type InOrder = (groups: readonly GateGroup[]) => TenantPlan;

/** Why the order that was reviewed is not safe as the tenant is now; the two orders, or what they differ in. */
export type Unproven = { readonly why: string; readonly reviewed: Json; readonly live: Json };

/**
 * Proves the order of the steps that are left anew, from the live state to its end: what a plan file says about its
 * order is worth nothing, since whoever can alter the file can say anything. Each step must be of the kind that the
 * live plan finds it to be, steps of a kind must stay together, and the order of the kinds must be the live plan's own
 * or pass the planner's proof, as strictly as there is a proof to pass.
 * @param left the reviewed steps that are not done, each of them a change that `fresh` asks for too.
 * @param started whether an earlier run did some steps: the gentlest order from half-way need not be the reviewed one.
 */
export function unprovenOrder(
  left: readonly Step[],
  fresh: TenantPlan,
  started: boolean,
  inOrder: InOrder,
): Unproven | undefined {
  const [mine, best] = [left, fresh.steps].map(stretchesOf);
  if (mine === undefined || best === undefined) return undefined;
  const other = ofAnotherKind(left, fresh.steps);
  if (other !== undefined) return other;
  const orders = { reviewed: mine, live: best };
  if (new Set(mine).size < mine.length || left.length !== fresh.steps.length)
    return { why: 'the reviewed steps of one kind do not stay together', ...orders };
  if (mine.join() === best.join()) return undefined;
  const proven = inOrder(mine);
  const broken = refusals(proven.findings).find(({ rule }) => ABOUT_THE_ORDER.has(rule));
  if (broken !== undefined)
    return {
      why: `the reviewed order is not safe: ${broken.message.replace(/^In this order |\.$/g, '')}`,
      ...orders,
    };
  if (started) return undefined;
  const [order, gentlest] = [proven.order, fresh.order];
  const given = order?.givenUp;
  if (given !== undefined)
    return { why: `the reviewed order is not the best there is: ${given.replace(/\.$/, '')}`, ...orders };
  if (order?.holdsFor === 'the membership as read' && gentlest?.holdsFor === 'any membership')
    return { why: 'the reviewed order is safe only for the people who are in the groups now', ...orders };
  const harsher = (order?.gaveWay ?? []).find((said) => !gentlest?.gaveWay.includes(said));
  if (harsher !== undefined)
    return {
      why: `there is a gentler order than the reviewed one: ${harsher.replace(/\.$/, '')}`,
      ...orders,
    };
  return undefined;
}

const ABOUT_THE_ORDER: ReadonlySet<string> = new Set(['no-safe-order', 'protected-person']);

/** The groups in the order of their steps; one that comes twice has its steps apart. */
function stretchesOf(steps: readonly Step[]): readonly GateGroup[] {
  return steps.map(({ group }) => group).filter((group, index) => group !== steps[index - 1]?.group);
}

/** A step that is not what it says: the waits and the proof go by the kinds of the steps. */
function ofAnotherKind(left: readonly Step[], live: readonly Step[]): Unproven | undefined {
  const kinds = new Map(live.flatMap((step) => keysOf(step).map((key) => [key, step.group] as const)));
  for (const step of left) {
    const kind = keysOf(step).map((key) => kinds.get(key));
    if (kind.every((each) => each === step.group)) continue;
    return {
      why: `step ${step.number} does something else to people's access now than was reviewed`,
      reviewed: { [`step ${step.number}`]: step.group },
      live: { [`step ${step.number}`]: kind[0] ?? null },
    };
  }
  const bound = (steps: readonly Step[]) =>
    steps.filter(({ group }) => restOnOneAnother(group)).flatMap((step) => keysOf(step));
  const inTurn = (steps: readonly Step[], group: GateGroup) =>
    bound(steps.filter((step) => step.group === group));
  const mixed = left.find(({ group }) => inTurn(left, group).join() !== inTurn(live, group).join());
  if (mixed === undefined) return undefined;
  return {
    why: `the reviewed steps around step ${mixed.number} rest on one another and are in another order now`,
    reviewed: inTurn(left, mixed.group),
    live: inTurn(live, mixed.group),
  };
}

function keysOf({ changes }: Step): readonly string[] {
  return changes.map(({ setting, before, after }) => canonical([setting, before, after]));
}
