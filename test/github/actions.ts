import { notFound, ok, paged, type Route, refuse } from './http.ts';
import type { Artifact, Hub, Run } from './hub.ts';
import { repositoryShape } from './repository.ts';
import { nodeId, numberFor, repoPage, repoPath, userShape } from './shapes.ts';

const DAY = 86_400_000;

function runShape(hub: Hub, run: Run) {
  const url = `${repoPath(hub)}/actions/runs/${run.id}`;
  const workflow = numberFor(run.path);
  const repository = repositoryShape(hub);
  const message = hub.bare.tryGit(['log', '-1', '--format=%s', run.headSha]);
  return {
    id: run.id,
    node_id: nodeId('WorkflowRun', run.id),
    name: run.name,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    run_number: 1,
    run_attempt: run.attempt,
    event: run.event,
    display_title: message ?? run.name,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflow,
    check_suite_id: numberFor(`suite ${run.id}`),
    check_suite_node_id: nodeId('CheckSuite', run.id),
    url,
    html_url: `${repoPage(hub)}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.at,
    updated_at: run.at,
    run_started_at: run.at,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repoPath(hub)}/check-suites/${numberFor(`suite ${run.id}`)}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${repoPath(hub)}/actions/workflows/${workflow}`,
    head_commit: null,
    repository,
    head_repository: repository,
  };
}

function environmentShape(hub: Hub, name: string, at: string) {
  const id = numberFor(`environment ${name}`);
  return {
    id,
    node_id: nodeId('Environment', id),
    name,
    url: `${repoPath(hub)}/environments/${name}`,
    html_url: `${repoPage(hub)}/deployments/activity_log?environments_filter=${name}`,
    created_at: at,
    updated_at: at,
  };
}

function artifactShape(hub: Hub, artifact: Artifact) {
  const url = `${repoPath(hub)}/actions/artifacts/${artifact.id}`;
  const run = hub.runs.get(artifact.run);
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.zip.byteLength,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired,
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: new Date(Date.parse(artifact.createdAt) + 90 * DAY).toISOString().replace('.000', ''),
    workflow_run: {
      id: artifact.run,
      repository_id: numberFor(`${hub.owner}/${hub.repo}`),
      head_repository_id: numberFor(`${hub.owner}/${hub.repo}`),
      head_branch: run?.headBranch ?? hub.defaultBranch,
      head_sha: run?.headSha ?? '0'.repeat(40),
    },
  };
}

const ROOT = '/repos/{owner}/{repo}/actions';
const needs = ['actions'] as const;
export const actionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ROOT}/runs/{run_id}`,
    needs,
    handle: (request, hub) => {
      const run = hub.runs.get(Number(request.params.run_id));
      return run === undefined ? notFound() : ok(runShape(hub, run));
    },
  },
  {
    method: 'GET',
    path: `${ROOT}/runs/{run_id}/approvals`,
    needs,
    handle: (request, hub) => {
      const run = hub.runs.get(Number(request.params.run_id));
      if (run === undefined) return notFound();
      return ok(
        run.answers.map(({ environment, state, user }) => ({
          environments: [environmentShape(hub, environment, run.at)],
          state,
          comment: '',
          user: userShape(hub, user),
        })),
      );
    },
  },
  {
    method: 'GET',
    path: `${ROOT}/runs/{run_id}/artifacts`,
    needs,
    handle: (request, hub) => {
      const id = Number(request.params.run_id);
      if (!hub.runs.has(id)) return notFound();
      const name = request.query.get('name');
      const found = [...hub.artifacts.values()]
        .filter((artifact) => artifact.run === id && (name === null || artifact.name === name))
        .reverse();
      return paged(
        request,
        hub,
        found,
        (artifact) => artifactShape(hub, artifact),
        (artifacts) => ({ total_count: found.length, artifacts }),
      );
    },
  },
  {
    method: 'GET',
    path: `${ROOT}/artifacts/{artifact_id}`,
    needs,
    handle: (request, hub) => {
      const artifact = hub.artifacts.get(Number(request.params.artifact_id));
      return artifact === undefined ? notFound() : ok(artifactShape(hub, artifact));
    },
  },
  {
    method: 'GET',
    path: `${ROOT}/artifacts/{artifact_id}/{archive_format}`,
    needs,
    handle: (request, hub) => {
      const artifact = hub.artifacts.get(Number(request.params.artifact_id));
      if (artifact === undefined || request.params.archive_format !== 'zip') return notFound();
      if (artifact.expired) return refuse(410, 'Artifact has expired');
      // The address itself is the permission, for a minute.
      return {
        status: 302,
        headers: {
          location: `${hub.storage()}/artifacts/${artifact.id}.zip?sig=${numberFor(`${artifact.id} signed`)}`,
        },
      };
    },
  },
];

/** A stored file by its signed address. Whoever also sends a token is refused, as blob storage does. */
export function stored(hub: Hub, url: URL, authorization: string | undefined) {
  const id = Number(/^\/artifacts\/(\d+)\.zip$/.exec(url.pathname)?.[1]);
  const artifact = hub.artifacts.get(id);
  const signed = url.searchParams.get('sig') === String(numberFor(`${id} signed`));
  if (artifact === undefined || !signed) return { status: 404 };
  return authorization === undefined ? { status: 200, zip: artifact.zip } : { status: 401 };
}
