import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** What an expression can see: `github`, `vars`, `needs` and so on, as JSON. */
export type Contexts = { readonly [name: string]: unknown };
/** How the jobs or steps so far ended, for success() and its like. */
export type Status = { readonly failed: boolean; readonly skipped: boolean };

const NAMES = ['github', 'vars', 'secrets', 'inputs', 'needs', 'steps', 'env', 'job', 'runner'];
const STATUS = /\b(success|failure|always|cancelled)\s*\(/;

/** Evaluates one expression with GitHub's own evaluator. No run is ever cancelled here. */
function evaluate(expression: string, contexts: Contexts, status: Status): data.ExpressionData {
  const says = (name: string, value: boolean) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  });
  const functions = [
    says('success', !status.failed && !status.skipped),
    says('failure', status.failed),
    says('always', true),
    says('cancelled', false),
  ];
  const parsed = new Parser(new Lexer(expression).lex().tokens, NAMES, functions).parse();
  const known = new data.Dictionary(
    ...NAMES.map((key) => ({ key, value: JSON.parse(JSON.stringify(contexts[key] ?? {}), data.reviver) })),
  );
  return new Evaluator(parsed, known, new Map(functions.map((each) => [each.name, each]))).evaluate();
}

/** Whether a job or step runs: without a status function of its own, only after success. */
export function holds(condition: string | boolean | undefined, contexts: Contexts, status: Status): boolean {
  const text = String(condition ?? 'success()').trim();
  const bare = /^\$\{\{([\s\S]*)\}\}$/.exec(text)?.[1] ?? text;
  const whole = STATUS.test(bare) ? bare : `success() && (${bare})`;
  return truthy(evaluate(whole, contexts, status));
}

/** A text with every `${{ }}` in it replaced by its value. */
export function filled(text: string, contexts: Contexts, status: Status): string {
  return text.replaceAll(/\$\{\{([\s\S]*?)\}\}/g, (_all, expression: string) =>
    evaluate(expression, contexts, status).coerceString(),
  );
}

/** All values of a mapping, filled in. */
export function filledIn(
  mapping: { readonly [name: string]: unknown } | undefined,
  contexts: Contexts,
  status: Status,
): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(mapping ?? {}).map(([name, value]) => [name, filled(String(value), contexts, status)]),
  );
}

/** GitHub's rule: false, 0, the empty text and null are false. */
function truthy(value: data.ExpressionData): boolean {
  if (
    value instanceof data.BooleanData ||
    value instanceof data.NumberData ||
    value instanceof data.StringData
  )
    return Boolean(value.value);
  return !(value instanceof data.Null);
}
