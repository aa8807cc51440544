import {
  type Answer,
  type ApiRequest,
  created,
  invalid,
  list,
  notFound,
  ok,
  paged,
  type Route,
  refuse,
  text,
} from './http.ts';
import type { Deployment, DeploymentStatus, Hub } from './hub.ts';
import { appShape, nodeId, numberFor, repoPage, repoPath, userShape } from './shapes.ts';

const STATES = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];

function deploymentShape(hub: Hub, deployment: Deployment) {
  const url = `${repoPath(hub)}/deployments/${deployment.id}`;
  const at = deployment.statuses.at(-1)?.at ?? deployment.at;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: userShape(hub, deployment.author),
    created_at: deployment.at,
    updated_at: at,
    statuses_url: `${url}/statuses`,
    repository_url: repoPath(hub),
    transient_environment: false,
    production_environment: deployment.environment === 'production',
    performed_via_github_app: deployment.app === undefined ? null : appShape(hub, deployment.app),
  };
}

function statusShape(hub: Hub, deployment: Deployment, status: DeploymentStatus) {
  const url = `${repoPath(hub)}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: userShape(hub, status.author),
    description: status.description,
    environment: deployment.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: status.at,
    updated_at: status.at,
    deployment_url: url,
    repository_url: repoPath(hub),
  };
}

/** Unless the caller names the contexts that count, every check and status of the commit has to be green. */
function unsettled(hub: Hub, sha: string, required: unknown): boolean {
  if (Array.isArray(required) && required.length === 0) return false;
  const wanted = list(required);
  const counts = (name: string) => required === undefined || wanted.includes(name);
  const checks = [...hub.checks.values()].filter((run) => run.sha === sha && counts(run.name));
  const statuses = new Map(
    hub.statuses
      .filter((status) => status.sha === sha && counts(status.context))
      .map((each) => [each.context, each.state]),
  );
  const green = ['success', 'neutral', 'skipped'];
  const missing = wanted.some(
    (name) => !checks.some((run) => run.name === name) && !statuses.has(String(name)),
  );
  return (
    missing ||
    checks.some(({ conclusion }) => !green.includes(conclusion ?? '')) ||
    [...statuses.values()].some((state) => state !== 'success')
  );
}

function create(request: ApiRequest, hub: Hub): Answer {
  const ref = text(request.body.ref);
  if (ref === undefined) return invalid('Deployment', 'ref', 'missing_field');
  const sha = hub.bare.tryGit(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  if (sha === undefined) return refuse(422, `No ref found for: ${ref}`);
  if (unsettled(hub, sha, request.body.required_contexts))
    return refuse(409, `Conflict: Commit status checks failed for ${ref}.`);
  const deployment: Deployment = {
    id: hub.nextId(),
    sha,
    ref,
    task: text(request.body.task) ?? 'deploy',
    environment: text(request.body.environment) ?? 'production',
    payload: request.body.payload ?? {},
    description: text(request.body.description) ?? '',
    author: request.caller.login,
    app: request.caller.app,
    at: hub.tick(),
    statuses: [],
  };
  hub.deployments.set(deployment.id, deployment);
  return created(deploymentShape(hub, deployment));
}

function addStatus(request: ApiRequest, hub: Hub): Answer {
  const deployment = hub.deployments.get(Number(request.params.deployment_id));
  if (deployment === undefined) return notFound();
  const state = text(request.body.state);
  if (state === undefined || !STATES.includes(state)) return invalid('DeploymentStatus', 'state', 'invalid');
  const description = text(request.body.description) ?? '';
  if ([...description].length > 140)
    return invalid(
      'DeploymentStatus',
      'description',
      'custom',
      'description is too long (maximum is 140 characters)',
    );
  const logUrl = text(request.body.log_url) ?? text(request.body.target_url) ?? '';
  const environmentUrl = text(request.body.environment_url) ?? '';
  const at = hub.tick();
  const status = {
    id: hub.nextId(),
    state,
    author: request.caller.login,
    description,
    logUrl,
    environmentUrl,
    at,
  };
  deployment.statuses.push(status);
  if (state === 'success' && request.body.auto_inactive !== false)
    retire(hub, deployment, request.caller.login);
  return created(statusShape(hub, deployment, status));
}

/** A success makes the earlier successes of the same environment inactive. */
function retire(hub: Hub, newest: Deployment, author: string): void {
  for (const older of hub.deployments.values()) {
    if (older.id === newest.id || older.environment !== newest.environment) continue;
    if (older.statuses.at(-1)?.state !== 'success') continue;
    const rest = { author, description: '', logUrl: '', environmentUrl: '', at: hub.now() };
    older.statuses.push({ id: hub.nextId(), state: 'inactive', ...rest });
  }
}

function listed(request: ApiRequest, hub: Hub): Answer {
  const wanted = ['sha', 'ref', 'task', 'environment'] as const;
  const found = [...hub.deployments.values()].filter((deployment) =>
    wanted.every((name) => {
      const value = request.query.get(name);
      return value === null || value === 'none' || deployment[name] === value;
    }),
  );
  return paged(request, hub, found.reverse(), (deployment) => deploymentShape(hub, deployment));
}

function environment(hub: Hub, name: string) {
  const id = numberFor(`environment ${name}`);
  const at = '2026-01-01T00:00:00Z';
  return {
    id,
    node_id: nodeId('Environment', id),
    name,
    url: `${repoPath(hub)}/environments/${encodeURIComponent(name)}`,
    html_url: `${repoPage(hub)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: at,
    updated_at: at,
    protection_rules: [],
    deployment_branch_policy: null,
  };
}

const ROOT = '/repos/{owner}/{repo}';
const needs = ['deployments'] as const;
export const deploymentRoutes: readonly Route[] = [
  { method: 'GET', path: `${ROOT}/deployments`, needs, handle: listed },
  { method: 'POST', path: `${ROOT}/deployments`, needs, handle: create },
  { method: 'POST', path: `${ROOT}/deployments/{deployment_id}/statuses`, needs, handle: addStatus },
  {
    method: 'GET',
    path: `${ROOT}/deployments/{deployment_id}/statuses`,
    needs,
    handle: (request, hub) => {
      const deployment = hub.deployments.get(Number(request.params.deployment_id));
      if (deployment === undefined) return notFound();
      const newestFirst = [...deployment.statuses].reverse();
      return paged(request, hub, newestFirst, (status) => statusShape(hub, deployment, status));
    },
  },
  {
    method: 'GET',
    path: `${ROOT}/environments`,
    needs: ['actions'],
    handle: (_, hub) =>
      ok({
        total_count: hub.environments.length,
        environments: hub.environments.map((name) => environment(hub, name)),
      }),
  },
];
