import type { Facts } from './facts.ts';
import { below, type Expr } from './names.ts';

/** A part of an expression with the facts it sees; `mustDecide`: it has to be true or false. */
export type Part = { readonly node: Expr; readonly mustDecide: boolean; readonly facts: Facts };

/** Operators where one side can decide, so that an error of the other one does not show. */
const DECIDING = ['_&&_', '_||_', '_?_:_'];

/**
 * The parts that another part can decide for, so that trying the whole would not show what is wrong with them; inside
 * of a loop with the first of the items it goes through.
 */
export function decidedParts(
  expr: Expr,
  facts: Facts,
  evaluated: (node: Expr, facts: Facts) => unknown,
): readonly Part[] {
  const { exprKind } = expr;
  if (exprKind.case === 'comprehensionExpr') {
    const { iterRange, iterVar, accuVar, accuInit, loopStep } = exprKind.value;
    const outside = iterRange === undefined ? [] : decidedParts(iterRange, facts, evaluated);
    if (iterRange === undefined || accuInit === undefined || loopStep === undefined) return outside;
    const item = firstOf(evaluated(iterRange, facts));
    if (item === undefined) return outside;
    const inside = { ...facts, [iterVar]: item, [accuVar]: evaluated(accuInit, facts) } as Facts;
    return [...outside, ...decidedParts(loopStep, inside, evaluated)];
  }
  const inner = below(expr).flatMap((node) => decidedParts(node, facts, evaluated));
  const name = exprKind.case === 'callExpr' ? exprKind.value.function : '';
  if (!DECIDING.includes(name)) return inner;
  const mustDecide = (index: number) => name !== '_?_:_' || index === 0;
  return [...inner, ...below(expr).map((node, index) => ({ node, mustDecide: mustDecide(index), facts }))];
}

function firstOf(list: unknown): unknown {
  if (list === null || typeof list !== 'object' || !(Symbol.iterator in list)) return undefined;
  for (const item of list as Iterable<unknown>) return item;
  return undefined;
}
