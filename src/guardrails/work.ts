import type { Fact } from './facts.ts';
import { below, type Expr } from './names.ts';

/** Nodes that one expression may evaluate: about two seconds. */
export const MOST_WORK = 4_000_000;
/** The size of lists by which an expression is judged when it is loaded. */
export const NOMINAL = 1_000;
/** Brackets inside brackets. */
const DEEPEST = 16;

/**
 * How many nodes are evaluated at most, where no list of the facts is longer than this.
 * @param lists the nodes that can be lists.
 */
export function workOf(node: Expr, longest: number, lists: ReadonlySet<Expr>): number {
  const { exprKind } = node;
  if (exprKind.case === 'comprehensionExpr') {
    const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
    const [once, each] = [
      [iterRange, accuInit, result],
      [loopCondition, loopStep],
    ].map((nodes) =>
      nodes.reduce((sum, each) => sum + (each === undefined ? 0 : workOf(each, longest, lists)), 1),
    ) as [number, number];
    return once + each * sizeOf(iterRange, longest);
  }
  const own = below(node).reduce((sum, each) => sum + workOf(each, longest, lists), 1);
  // Comparing with a list, or looking into one, goes through it.
  const through =
    exprKind.case === 'callExpr' && ['@in', '_==_', '_!=_'].includes(exprKind.value.function)
      ? Math.max(...exprKind.value.args.map((arg) => (lists.has(arg) ? sizeOf(arg, longest) : 0)))
      : 0;
  return own + through;
}

/** How long a list can be: a written one as it stands, a sum as its parts, any other as the longest there is. */
function sizeOf(node: Expr | undefined, longest: number): number {
  const kind = node?.exprKind;
  if (kind?.case === 'listExpr')
    return Math.max(kind.value.elements.length, ...kind.value.elements.map((each) => sizeOf(each, 0)));
  if (kind?.case === 'comprehensionExpr') return sizeOf(kind.value.iterRange, longest);
  if (kind?.case === 'callExpr' && kind.value.function === '_+_')
    return kind.value.args.reduce((sum, each) => sum + sizeOf(each, longest), 0);
  if (kind?.case === 'callExpr' && kind.value.function === '_?_:_')
    return Math.max(...kind.value.args.map((each) => sizeOf(each, longest)));
  return longest;
}

/** The longest list of the facts. */
export function longestIn(fact: Fact): number {
  if (Array.isArray(fact)) return Math.max(fact.length, ...fact.slice(0, 3).map(longestIn));
  if (fact === null || typeof fact !== 'object' || fact instanceof Map) return 0;
  return Math.max(0, ...Object.values(fact).map(longestIn));
}

/** The offset of the bracket that goes too deep; brackets in text count as well, which nobody needs. */
export function tooNested(text: string): number | undefined {
  let depth = 0;
  for (const [offset, char] of [...text].entries()) {
    if ('([{'.includes(char)) depth += 1;
    if (')]}'.includes(char)) depth -= 1;
    if (depth > DEEPEST) return offset;
  }
  return undefined;
}
