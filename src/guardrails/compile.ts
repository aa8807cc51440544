import type { Facts } from './facts.ts';
import { below, type Expr, lookedUp } from './names.ts';
import { samplesFor } from './samples.ts';
import { longestIn, MOST_WORK, NOMINAL, tooNested, workOf } from './work.ts';

type Cel = typeof import('@bufbuild/cel');

/** What is wrong with an expression, and from which of its characters on. */
export type Problem = { readonly message: string; readonly offset: number };

/** What evaluating said: only a plain `true` or `false` is an answer. */
export type Answer = { readonly holds: boolean } | { readonly problem: Problem };

/** An expression that passed every check at load, ready to be evaluated. */
export type Compiled = (facts: Facts) => Answer;

/**
 * Checks an expression and tries it on samples of everything it can be given: syntax, names, fields, functions, types,
 * the kind of its result, and how much work it can be. Never throws.
 * @param labels those of the tenants it is for.
 */
export function compile(
  cel: Cel,
  text: string,
  labels: ReadonlyMap<string, string>,
  limit: number | undefined,
): Compiled | Problem {
  const nested = tooNested(text);
  if (nested !== undefined) return { message: 'Brackets are nested too deep.', offset: nested };
  const parsed = parsedBy(cel, text);
  if ('offset' in parsed) return parsed;
  const { expr, offsets } = parsed;
  const placed = (message: string, id: bigint | undefined): Problem => ({
    message,
    offset: offsets[String(id ?? expr.id)] ?? 0,
  });
  const samples = samplesFor(labels, limit);
  const { flaws, lists } = lookedUp(expr, samples[0] ?? {});
  const [flaw] = flaws;
  if (flaw !== undefined) return placed(flaw.message, flaw.node.id);
  if (workOf(expr, NOMINAL, lists) > MOST_WORK)
    return placed(
      'The expression is too much work where many people are concerned: it goes through lists inside lists.',
      expr.id,
    );
  const env = cel.celEnv();
  const planned = (node: Expr): Compiled => {
    // What the library cannot even plan, it throws; what it cannot evaluate, it returns.
    try {
      const run = cel.plan(env, node);
      return (facts) => answerOf(cel, () => run(facts), placed);
    } catch (error) {
      const problem = placed(said(error), node.id);
      return () => ({ problem });
    }
  };
  // A part may rest on a label that another part has made sure of.
  const wider = samplesFor(new Map([...fieldsIn(expr).map((name) => [name, ''] as const), ...labels]), limit);
  for (const node of decidedParts(expr)) {
    const answers = wider.map((sample) => partOf(cel, env, node, sample));
    const wrong = answers.every((answer) => cel.isCelError(answer)) ? answers[0] : undefined;
    if (cel.isCelError(wrong)) return placed(`${said(wrong)}.`, wrong.exprId ?? node.id);
  }
  const run = planned(expr);
  for (const sample of samples) {
    const answer = run(sample);
    if ('problem' in answer) return answer.problem;
  }
  return (facts) => {
    if (workOf(expr, longestIn(facts), lists) > MOST_WORK)
      return { problem: placed('The expression is too much work for this many people.', expr.id) };
    return run(facts);
  };
}

function parsedBy(
  cel: Cel,
  text: string,
): { readonly expr: Expr; readonly offsets: { readonly [id: string]: number } } | Problem {
  try {
    const { expr, sourceInfo } = cel.parse(text);
    return { expr, offsets: sourceInfo?.positions ?? {} };
  } catch (error) {
    return { message: `This is no CEL expression: ${said(error)}.`, offset: offsetOf(error) };
  }
}

function offsetOf(error: unknown): number {
  const location = error instanceof Error && 'location' in error ? error.location : undefined;
  const start =
    location !== null && typeof location === 'object' && 'start' in location ? location.start : undefined;
  const offset = start !== null && typeof start === 'object' && 'offset' in start ? start.offset : undefined;
  return typeof offset === 'number' ? offset : 0;
}

/** The library returns its errors, and they are truthy: an answer is `true`, `false`, or a problem. */
function answerOf(
  cel: Cel,
  run: () => unknown,
  placed: (message: string, id: bigint | undefined) => Problem,
): Answer {
  try {
    const value = run();
    if (cel.isCelError(value)) return { problem: placed(`${said(value)}.`, value.exprId) };
    if (value === true || value === false) return { holds: value };
    return { problem: placed('The expression must be true or false, and it is something else.', undefined) };
  } catch (error) {
    return { problem: placed(`${said(error)}.`, undefined) };
  }
}

function partOf(cel: Cel, env: ReturnType<Cel['celEnv']>, node: Expr, facts: Facts): unknown {
  try {
    return cel.plan(env, node)(facts);
  } catch (error) {
    return cel.isCelError(error) ? error : undefined;
  }
}

/** The parts that another part can decide for, so that trying the whole would not show what is wrong with them. */
function decidedParts(expr: Expr): readonly Expr[] {
  if (expr.exprKind.case === 'comprehensionExpr') return below(expr).slice(0, 1).flatMap(decidedParts);
  const inner = below(expr).flatMap(decidedParts);
  const decides =
    expr.exprKind.case === 'callExpr' && ['_&&_', '_||_', '_?_:_'].includes(expr.exprKind.value.function);
  return decides ? [...inner, ...below(expr)] : inner;
}

/** Every field that is named anywhere. */
function fieldsIn(expr: Expr): readonly string[] {
  const { exprKind } = expr;
  const own = exprKind.case === 'selectExpr' ? [exprKind.value.field] : [];
  return [...own, ...below(expr).flatMap(fieldsIn)];
}

function said(error: unknown): string {
  const message = error instanceof Error ? error.message : 'It cannot be evaluated';
  return message
    .replace(/^<input>:\d+:\d+: /, '')
    .replace(/\.$/, '')
    .slice(0, 200);
}
