import { type Answer, ok, type Route } from './http.ts';
import type { Hub } from './hub.ts';
import { nodeId, numberFor, userShape } from './shapes.ts';

const BARE_URLS = [
  'contributors',
  'deployments',
  'downloads',
  'events',
  'forks',
  'hooks',
  'languages',
  'merges',
  'stargazers',
  'subscribers',
  'subscription',
  'tags',
  'teams',
];
const TEMPLATES: { readonly [name: string]: string } = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  statuses_url: '/statuses/{sha}',
  trees_url: '/git/trees{/sha}',
};

/** A `repository`; a fork's when its owner is named. */
export function repositoryShape(hub: Hub, owner = hub.owner) {
  const url = `${hub.api()}/repos/${owner}/${hub.repo}`;
  const page = `${hub.site()}/${owner}/${hub.repo}`;
  const id = numberFor(`${owner}/${hub.repo}`);
  const at = '2026-01-01T00:00:00Z';
  return {
    id,
    node_id: nodeId('Repository', id),
    name: hub.repo,
    full_name: `${owner}/${hub.repo}`,
    owner: userShape(hub, owner),
    private: true,
    visibility: 'private',
    html_url: page,
    description: null,
    fork: owner !== hub.owner,
    url,
    ...Object.fromEntries(BARE_URLS.map((name) => [`${name}_url`, `${url}/${name}`])),
    ...Object.fromEntries(Object.entries(TEMPLATES).map(([name, rest]) => [name, url + rest])),
    clone_url: `${page}.git`,
    git_url: `${page}.git`,
    ssh_url: `${page}.git`,
    svn_url: page,
    default_branch: hub.defaultBranch,
    forks: 0,
    forks_count: 0,
    has_downloads: true,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    homepage: null,
    language: null,
    archived: false,
    disabled: false,
    mirror_url: null,
    open_issues: 0,
    open_issues_count: 0,
    license: null,
    pushed_at: at,
    size: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    created_at: at,
    updated_at: at,
  };
}

const limits = () => {
  const reset = Math.floor(Date.now() / 1000) + 3_600;
  return { limit: 5_000, remaining: 4_999, reset, used: 1, resource: 'core' };
};

function rateLimit(): Answer {
  return ok({ rate: limits(), resources: { core: limits(), search: { ...limits(), resource: 'search' } } });
}

export const repositoryRoutes: readonly Route[] = [
  { method: 'GET', path: '/rate_limit', needs: [], handle: rateLimit },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}',
    needs: [],
    handle: (_, hub) => ok({ ...repositoryShape(hub), network_count: 0, subscribers_count: 0 }),
  },
];
