import type { Finding, Position } from '../core/finding.ts';
import { GUARDRAIL, type Guard, type Judged } from '../core/guardrail.ts';
import { inForce } from '../core/state.ts';
import type { WrittenGuardrail } from '../policy/types.gen.ts';
import type { Compiled, Problem } from './compile.ts';
import { type Facts, factsOf } from './facts.ts';

/** A rule with its expression compiled, and where it stands. */
export type Opened = {
  readonly rule: WrittenGuardrail;
  readonly holds: Compiled;
  readonly at?: Position;
  /** Where in the file a character of its expression stands. */
  readonly placeOf: (offset: number) => Position | undefined;
};

/** The rules of a repository as one guard. */
export function guardOf(opened: readonly Opened[]): Guard {
  return (judged) => {
    const facts = factsOf(judged);
    const said = opened
      .filter(({ rule }) => isSelected(rule, judged.plan.policy.tenant.labels))
      .map((each) => judge(each, facts, judged));
    return {
      findings: said.flatMap(({ findings }) => findings),
      approvals: Math.max(0, ...said.map(({ approvals }) => approvals)),
    };
  };
}

/** Whether a tenant has all the labels a rule asks for. */
function isSelected({ when = {} }: WrittenGuardrail, labels: { readonly [label: string]: string }): boolean {
  return Object.entries(when).every(([label, wanted]) => {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
    return value !== undefined && [wanted].flat().includes(value);
  });
}

const PASSED = { findings: [], approvals: 0 } as const;

function judge({ rule, holds, at, placeOf }: Opened, facts: Facts, judged: Judged) {
  const said = { rule: `${GUARDRAIL}${rule.id}`, ...(at === undefined ? {} : { at }) };
  const evaluated = (limit: number | undefined) =>
    holds(limit === undefined ? facts : { ...facts, limit: BigInt(limit) });
  const answer = evaluated(rule.limit);
  if ('problem' in answer) return unevaluated(rule, answer.problem, placeOf);
  if (answer.holds) return PASSED;
  const message = `${rule.message.replace(/\.?$/, '.')} (${limitWords(rule)}${rule.owner} answers for this guardrail)`;
  if (rule.approvals !== undefined) {
    const needs = `${message} It takes ${rule.approvals} ${rule.approvals === 1 ? 'approval' : 'approvals'}.`;
    const finding: Finding = { ...said, severity: rule.severity, message: needs };
    return { findings: [finding], approvals: rule.approvals };
  }
  if (rule.severity !== 'error' || rule.exceptable === false) {
    const fix = `Change the policy so that it keeps the rule, or talk to ${rule.owner}: no exception can be made.`;
    const finding: Finding = { ...said, severity: rule.severity, message, fix };
    return { findings: [finding], approvals: 0 };
  }
  const { policy } = judged.plan;
  const exception = policy.exceptions.find(
    (each) => each.rule === said.rule && inForce(each, judged.day) && covers(evaluated, rule, each.limit),
  );
  if (exception !== undefined) {
    const waived = { reason: exception.reason, until: exception.until };
    return { findings: [{ ...said, severity: 'warning', message, waived } satisfies Finding], approvals: 0 };
  }
  const enough = rule.limit === undefined ? undefined : justEnough(evaluated, facts, rule.limit);
  const finding: Finding = {
    ...said,
    severity: 'error',
    message,
    fix: `Change the policy so that it keeps the rule; if ${rule.owner} agrees, add an exceptions entry for ${said.rule}${enough === undefined ? '' : ` with limit: ${enough}`} to it.`,
    ...(rule.limit !== undefined && enough === undefined
      ? {}
      : { waivable: enough === undefined ? {} : { limit: enough } }),
  };
  return { findings: [finding], approvals: 0 };
}

type Evaluated = (limit: number | undefined) => ReturnType<Compiled>;

/** A rule with a number is raised, not switched off: it must hold with the number of the exception. */
function covers(evaluated: Evaluated, rule: WrittenGuardrail, limit: number | undefined): boolean {
  if (rule.limit === undefined) return true;
  if (limit === undefined) return false;
  const answer = evaluated(limit);
  return 'holds' in answer && answer.holds;
}

/** The smallest of the numbers that such rules count which would be enough; undefined where none is. */
function justEnough(evaluated: Evaluated, facts: Facts, limit: number): number | undefined {
  const { impact, plan, recentLosses } = facts;
  const sizes = [impact, plan].flatMap((each) =>
    each !== null && typeof each === 'object'
      ? Object.values(each).flatMap((value) => (Array.isArray(value) ? [value.length] : []))
      : [],
  );
  const earlier = Number(recentLosses);
  const numbers = [...sizes, ...sizes.map((size) => size + earlier)].filter((number) => number > limit);
  return [...new Set(numbers)]
    .sort((a, b) => a - b)
    .find((number) => covers(evaluated, { limit } as WrittenGuardrail, number));
}

function limitWords({ limit }: WrittenGuardrail): string {
  return limit === undefined ? '' : `the limit is ${limit}; `;
}

/** Nobody can say whether the rule is kept: refused whatever its severity, and nothing waives it. */
function unevaluated(
  { id, owner }: WrittenGuardrail,
  { message, offset }: Problem,
  placeOf: Opened['placeOf'],
): { findings: readonly Finding[]; approvals: number } {
  const at = placeOf(offset);
  const finding: Finding = {
    rule: `${GUARDRAIL}${id}`,
    severity: 'error',
    message: `The guardrail cannot be evaluated for this tenant: ${message}`,
    fix: `Have ${owner} correct its expression in guardrails.yaml.`,
    ...(at === undefined ? {} : { at }),
  };
  return { findings: [finding], approvals: 0 };
}
