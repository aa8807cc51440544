import type { Facts } from './facts.ts';
import { below, type Expr, lookedUp } from './names.ts';
import { decidedParts } from './parts.ts';
import { samplesFor } from './samples.ts';
import { longestIn, MOST_WORK, NOMINAL, tooNested, workOf } from './work.ts';

type Cel = typeof import('@bufbuild/cel');

/** What is wrong with an expression, and from which of its characters on. */
export type Problem = { readonly message: string; readonly offset: number };

/** What evaluating said: only a plain `true` or `false` is an answer. */
type Answer = { readonly holds: boolean } | { readonly problem: Problem };

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
      return (facts) => answerOf(cel, () => run(facts), text, placed);
    } catch (error) {
      const problem = placed(said(error), node.id);
      return () => ({ problem });
    }
  };
  // A part may rest on a label that another part has made sure of.
  const labelled = new Map([...fieldsIn(expr).map((name) => [name, ''] as const), ...labels]);
  const [wider = {}] = samplesFor(labelled, limit);
  for (const { node, mustDecide, facts } of decidedParts(expr, wider, (node, facts) =>
    partOf(cel, env, node, facts),
  )) {
    // Everything is there in this sample: what fails on it would fail whenever it is asked.
    const answer = partOf(cel, env, node, facts);
    if (cel.isCelError(answer)) return placed(`${said(answer)}.`, answer.exprId ?? node.id);
    if (mustDecide && typeof answer !== 'boolean')
      return placed('Only what is true or false can be joined with &&, || and ?.', node.id);
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
  text: string,
  placed: (message: string, id: bigint | undefined) => Problem,
): Answer {
  try {
    const value = run();
    if (cel.isCelError(value))
      return { problem: placed(`${withoutValues(said(value), text)}.`, value.exprId) };
    if (value === true || value === false) return { holds: value };
    return { problem: placed('The expression must be true or false, and it is something else.', undefined) };
  } catch (error) {
    return { problem: placed(`${withoutValues(said(error), text)}.`, undefined) };
  }
}

/** What is not there may be asked for by the name of a person: only what the expression itself names is quoted. */
function withoutValues(message: string, text: string): string {
  const [, asked] = /^field not found: (.*)$/s.exec(message) ?? [];
  return asked === undefined || text.includes(asked) ? message : 'field not found';
}

function partOf(cel: Cel, env: ReturnType<Cel['celEnv']>, node: Expr, facts: Facts): unknown {
  try {
    return cel.plan(env, node)(facts);
  } catch (error) {
    return cel.isCelError(error) ? error : undefined;
  }
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
