import { readFileSync } from 'node:fs';
import { readPlan } from '../../../src/apply/read-plan.ts';
import type { Guarding } from '../../../src/core/guardrail.ts';
import { type Impact, isFailed, type Person, type TenantPlan } from '../../../src/core/plan.ts';
import type { Desired } from '../../../src/core/state.ts';
import { openGuardrails } from '../../../src/guardrails/open.ts';
import { readGuardrails } from '../../../src/policy/guardrails.ts';

export const DAY = '2026-11-24';

const text = readFileSync(new URL('../../scenarios/swap-groups/plan.json', import.meta.url), 'utf8');
const [made] = readPlan(text).tenants.filter((tenant): tenant is TenantPlan => !isFailed(tenant));
if (made === undefined) throw new Error('no plan');

const NOBODY: Impact = {
  gain: [],
  lose: [],
  retain: [],
  unknown: [],
  everyoneElse: { before: 'none', after: 'none' },
  unread: [],
};

export function people(...names: readonly string[]): readonly Person[] {
  return names.map((name) => ({
    id: `id-${name}`,
    name: `${name}@contoso.example`,
    via: ['assigned directly'],
  }));
}

export function many(count: number): readonly Person[] {
  return people(...Array.from({ length: count }, (_, index) => `person${index}`));
}

export type Case = {
  readonly labels?: { readonly [label: string]: string };
  readonly impact?: Partial<Impact>;
  readonly policy?: Partial<Desired>;
  readonly plan?: Partial<TenantPlan>;
  readonly losses?: readonly string[];
  readonly day?: string;
};

/** A plan with changes that moves nobody, but for what a case says. */
export function planFor({ labels = {}, impact = {}, policy = {}, plan = {} }: Case = {}): TenantPlan {
  const desired = made?.policy as Desired;
  return {
    ...(made as TenantPlan),
    status: 'changes',
    effect: 'neutral',
    findings: [],
    ...plan,
    impact: { ...NOBODY, ...impact },
    policy: { ...desired, ...policy, tenant: { ...desired.tenant, labels } },
  };
}

/** What a file of guardrails says about a plan; throws where the file is wrong. */
export async function judged(yaml: string, about: Case = {}): Promise<Guarding> {
  const { guard, findings } = await opened(yaml);
  if (findings.length > 0) throw new Error(JSON.stringify(findings));
  return guard({
    plan: planFor(about),
    recentLosses: new Set(about.losses ?? []),
    day: about.day ?? DAY,
  });
}

/** A file of guardrails, opened: with all that is wrong with it. */
export async function opened(yaml: string) {
  const file = {
    name: 'guardrails',
    file: 'policies/guardrails.yaml',
    bytes: new TextEncoder().encode(yaml),
  };
  const { written, findings } = readGuardrails(file);
  return written === undefined
    ? { guard: () => ({ findings, approvals: 0 }), findings }
    : await openGuardrails(written);
}

/** One guardrail with this expression. */
export function rule(require: string, more = ''): string {
  return `guardrails:\n  - id: sample\n    severity: error\n    message: Not so.\n    owner: us\n    require: ${JSON.stringify(require)}\n${more}`;
}
