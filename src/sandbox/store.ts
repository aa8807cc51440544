import { type Actor, noteAudit } from './audit.ts';
import type { TableName, Tenant } from './tenant.ts';

type Row<T extends TableName> = Tenant[T] extends Map<string, infer R> ? R : never;

type Write = {
  readonly at: number;
  readonly table: TableName;
  readonly key: string;
  readonly before: unknown;
};

/** Writes young enough to be invisible to some reader, oldest first. Kept beside the tenant, which stays plain data. */
const recent = new WeakMap<Tenant, Write[]>();

function youngWrites(tenant: Tenant, now: Date): Write[] {
  const lag = (tenant.settings.lagSeconds ?? 0) * 1000;
  const writes = (recent.get(tenant) ?? []).filter((write) => write.at > now.getTime() - lag);
  recent.set(tenant, writes);
  return writes;
}

/** A table as reads see it: without the writes that have not come through yet. Never to be changed. */
export function seen<T extends TableName>(tenant: Tenant, table: T, now: Date): ReadonlyMap<string, Row<T>> {
  const truth = tenant[table] as Map<string, Row<T>>;
  const young = youngWrites(tenant, now).filter((write) => write.table === table);
  if (young.length === 0) return truth;
  const view = new Map(truth);
  for (const write of young.reverse()) {
    if (write.before === undefined) view.delete(write.key);
    else view.set(write.key, write.before as Row<T>);
  }
  return view;
}

/** Writes rows, or with `discard` only pretends to: the shape of a 2xx that does not take. */
export type Store = {
  readonly put: <T extends TableName>(tenant: Tenant, table: T, key: string, row: Row<T>) => void;
  readonly remove: (tenant: Tenant, table: TableName, key: string) => void;
};

/**
 * A store for one request. Rows are replaced, not changed, so what a lagging reader still sees stays as it was.
 * @param by who asks; the audit log names them.
 */
export function newStore(now: Date, discard: boolean, by: Actor): Store {
  const remember = (tenant: Tenant, table: TableName, key: string, after: unknown): void => {
    const before = (tenant[table] as Map<string, unknown>).get(key);
    const writes = youngWrites(tenant, now);
    writes.push({ at: now.getTime(), table, key, before });
    noteAudit(tenant, table, before, after, by, now);
  };
  return {
    put(tenant, table, key, row) {
      if (discard) return;
      remember(tenant, table, key, row);
      (tenant[table] as Map<string, typeof row>).set(key, row);
    },
    remove(tenant, table, key) {
      if (discard) return;
      remember(tenant, table, key, undefined);
      (tenant[table] as Map<string, unknown>).delete(key);
    },
  };
}
