import type { Hub, Pull, ReviewState, Run } from './hub.ts';
import { headOf } from './sync.ts';
import { trialOf } from './trial.ts';

export type PullAbout = {
  readonly branch: string;
  readonly author: string;
  readonly base?: string;
  readonly title?: string;
  readonly body?: string;
  readonly draft?: boolean;
  /** Whose fork the branch is in. */
  readonly fork?: string;
};
export type ReviewAbout = {
  readonly pull: Pull | number;
  readonly user: string;
  readonly state: ReviewState;
  /** ISO 8601; default: now, by the host's clock. */
  readonly at?: string;
  readonly body?: string;
};

/** Opens a pull request from a branch that is there. */
export function openPull(hub: Hub, about: PullAbout): Pull {
  const { branch, author, base = hub.defaultBranch, fork, draft = false } = about;
  const number = hub.nextNumber();
  const head = headOf(hub, { branch, fork, number });
  const baseSha = hub.bare.branch(base);
  if (head === undefined || baseSha === undefined) throw new Error(`${branch} or ${base} is not there.`);
  hub.bare.move(`refs/pull/${number}/head`, head);
  const at = hub.tick();
  const pull: Pull = {
    number,
    author,
    branch,
    base,
    fork,
    draft,
    title: about.title ?? branch,
    body: about.body ?? null,
    state: 'open',
    headSha: head,
    baseSha,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    trial: trialOf(hub, { number, baseSha, headSha: head }),
    brought: [],
  };
  hub.pulls.set(number, pull);
  return pull;
}

/** Makes a workflow run known, or changes one. */
export function setRun(hub: Hub, id: number, about: Partial<Omit<Run, 'id'>>): void {
  const main = hub.bare.branch(hub.defaultBranch);
  const before: Run = hub.runs.get(id) ?? {
    id,
    status: 'completed',
    conclusion: 'success',
    event: 'push',
    name: 'apply',
    path: '.github/workflows/apply.yml',
    headSha: main ?? '0'.repeat(40),
    headBranch: hub.defaultBranch,
    attempt: 1,
    at: hub.tick(),
    answers: [],
  };
  hub.runs.set(id, { ...before, ...about });
}
