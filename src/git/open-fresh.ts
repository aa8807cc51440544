import type { RunLine } from './journal-branch.ts';

const WELL: ReadonlySet<string> = new Set(['applied', 'nothing to do']);

/** The newest fresh plan that was posted, while one of its run's tenants still waits for it. */
export function openFresh(
  runs: readonly RunLine[],
): { readonly run: number; readonly digest: string } | undefined {
  const last = runs.findLast(({ fresh }) => fresh !== undefined);
  if (last?.fresh === undefined) return undefined;
  const latest = new Map(runs.flatMap(({ tenants }) => Object.entries(tenants)));
  const waits = Object.keys(last.tenants).some((id) => !WELL.has(latest.get(id)?.outcome ?? 'applied'));
  return waits ? { run: last.run, digest: last.fresh } : undefined;
}
