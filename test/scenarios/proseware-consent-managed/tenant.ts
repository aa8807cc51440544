import { expect } from 'vitest';
import { proseware } from '../../../src/sandbox/tenants/proseware.ts';
import type { Scenario } from '../run.ts';

export const scenario: Scenario = {
  tenant: proseware,
  plan: 'refused',
  outcome: 'failed',
  check: ({ planned }) => {
    const [finding] = planned.findings.filter(({ severity }) => severity === 'error');
    expect(finding?.rule).toBe('unreadable');
    expect(finding?.fix).toContain('Policy.Read.All');
  },
};
