import type { ApplyReport } from '../core/report.ts';
import { outcomeCounts } from './outcome.ts';

/** The run a commit of the journal is about. */
export type JournalledRun = {
  readonly id: number;
  readonly attempt: number;
  readonly url: string;
  readonly by: 'merge' | 'fresh plan' | 'all afresh';
};

/**
 * The message of a commit of the journal. Its title reads well in a list: "run 42: 1 applied, 1 stale of 2 tenants";
 * the trailers lead to the run, the commit and the pull requests. Only our own words, and numbers.
 */
export function journalMessage(report: ApplyReport | undefined, run: JournalledRun): string {
  const again = run.attempt > 1 ? ` (attempt ${run.attempt})` : '';
  const pulls = report?.tenants.flatMap(({ review }) => review?.pull ?? []) ?? [];
  const trailers = [
    `Iosmail-Run: ${run.url}`,
    ...(report?.merged === undefined ? [] : [`Iosmail-Commit: ${report.merged.commit}`]),
    ...[...new Set(pulls)].sort((a, b) => a - b).map((pull) => `Iosmail-Pull: #${pull}`),
  ];
  const by = run.by === 'merge' ? '' : `, ${run.by}`;
  return `run ${run.id}${again}${by}: ${became(report)}\n\n${trailers.join('\n')}\n`;
}

function became(report: ApplyReport | undefined): string {
  if (report === undefined) return 'no report, what it sent is not known';
  if (report.nothingSent !== undefined) return 'ended before anything was sent';
  return report.tenants.length === 0 ? 'no tenant had anything to apply' : outcomeCounts(report);
}
