import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlan } from '../apply/read-plan.ts';
import { readReport } from '../apply/read-report.ts';
import type { Plan } from '../core/plan.ts';
import type { ApplyReport } from '../core/report.ts';
import { withoutNames } from '../git/run-lines.ts';

const WELL: ReadonlySet<string> = new Set(['applied', 'nothing to do']);

/** Whether every tenant of a run ended as planned. A run without a report did not. */
export function endedWell(report: ApplyReport | undefined): boolean {
  if (report === undefined || report.nothingSent !== undefined) return false;
  return report.tenants.every(({ outcome }) => WELL.has(outcome));
}

/** The report of an apply; nothing where there is none, or none that can be read: then what was done is not known. */
export async function reportIn(file: string | undefined): Promise<ApplyReport | undefined> {
  const text = await textIn(file);
  return text === undefined ? undefined : readReport(text);
}

/** The fresh plan a run wrote, if it wrote one. @throws PlanFileError for one that cannot be used. */
export async function freshIn(file: string | undefined): Promise<Plan | undefined> {
  const text = await textIn(file);
  return text === undefined ? undefined : readPlan(text);
}

/** The lines of every tenant's journal as they may stand in Git, by tenant id. */
export async function sentLines(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^[0-9a-f-]{36}\.jsonl$/.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return new Map(
    files.map((name, index) => [name.slice(0, -'.jsonl'.length), withoutNames(texts[index] ?? '')]),
  );
}

/** The pull requests a report is about, each once, by number. */
export function pullsOf(report: ApplyReport | undefined): readonly number[] {
  const pulls = report?.tenants.flatMap(({ review }) => review?.pull ?? []) ?? [];
  return [...new Set(pulls)].sort((a, b) => a - b);
}

async function textIn(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined);
}
