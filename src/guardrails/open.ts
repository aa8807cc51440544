import type { Finding, Position } from '../core/finding.ts';
import type { Guard } from '../core/guardrail.ts';
import { restsOnBroken } from '../policy/fleet.ts';
import { UNOPENED, type WrittenGuardrails } from '../policy/guardrails.ts';
import { inOrder, type LoadedPolicies } from '../policy/policies.ts';
import { CAUTIOUS } from '../policy/settings.ts';
import type { WrittenGuardrail } from '../policy/types.gen.ts';
import { compile } from './compile.ts';
import { guardOf, type Opened } from './guard.ts';
import { placeIn } from './place.ts';

/** Guardrails ready to judge; with findings, some expression is wrong and nothing passes. */
export type OpenedGuardrails = { readonly guard: Guard; readonly findings: readonly Finding[] };

/** Compiles every expression and tries it on samples; what is wrong is told with its place. Never throws. */
export async function openGuardrails(written: WrittenGuardrails): Promise<OpenedGuardrails> {
  const { rules, text, at, valueAt } = written;
  if (rules.length === 0) return { guard: guardOf([]), findings: [] };
  const cel = await import('@bufbuild/cel');
  const findings: Finding[] = [];
  const opened = rules.flatMap((rule, index): readonly Opened[] => {
    const place = (offset: number): Position =>
      placeIn(text, rule.require, offset, valueAt(`/guardrails/${index}/require`));
    const compiled = compile(cel, rule.require, labelsOf(rule), rule.limit);
    if (typeof compiled === 'function')
      return [{ rule, holds: compiled, at: at(`/guardrails/${index}`), placeOf: place }];
    findings.push(wrong(rule, compiled.message, place(compiled.offset)));
    return [];
  });
  return findings.length > 0 ? { guard: UNOPENED, findings } : { guard: guardOf(opened), findings: [] };
}

/** Opens the guardrails of loaded policies; where they are wrong, no tenant can be planned. */
export async function withGuardrails(loaded: LoadedPolicies): Promise<LoadedPolicies> {
  const { guardrails, tenants, broken } = loaded;
  if (guardrails === undefined || guardrails === 'broken') return loaded;
  const { guard, findings } = await openGuardrails(guardrails);
  if (findings.length === 0) return { ...loaded, tenants: tenants.map((policy) => ({ ...policy, guard })) };
  const names = tenants.map(({ desired }) => desired.tenant.name);
  const { file } = guardrails.at('');
  const all = [...findings, ...(names.length === 0 ? [] : [restsOnBroken('guardrails-broken', file, names)])];
  return {
    ...loaded,
    tenants: [],
    settings: CAUTIOUS,
    guardrails: 'broken',
    broken: [...broken, ...names].sort(),
    findings: inOrder([...loaded.findings, ...all]),
  };
}

/** The guardrails that stood at an earlier commit, from their text; where each rule stood is not known any more. */
export async function guardFrom(text: string | undefined): Promise<Guard | undefined> {
  if (text === undefined) return undefined;
  const rules: readonly WrittenGuardrail[] = JSON.parse(text);
  const nowhere = { file: 'guardrails.yaml', line: 1, column: 1 };
  const { guard } = await openGuardrails({ rules, text: '', at: () => nowhere, valueAt: () => nowhere });
  return guard;
}

/** The labels a sample tenant has: those the rule asks for. */
function labelsOf({ when = {} }: WrittenGuardrail): ReadonlyMap<string, string> {
  return new Map(Object.entries(when).map(([label, value]) => [label, [value].flat()[0] ?? '']));
}

function wrong({ id, owner }: WrittenGuardrail, message: string, at: Position): Finding {
  return {
    rule: 'guardrail-expression',
    severity: 'error',
    message: `Guardrail \`${id}\`: ${message}`,
    fix: `Correct the expression, or have ${owner} do it; docs/guardrails.md says what it may name.`,
    at,
  };
}
