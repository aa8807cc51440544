import type { Plan, Proposal, TenantPlan } from '../../../src/core/plan.ts';
import { CONTOSO, planOf } from './example-plan.ts';

export const HEAD = 'c0ffee'.repeat(6).padEnd(40, '0');
const BASE = 'ba5e'.repeat(10);

export const ABOUT = {
  version: '0.1.0',
  run: { url: 'https://github.example/contoso/mail/actions/runs/77' },
  artifact: 'iosmail-plan',
  approvals: 1,
};

/** A plan as one for a pull request. */
export function proposed(tenants: Plan['tenants'], proposal: Partial<Proposal> = {}): Plan {
  return {
    ...planOf(...tenants),
    proposal: {
      base: BASE,
      head: HEAD,
      readAt: '2026-11-24T09:00:00.000Z',
      noLongerManaged: [],
      untouched: 0,
      findings: [],
      ...proposal,
    },
  };
}

const OPEN = { ...CONTOSO.policy.application, assignmentRequired: false };

/** The tenant once more, its policy opened to one group by this pull request. */
export function caused(plan: TenantPlan = CONTOSO): TenantPlan {
  return {
    ...plan,
    policyBefore: {
      ...plan.policy,
      application: OPEN,
      assignments: { groups: 'unmanaged', users: 'unmanaged' },
    },
    steps: plan.steps.map((step) => ({
      ...step,
      changes: step.changes.map((change) => ({ ...change, cause: 'this pull request' as const })),
    })),
  };
}

/** Many tenants, of which every tenth narrows, every seventh is neutral, the rest widen. */
export function fleet(size: number): readonly TenantPlan[] {
  return Array.from({ length: size }, (_, at) => {
    const name = `tenant-${String(at + 1).padStart(4, '0')}`;
    const id = `8f1c6a50-0f5c-4c2c-9c47-${String(at).padStart(12, '0')}`;
    const effect = at % 10 === 0 ? 'narrows' : at % 7 === 0 ? 'neutral' : 'widens';
    const { impact } = CONTOSO;
    const lose = effect === 'narrows' ? impact.lose : [];
    const gain = effect === 'widens' ? impact.gain : [];
    const plan = caused(CONTOSO);
    return {
      ...plan,
      tenant: { name, id, cloud: 'global' as const },
      effect,
      impact: { ...impact, gain, lose, everyoneElse: { before: 'none' as const, after: 'none' as const } },
      findings: at % 10 === 0 ? plan.findings : [],
    };
  });
}

/** The first change from this pull request, the second drift, the third an entry that ended. */
export function mixed(causes: readonly ('this pull request' | 'drift' | 'expiring')[]): TenantPlan {
  const plan = caused();
  return {
    ...plan,
    steps: plan.steps.map((step, at) => ({
      ...step,
      changes: step.changes.map((change) => ({ ...change, cause: causes[at % causes.length] ?? 'drift' })),
    })),
  };
}
