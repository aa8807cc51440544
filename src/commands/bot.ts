import type { Settings } from '../policy/settings.ts';

/** Who writes the comments: the configured App, else the workflow's own token. A login of GitHub. */
export function botOf({ review }: Settings): string {
  return `${review.app ?? 'github-actions'}[bot]`;
}
