import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hub, Pull } from './hub.ts';
import { commitsOf } from './pulls.ts';
import { settle } from './sync.ts';

export type MergeMethod = 'merge' | 'squash' | 'rebase';

const WEB_FLOW = { GIT_COMMITTER_NAME: 'GitHub', GIT_COMMITTER_EMAIL: 'noreply@github.com' };

/**
 * Merges as the button does, with real commits on the base branch.
 * @returns the commit the base branch is at afterwards
 * @throws Error when the pull request is not open, or conflicts
 */
export function mergePull(hub: Hub, pull: Pull, method: MergeMethod, by: string): string {
  if (pull.state !== 'open') throw new Error(`Pull request ${pull.number} is not open.`);
  if (pull.trial === null) throw new Error(`Pull request ${pull.number} is not mergeable.`);
  const own = commitsOf(hub, pull);
  const before = pull.baseSha;
  const seconds = `${Math.floor(Date.parse(hub.now()) / 1000) + 1} +0000`;
  const env = { GIT_AUTHOR_DATE: seconds, GIT_COMMITTER_DATE: seconds };
  const merged =
    method === 'rebase'
      ? rebased(hub, pull, own, { ...person(hub, by, 'COMMITTER'), GIT_COMMITTER_DATE: seconds })
      : committed(hub, pull, method, {
          ...WEB_FLOW,
          ...person(hub, method === 'squash' ? pull.author : by, 'AUTHOR'),
          ...env,
        });
  hub.bare.git(['update-ref', `refs/heads/${pull.base}`, merged, before]);
  const brought = hub.bare.git(['rev-list', merged, `^${before}`]).split('\n');
  settle(hub, pull, by, merged, brought);
  return merged;
}

function person(hub: Hub, login: string, as: 'AUTHOR' | 'COMMITTER') {
  const known = hub.users.get(login.toLowerCase())?.login ?? login;
  return { [`GIT_${as}_NAME`]: known, [`GIT_${as}_EMAIL`]: `${known}@users.test` };
}

function committed(
  hub: Hub,
  pull: Pull,
  method: 'merge' | 'squash',
  env: { readonly [name: string]: string },
): string {
  const { git } = hub.bare;
  const tree = git(['merge-tree', '--write-tree', pull.baseSha, pull.headSha]).split('\n')[0] ?? '';
  const parents = method === 'merge' ? [pull.baseSha, pull.headSha] : [pull.baseSha];
  const from = `${pull.fork ?? hub.owner}/${pull.branch}`;
  const message =
    method === 'merge'
      ? `Merge pull request #${pull.number} from ${from}\n\n${pull.title}`
      : `${pull.title} (#${pull.number})${coAuthors(hub, pull)}`;
  return git(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', message], { env });
}

/** A squashed commit names everybody else who wrote a commit of it. */
function coAuthors(hub: Hub, pull: Pull): string {
  const names = commitsOf(hub, pull).map((sha) => hub.bare.git(['log', '-1', '--format=%an <%ae>', sha]));
  const others = [...new Set(names)].filter((name) => !name.endsWith(`<${pull.author}@users.test>`));
  return others.length === 0 ? '' : `\n\n${others.map((name) => `Co-authored-by: ${name}`).join('\n')}`;
}

function rebased(
  hub: Hub,
  pull: Pull,
  own: readonly string[],
  env: { readonly [name: string]: string },
): string {
  const folder = mkdtempSync(join(tmpdir(), 'github-fake-rebase-'));
  const cwd = join(folder, 'work');
  const { git } = hub.bare;
  try {
    git(['worktree', 'add', '--quiet', '--detach', cwd, pull.baseSha]);
    // New commits even where the old ones would do: GitHub's rebase always makes its own.
    for (const commit of own) git(['cherry-pick', '--allow-empty', '--no-gpg-sign', commit], { cwd, env });
    return git(['rev-parse', 'HEAD'], { cwd });
  } finally {
    git(['worktree', 'remove', '--force', cwd]);
    rmSync(folder, { recursive: true, force: true });
  }
}
