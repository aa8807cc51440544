import { contoso } from '../../../src/sandbox/tenants/contoso.ts';
import type { Scenario } from '../run.ts';

export const scenario: Scenario = {
  tenant: contoso,
  policies: 'repository',
  plan: 'unchanged',
  outcome: 'nothing to do',
};
