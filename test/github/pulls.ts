import { type ApiRequest, notFound, ok, paged, type Route } from './http.ts';
import type { Hub, Pull } from './hub.ts';
import { repositoryShape } from './repository.ts';
import { author, nodeId, numberFor, repoPage, repoPath, userShape } from './shapes.ts';

/** Commits of a pull request, oldest first. */
export function commitsOf(hub: Hub, pull: Pull): readonly string[] {
  const listed = hub.bare.tryGit(['rev-list', '--reverse', pull.headSha, `^${pull.baseSha}`]) ?? '';
  return listed === '' ? [] : listed.split('\n');
}

/** What lists and single answers both say. */
function pullShape(hub: Hub, pull: Pull) {
  const url = `${repoPath(hub)}/pulls/${pull.number}`;
  const issue = `${repoPath(hub)}/issues/${pull.number}`;
  const page = `${repoPage(hub)}/pull/${pull.number}`;
  const id = numberFor(`pull ${pull.number}`);
  const headOwner = pull.fork ?? hub.owner;
  const links = {
    self: url,
    html: page,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${repoPath(hub)}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${repoPath(hub)}/statuses/${pull.headSha}`,
  };
  return {
    url,
    id,
    node_id: nodeId('PullRequest', id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userShape(hub, pull.author),
    body: pull.body,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit ?? pull.trial,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    draft: pull.draft,
    head: side(hub, headOwner, pull.branch, pull.headSha),
    base: side(hub, hub.owner, pull.base, pull.baseSha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: author(hub, pull.author),
    auto_merge: null,
  };
}

function side(hub: Hub, owner: string, ref: string, sha: string) {
  return {
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: userShape(hub, owner),
    repo: repositoryShape(hub, owner),
  };
}

function single(hub: Hub, pull: Pull) {
  const stats = files(hub, pull);
  const clean = pull.state === 'open' && pull.trial !== null;
  return {
    ...pullShape(hub, pull),
    merged: pull.mergedAt !== null,
    mergeable: pull.state === 'open' ? clean : null,
    rebaseable: pull.state === 'open' ? clean : null,
    mergeable_state: pull.state !== 'open' ? 'unknown' : clean ? 'clean' : 'dirty',
    merged_by: pull.mergedBy === null ? null : userShape(hub, pull.mergedBy),
    comments: [...hub.comments.values()].filter(({ on }) => on === pull.number).length,
    review_comments: 0,
    maintainer_can_modify: pull.fork !== undefined,
    commits: commitsOf(hub, pull).length,
    additions: stats.reduce((sum, { additions }) => sum + additions, 0),
    deletions: stats.reduce((sum, { deletions }) => sum + deletions, 0),
    changed_files: stats.length,
  };
}

type FileStat = {
  filename: string;
  status: string;
  additions: number;
  deletions: number;
  sha: string;
  before?: string;
};
const STATUS: { readonly [letter: string]: string } = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'changed',
};

function files(hub: Hub, pull: Pull): readonly FileStat[] {
  const range = `${pull.baseSha}...${pull.headSha}`;
  const raw = (hub.bare.tryGit(['diff', '--raw', '-M', '--no-abbrev', '-z', range]) ?? '').split('\0');
  const counts = new Map<string, readonly [number, number]>();
  const numbers = (hub.bare.tryGit(['diff', '--numstat', '--no-renames', '-z', range]) ?? '').split('\0');
  for (const line of numbers) {
    const [added = '', removed = '', path = ''] = line.split('\t');
    counts.set(path, [Number(added) || 0, Number(removed) || 0]);
  }
  const found: FileStat[] = [];
  for (let at = 0; at + 1 < raw.length; ) {
    const [, , , sha = '', letter = ''] = (raw[at] ?? '').split(' ');
    const renamed = letter.startsWith('R');
    const before = raw[at + 1] ?? '';
    const filename = renamed ? (raw[at + 2] ?? '') : before;
    at += renamed ? 3 : 2;
    const [additions, deletions] = counts.get(filename) ?? [0, 0];
    const status = STATUS[letter.slice(0, 1)] ?? 'changed';
    found.push({ filename, status, additions, deletions, sha, ...(renamed ? { before } : {}) });
  }
  return found;
}

function fileShape(hub: Hub, pull: Pull, { before, ...file }: FileStat) {
  const path = encodeURI(file.filename);
  return {
    ...file,
    changes: file.additions + file.deletions,
    blob_url: `${repoPage(hub)}/blob/${pull.headSha}/${path}`,
    raw_url: `${repoPage(hub)}/raw/${pull.headSha}/${path}`,
    contents_url: `${repoPath(hub)}/contents/${path}?ref=${pull.headSha}`,
    ...(before === undefined ? {} : { previous_filename: before }),
  };
}

/** The pull request a path names. */
export function pullIn(request: ApiRequest, hub: Hub): Pull | undefined {
  return hub.pulls.get(Number(request.params.pull_number));
}

function matching(request: ApiRequest, hub: Hub): readonly Pull[] {
  const state = request.query.get('state') ?? 'open';
  const head = request.query.get('head');
  const base = request.query.get('base');
  const found = [...hub.pulls.values()].filter(
    (pull) =>
      (state === 'all' || pull.state === state) &&
      // Without the owner GitHub ignores the filter.
      (head === null || !head.includes(':') || head === `${pull.fork ?? hub.owner}:${pull.branch}`) &&
      (base === null || pull.base === base),
  );
  const up = request.query.get('direction') === 'asc';
  return up ? found : found.reverse();
}

/** GitHub: the merged pull request that brought a commit of the default branch, else the open ones that hold it. */
function ofCommit(hub: Hub, sha: string): readonly Pull[] {
  const all = [...hub.pulls.values()];
  const isIn = (branch: string) =>
    hub.bare.tryGit(['merge-base', '--is-ancestor', sha, branch]) !== undefined;
  if (isIn(`refs/heads/${hub.defaultBranch}`)) return all.filter(({ brought }) => brought.includes(sha));
  return all.filter((pull) => pull.state === 'open' && commitsOf(hub, pull).includes(sha));
}

const ROOT = '/repos/{owner}/{repo}';
export const pullRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ROOT}/pulls`,
    needs: ['pull-requests'],
    handle: (request, hub) => paged(request, hub, matching(request, hub), (pull) => pullShape(hub, pull)),
  },
  {
    method: 'GET',
    path: `${ROOT}/pulls/{pull_number}`,
    needs: ['pull-requests'],
    handle: (request, hub) => {
      const pull = pullIn(request, hub);
      return pull === undefined ? notFound() : ok(single(hub, pull));
    },
  },
  {
    method: 'GET',
    path: `${ROOT}/pulls/{pull_number}/files`,
    needs: ['pull-requests'],
    handle: (request, hub) => {
      const pull = pullIn(request, hub);
      if (pull === undefined) return notFound();
      return paged(request, hub, files(hub, pull), (file) => fileShape(hub, pull, file));
    },
  },
  {
    method: 'GET',
    path: `${ROOT}/commits/{commit_sha}/pulls`,
    needs: ['pull-requests'],
    handle: (request, hub) => {
      const given = request.params.commit_sha ?? '';
      const sha = hub.bare.tryGit(['rev-parse', '--verify', '--quiet', `${given}^{commit}`]);
      if (sha === undefined) return { status: 422, body: noCommit(given) };
      return paged(request, hub, ofCommit(hub, sha), (pull) => pullShape(hub, pull));
    },
  },
];

const noCommit = (sha: string) => ({
  message: `No commit found for SHA: ${sha}`,
  documentation_url: 'https://docs.github.com/rest',
  status: '422',
});
