import type { TenantReport } from '../core/report.ts';
import { jsonDiff } from './json-diff.ts';

/** What moved since the review, as a unified diff of the managed settings. Every line is harmless on a terminal. */
export function movedLines({ reviewed, live }: NonNullable<TenantReport['moved']>): readonly string[] {
  return jsonDiff({ before: ['reviewed', reviewed], after: ['live', live] });
}
