import { type Answer, type ApiRequest, created, invalid, ok, type Route, refuse, text } from './http.ts';
import type { Hub, Status } from './hub.ts';
import { repositoryShape } from './repository.ts';
import { nodeId, repoPath, userShape } from './shapes.ts';

function statusShape(hub: Hub, status: Status) {
  return {
    url: `${repoPath(hub)}/statuses/${status.sha}`,
    avatar_url: `${hub.site()}/avatars/${status.author}`,
    id: status.id,
    node_id: nodeId('Status', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.at,
    updated_at: status.at,
  };
}

function create(request: ApiRequest, hub: Hub): Answer {
  const sha = request.params.sha ?? '';
  if (hub.bare.tryGit(['cat-file', '-e', `${sha}^{commit}`]) === undefined)
    return refuse(422, `No commit found for SHA: ${sha}`);
  const state = text(request.body.state);
  if (state === undefined || !['error', 'failure', 'pending', 'success'].includes(state))
    return invalid('Status', 'state', 'custom', 'state is not included in the list');
  const description = text(request.body.description) ?? null;
  if ([...(description ?? '')].length > 140)
    return invalid('Status', 'description', 'custom', 'description is too long (maximum is 140 characters)');
  const status: Status = {
    id: hub.nextId(),
    sha,
    context: text(request.body.context) ?? 'default',
    state,
    description,
    targetUrl: text(request.body.target_url) ?? null,
    author: request.caller.login,
    at: hub.tick(),
  };
  hub.statuses.push(status);
  return created({ ...statusShape(hub, status), creator: userShape(hub, status.author) });
}

function combined(request: ApiRequest, hub: Hub): Answer {
  const given = request.params.ref ?? '';
  const sha = hub.bare.tryGit(['rev-parse', '--verify', '--quiet', `${given}^{commit}`]);
  if (sha === undefined) return refuse(404, 'Not Found');
  const latest = new Map(hub.statuses.filter((each) => each.sha === sha).map((each) => [each.context, each]));
  const states = [...latest.values()].map(({ state }) => state);
  const failed = states.some((state) => state === 'failure' || state === 'error');
  const pending = states.length === 0 || states.includes('pending');
  return ok({
    state: failed ? 'failure' : pending ? 'pending' : 'success',
    statuses: [...latest.values()].map((status) => statusShape(hub, status)),
    sha,
    total_count: latest.size,
    repository: repositoryShape(hub),
    commit_url: `${repoPath(hub)}/commits/${sha}`,
    url: `${repoPath(hub)}/commits/${sha}/status`,
  });
}

const ROOT = '/repos/{owner}/{repo}';
export const statusRoutes: readonly Route[] = [
  { method: 'POST', path: `${ROOT}/statuses/{sha}`, needs: ['statuses'], handle: create },
  { method: 'GET', path: `${ROOT}/commits/{ref}/status`, needs: ['statuses'], handle: combined },
];
