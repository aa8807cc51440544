/** Tenants, people and policies for the rules that look at the whole change. */
import type { Finding } from '../../../src/core/finding.ts';
import type { Desired } from '../../../src/core/state.ts';
import { planTenant } from '../../../src/planning/plan-tenant.ts';
import type { Directory, Scope, Tenant } from './oracle.ts';
import { DAY } from './plan-groups.ts';
import { type Manners, policy, reader } from './tenant-double.ts';

export const BOTH: readonly Scope[] = ['EAS', 'EWS'];
export const people = (count: number) =>
  Array.from({ length: count }, (_, i) => `p${String(i).padStart(3, '0')}`);
export const upn = (id: string) => `${id}@contoso.example`;
export const directory = (
  ids: readonly string[],
  members: Record<string, readonly string[]> = {},
): Directory => ({
  people: ids,
  members: new Map(Object.entries(members).map(([g, m]) => [g, new Set(m)])),
  nested: new Map(),
});
export const gated = (parts: Partial<Tenant> = {}): Tenant => ({
  app: { enabled: true, required: true },
  tenantWide: new Set(BOTH),
  consentLets: false,
  directUsers: new Set(),
  assignedGroups: new Set(),
  own: new Map(),
  ...parts,
});
export const open = (parts: Partial<Tenant> = {}) =>
  gated({ app: { enabled: true, required: false }, ...parts });

export type Parts = Parameters<typeof policy>[0];
export async function findings(
  tenant: Tenant,
  d: Directory,
  parts: Parts,
  recentLosses: readonly string[] = [],
  manners: Manners = {},
): Promise<readonly Finding[]> {
  return (await planTenant(reader(tenant, d, manners), policy(parts), DAY, new Set(recentLosses))).findings;
}
export const severityOf = (list: readonly Finding[], rule: string) =>
  list.find((each) => each.rule === rule)?.severity;
export const only = (ids: readonly string[]): Desired['assignments'] => ({
  groups: [],
  users: ids.map((id) => ({ upn: upn(id) })),
  unlisted: 'remove',
});
