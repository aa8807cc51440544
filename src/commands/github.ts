import type { Day } from '../core/state.ts';
import type { OnWait } from '../core/wait.ts';
import type { GitHubVerb } from './arguments.ts';
import type { ExitCode } from './exit-code.ts';

/** What the workflows' commands are told. The working directory is the repository. */
export type GitHubOptions = {
  readonly repository: string;
  readonly policies: string;
  readonly journal: string;
  readonly plan?: string;
  readonly report?: string;
  readonly fresh?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly day: Day;
  readonly now: () => Date;
  /** Told of every wait for GitHub. */
  readonly onWait?: OnWait;
};

/** What was done, line by line; and how it ends. */
export type Told = { readonly code: ExitCode; readonly lines: readonly string[] };

/** Runs one command of `iosmail github`, loading only what it needs. */
export async function github(verb: GitHubVerb, options: GitHubOptions): Promise<Told> {
  if (verb === 'outdated') return (await import('./github-outdated.ts')).githubOutdated(options);
  if (verb === 'comment') return (await import('./github-comment.ts')).githubComment(options);
  if (verb === 'lock') return (await import('./github-lock.ts')).githubLock(options);
  return (await import('./github-record.ts')).githubRecord(options);
}
