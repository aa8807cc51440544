import { expect } from 'vitest';
import { wingtip } from '../../../src/sandbox/tenants/wingtip.ts';
import type { Scenario } from '../run.ts';

export const scenario: Scenario = {
  tenant: wingtip,
  policies: 'repository',
  plan: 'changes',
  outcome: 'partly applied',
  again: 'changes',
  check: ({ report, planned }) => {
    expect(planned.steps[0]?.group).toBe('visibility');
    const [first, ...rest] = planned.steps.filter(({ group }) => group !== 'visibility');
    expect(first?.group).toBe('grant');
    expect(rest.map(({ group }) => group)).toContain('require-assignment');
    expect(report.tenants[0]?.steps.at(-1)?.result).toBe('failed');
    expect(report.tenants[0]?.problem?.message).toContain('not effective');
  },
};
