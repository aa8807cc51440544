import { type Actor, noteAudit } from './audit.ts';
import { userId } from './directory.ts';
import type { TableName, Tenant } from './tenant.ts';

/** What the directory audit log tells of. */
const LOGGED: readonly TableName[] = [
  'servicePrincipals',
  'deletedItems',
  'assignments',
  'grants',
  'permissionGrantPolicies',
  'policies',
];

/** An administrator of the tenant, `<name>@<domain>`, as the log names one. */
export function administrator(tenant: Tenant, name: string): Actor {
  const userPrincipalName = `${name}@${tenant.domain}`;
  return { kind: 'user', id: userId(tenant, name), userPrincipalName, displayName: name };
}

/** Edits the data of a tenant as somebody would in the Entra admin centre: at once, and the audit log tells of it. */
export function inPortal(tenant: Tenant, by: Actor, at: Date, edit: (tenant: Tenant) => void): void {
  const rows = (table: TableName) => tenant[table] as ReadonlyMap<string, unknown>;
  const before = LOGGED.map((table) => ({ table, was: structuredClone(rows(table)) }));
  edit(tenant);
  for (const { table, was } of before)
    for (const key of new Set([...was.keys(), ...rows(table).keys()]))
      noteAudit(tenant, table, was.get(key), rows(table).get(key), by, at);
}
