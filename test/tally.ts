import { appendFileSync } from 'node:fs';
import { afterAll } from 'vitest';

/** What a run counts for `docs/reliability.md`. */
export type Counted =
  | 'faults tried on planning'
  | 'faults tried on applying'
  | 'portal edits between requests'
  | 'crashes survived'
  | 'processes killed'
  | 'runs beside another'
  | 'access models compared'
  | 'hostile inputs'
  | 'secrets searched for'
  | 'requests checked against the contract'
  | 'writes judged by the oracle';

const counts = new Map<Counted, number>();

/** Counts what was really tried: called once the case held. */
export function count(what: Counted, times = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + times);
}

afterAll(() => {
  const file = process.env.IOSMAIL_TALLY;
  if (file !== undefined && counts.size > 0)
    appendFileSync(file, `${JSON.stringify(Object.fromEntries(counts))}\n`);
  counts.clear();
});
