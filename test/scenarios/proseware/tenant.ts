import { expect } from 'vitest';
import { proseware } from '../../../src/sandbox/tenants/proseware.ts';
import type { Scenario } from '../run.ts';

export const scenario: Scenario = {
  tenant: proseware,
  policies: 'repository',
  plan: 'unchanged',
  outcome: 'nothing to do',
  check: ({ planned }) => {
    expect(planned.findings.map(({ rule, severity }) => `${severity} ${rule}`)).toContain(
      'warning unreadable',
    );
    expect(planned.findings.map(({ message }) => message).join()).toContain('unknown, not "none"');
  },
};
