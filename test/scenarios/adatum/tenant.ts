import { expect } from 'vitest';
import { ADATUM_NOTES, ADATUM_TAGS, adatum } from '../../../src/sandbox/tenants/adatum.ts';
import { appleApp } from '../levels.ts';
import type { Scenario } from '../run.ts';

export const scenario: Scenario = {
  tenant: adatum,
  policies: 'repository',
  plan: 'changes',
  outcome: 'applied',
  check: ({ tenant }) => {
    expect(appleApp(tenant)?.tags).toEqual(expect.arrayContaining([...ADATUM_TAGS, 'HideApp']));
    expect(appleApp(tenant)?.notes).toBe(ADATUM_NOTES);
    expect(appleApp(tenant)?.displayName).toBe('iOS Accounts');
  },
};
