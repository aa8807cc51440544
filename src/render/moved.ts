import { createTwoFilesPatch } from 'diff';
import type { TenantReport } from '../core/report.ts';
import { jsonText } from './json-text.ts';

/** What moved since the review, as a unified diff of the managed settings. Every line is harmless on a terminal. */
export function movedLines({ reviewed, live }: NonNullable<TenantReport['moved']>): readonly string[] {
  const patch = createTwoFilesPatch('reviewed', 'live', jsonText(reviewed), jsonText(live), '', '', {
    context: 2,
  });
  // The first line is a row of `=` that says nothing.
  return patch
    .split('\n')
    .filter((line) => line !== '' && !/^=+$/.test(line))
    .map((line) => line.trimEnd());
}
