import type { GitHub } from '../github/open-github.ts';
import { type Pull, pullOfHead } from '../github/pulls.ts';
import { eventIn } from './event.ts';

/** The commit a finished validation was about, by the event that started this workflow. */
export type Validated = {
  readonly head: string;
  readonly branch: string;
  readonly owner: string;
  /** The default branch: a pull request into another one changes no tenant. */
  readonly base: string;
};

/** This command runs elsewhere than it is made for. */
class NoEvent extends Error {
  override readonly name = 'NoEvent';
  readonly fix = 'Run it in a workflow that `workflow_run` starts after `validate`, as plan.yml does.';
}

/**
 * Reads which commit was validated. The event is GitHub's own, but a branch name in it is anybody's.
 * @throws NoEvent, EventUnreadable
 */
export async function validatedIn(file: string | undefined): Promise<Validated> {
  const event = file === undefined ? undefined : await eventIn(file);
  const run = at(event, 'workflow_run');
  const [head, branch, owner, base] = [
    at(run, 'head_sha'),
    at(run, 'head_branch'),
    at(at(at(run, 'head_repository'), 'owner'), 'login'),
    at(at(event, 'repository'), 'default_branch'),
  ];
  if (
    typeof head !== 'string' ||
    typeof branch !== 'string' ||
    typeof owner !== 'string' ||
    typeof base !== 'string'
  )
    throw new NoEvent('There is no validated commit in the event of this run.');
  return { head, branch, owner, base };
}

function at(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

/** The open pull request of a validated branch; none where it was closed meanwhile. */
export async function proposedPull(
  github: GitHub,
  { owner, branch, base }: Validated,
): Promise<Pull | undefined> {
  return await pullOfHead(github, { owner, branch, base });
}
