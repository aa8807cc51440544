import type { Finding, Position } from '../core/finding.ts';
import { GUARDRAIL, type Guard } from '../core/guardrail.ts';
import { canonical } from '../core/json.ts';
import type { Desired, TenantPolicy } from '../core/state.ts';
import { parseDocument } from './document.ts';
import type { SourceFile } from './layout.ts';
import { checkShape } from './schema.ts';
import type { WrittenGuardrail } from './types.gen.ts';

/** A guardrails.yaml whose shape is right; its expressions have not been looked at. */
export type WrittenGuardrails = {
  readonly rules: readonly WrittenGuardrail[];
  /** The text of the file; empty where it is not at hand. */
  readonly text: string;
  /** Where a rule stands (`/guardrails/0`), and where a value behind its key does. */
  readonly at: (pointer: string) => Position;
  readonly valueAt: (pointer: string) => Position;
};

/** Bytes → rules, or the findings that say why there are none. What a missing file says was said by its reader. */
export function readGuardrails({ file, bytes }: SourceFile): {
  readonly written?: WrittenGuardrails;
  readonly findings: readonly Finding[];
} {
  if (bytes === undefined) return { findings: [] };
  const { document, findings } = parseDocument(file, bytes);
  if (document === undefined) return { findings };
  const { content, findings: said } = checkShape('guardrails', document);
  if (content === undefined) return { findings: said.slice(0, 100) };
  const written = {
    rules: content.guardrails,
    text: new TextDecoder().decode(bytes),
    at: document.at,
    valueAt: document.valueAt,
  };
  const wrong = meaning(written);
  return wrong.length > 0 ? { findings: wrong } : { written, findings: [] };
}

/** duplicate-guardrail, guardrail-approvals. */
function meaning({ rules, valueAt }: WrittenGuardrails): readonly Finding[] {
  return rules.flatMap(({ id, severity, approvals, exceptable }, index): readonly Finding[] => {
    const say = (rule: string, key: string, message: string, fix: string): Finding => ({
      rule,
      severity: 'error',
      message,
      fix,
      at: valueAt(`/guardrails/${index}/${key}`),
    });
    return [
      ...(rules.findIndex((other) => other.id === id) < index
        ? [say('duplicate-guardrail', 'id', `There are two guardrails \`${id}\`.`, 'Give one another id.')]
        : []),
      ...(approvals !== undefined && severity === 'error'
        ? [
            say(
              'guardrail-approvals',
              'severity',
              'A guardrail that asks for approvals refuses nothing by itself.',
              'Write severity: warning, or remove `approvals`.',
            ),
          ]
        : []),
      ...(approvals !== undefined && exceptable === true
        ? [
            say(
              'guardrail-approvals',
              'exceptable',
              'No exception can be made from a guardrail that asks for approvals: it would lower its own review.',
              'Remove `exceptable`.',
            ),
          ]
        : []),
    ];
  });
}

/** The rules as text that is equal where they say the same, and from which they can be opened again. */
export function guardrailsText({ rules }: Pick<WrittenGuardrails, 'rules'>): string {
  return spelled(rules);
}

function spelled(value: WrittenGuardrail | readonly WrittenGuardrail[]): string {
  return canonical(JSON.parse(JSON.stringify(value)));
}

/** Guardrails that nobody could open: no plan that changes anything passes them. */
export const UNOPENED: Guard = ({ plan }) => ({
  findings: plan.steps.length === 0 ? [] : [NOT_READ],
  approvals: 0,
});

const NOT_READ: Finding = {
  rule: 'guardrails-broken',
  severity: 'error',
  message: 'The guardrails of this repository cannot be read, so nobody can say what they forbid.',
  fix: 'Correct guardrails.yaml (`iosmail validate`).',
};

/** guardrails-changed: what a proposal does to the rules that it is itself not judged by. */
export function guardrailsChanged(
  before: WrittenGuardrails | 'broken' | undefined,
  now: WrittenGuardrails | 'broken' | undefined,
  file: string,
): readonly Finding[] {
  if (before === 'broken' || now === 'broken') return [];
  const [old, next] = [before, now].map(
    (each) => new Map(each?.rules.map((rule) => [rule.id, spelled(rule)])),
  ) as [Map<string, string>, Map<string, string>];
  const named = (word: string, ids: readonly string[]) =>
    ids.length === 0 ? [] : [`${word} ${ids.join(', ')}`];
  const said = [
    ...named(
      'removes',
      [...old.keys()].filter((id) => !next.has(id)),
    ),
    ...named(
      'changes',
      [...next].flatMap(([id, text]) => (old.has(id) && old.get(id) !== text ? [id] : [])),
    ),
    ...named(
      'adds',
      [...next.keys()].filter((id) => !old.has(id)),
    ),
  ];
  if (said.length === 0) return [];
  return [
    {
      rule: 'guardrails-changed',
      severity: 'warning',
      message: `This pull request changes the guardrails: it ${said.join(', ')}. It is judged by those of its base, too.`,
      at: { file, line: 1, column: 1 },
    },
  ];
}

/** Tenants that labels-changed names. */
const NAMED = 5;

/** labels-changed: which guardrails count for a tenant is changed by its labels, too, and said as well. */
export function labelsChanged(
  guardrails: WrittenGuardrails | 'broken' | undefined,
  tenants: readonly TenantPolicy[],
  before: ReadonlyMap<string, TenantPolicy>,
): readonly Finding[] {
  if (guardrails === undefined) return [];
  const changed = tenants.flatMap(({ desired: { tenant } }) => {
    const was = before.get(tenant.id)?.desired.tenant;
    if (was === undefined) return [];
    const of = (labels: Desired['tenant']['labels'], label: string) =>
      Object.hasOwn(labels, label) ? labels[label] : 'none';
    const labels = [...new Set([...Object.keys(was.labels), ...Object.keys(tenant.labels)])].sort();
    const moves = [
      ...(was.name === tenant.name ? [] : [`name ${was.name} → ${tenant.name}`]),
      ...labels.flatMap((label) => {
        const [old, now] = [of(was.labels, label), of(tenant.labels, label)];
        return old === now ? [] : [`${label} ${old} → ${now}`];
      }),
    ];
    return moves.length === 0 ? [] : [{ ...tenant, moves: moves.join(', ') }];
  });
  const [first] = changed;
  if (first === undefined) return [];
  const shown = changed.slice(0, NAMED).map(({ name, moves }) => `${name} (${moves})`);
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : '';
  return [
    {
      rule: 'labels-changed',
      severity: 'warning',
      message: `This pull request changes by which name and labels guardrails are chosen for ${shown.join('; ')}${more}. It is judged by the former ones, too.`,
    },
  ];
}

/** The ids that exceptions can name, and whether they need a number. */
export function exceptableGuardrails(
  written: WrittenGuardrails | 'broken' | undefined,
): ReadonlyMap<string, { readonly limit: boolean }> {
  if (written === undefined || written === 'broken') return new Map();
  return new Map(
    written.rules
      .filter(({ approvals, exceptable }) => approvals === undefined && exceptable !== false)
      .map(({ id, limit }) => [`${GUARDRAIL}${id}`, { limit: limit !== undefined }]),
  );
}
