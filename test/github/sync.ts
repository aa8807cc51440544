import { join } from 'node:path';
import type { Hub, Pull } from './hub.ts';
import { commitsOf } from './pulls.ts';
import { trialOf } from './trial.ts';

/** Brings the open pull requests up to what is in Git: heads and bases move, a deleted branch closes. */
export function sync(hub: Hub): void {
  for (const pull of hub.pulls.values()) if (pull.state === 'open') follow(hub, pull);
}

function follow(hub: Hub, pull: Pull): void {
  const head = headOf(hub, pull);
  const base = hub.bare.branch(pull.base);
  if (head === undefined) {
    pull.state = 'closed';
    pull.closedAt = hub.tick();
    pull.updatedAt = pull.closedAt;
    return;
  }
  if (head === pull.headSha && (base ?? pull.baseSha) === pull.baseSha) return;
  const pushed = head !== pull.headSha;
  if (pushed) {
    pull.headSha = head;
    pull.updatedAt = hub.tick();
    hub.bare.move(`refs/pull/${pull.number}/head`, head);
  }
  pull.baseSha = base ?? pull.baseSha;
  // Everything of it being in the base by way of a push counts as a merge.
  if (!pushed && commitsOf(hub, pull).length === 0) settle(hub, pull, 'web-flow', head, [head]);
  else pull.trial = trialOf(hub, pull);
}

/** The commit a pull request's branch is at, fetched from the fork where it is one's. */
export function headOf(
  hub: Hub,
  { branch, fork, number }: Pick<Pull, 'branch' | 'fork' | 'number'>,
): string | undefined {
  if (fork === undefined) return hub.bare.branch(branch);
  const path = join(hub.bare.root, fork, `${hub.repo}.git`);
  const into = `refs/pull/${number}/head`;
  const fetched = hub.bare.tryGit(['fetch', '--quiet', '--no-tags', path, `+refs/heads/${branch}:${into}`]);
  return fetched === undefined ? undefined : hub.bare.git(['rev-parse', into]);
}

/** Closes a pull request as merged. Its head stays what it is from now on. */
export function settle(
  hub: Hub,
  pull: Pull,
  by: string,
  mergeCommit: string,
  brought: readonly string[],
): void {
  const at = hub.tick();
  pull.state = 'closed';
  pull.closedAt = at;
  pull.mergedAt = at;
  pull.updatedAt = at;
  pull.mergedBy = by;
  pull.mergeCommit = mergeCommit;
  pull.brought = brought;
}
