import {
  type Answer,
  type ApiRequest,
  created,
  fields,
  list,
  notFound,
  ok,
  paged,
  type Route,
  refuse,
  text,
} from './http.ts';
import type { CheckRun, Fields, Hub } from './hub.ts';
import { appShape, nodeId, numberFor, repoPage, repoPath } from './shapes.ts';

/** What GitHub takes in one request. */
const ANNOTATIONS = 50;
const TEXT = 65_535;
const CONCLUSIONS = ['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'timed_out'];
const STATUSES = ['queued', 'in_progress', 'completed'];

function checkShape(hub: Hub, run: CheckRun) {
  const url = `${repoPath(hub)}/check-runs/${run.id}`;
  const page = `${repoPage(hub)}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.sha,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: numberFor(`${run.app} ${run.sha}`) },
    app: appShape(hub, run.app),
    pull_requests: [...hub.pulls.values()]
      .filter((pull) => pull.state === 'open' && pull.fork === undefined && pull.headSha === run.sha)
      .map((pull) => pullMinimal(hub, pull)),
  };
}

function pullMinimal(
  hub: Hub,
  pull: { number: number; branch: string; base: string; headSha: string; baseSha: string },
) {
  const repo = { id: numberFor(`${hub.owner}/${hub.repo}`), url: repoPath(hub), name: hub.repo };
  return {
    id: numberFor(`pull ${pull.number}`),
    number: pull.number,
    url: `${repoPath(hub)}/pulls/${pull.number}`,
    head: { ref: pull.branch, sha: pull.headSha, repo },
    base: { ref: pull.base, sha: pull.baseSha, repo },
  };
}

const bad = (why: string): Answer => refuse(422, `Invalid request.\n\n${why}`);

/** What GitHub would not take of a check run, if anything. */
function flawOf(body: Fields): Answer | undefined {
  const output = fields(body.output);
  const annotations = list(output?.annotations);
  if (annotations.length > ANNOTATIONS)
    return bad(`No more than ${ANNOTATIONS} items are allowed; ${annotations.length} were supplied.`);
  for (const name of ['summary', 'text'] as const) {
    const length = [...(text(output?.[name]) ?? '')].length;
    if (length > TEXT) return bad(`Only ${TEXT} characters are allowed; ${length} were supplied.`);
  }
  if (output !== undefined && text(output.summary) === undefined) return bad(`"summary" wasn't supplied.`);
  for (const each of annotations) {
    const { path, start_line, end_line, start_column, end_column, annotation_level, message } =
      fields(each) ?? {};
    if (text(path) === undefined || text(message) === undefined)
      return bad(`"path" or "message" wasn't supplied.`);
    if (typeof start_line !== 'number' || typeof end_line !== 'number') return bad('Lines are not numbers.');
    if (start_line !== end_line && (start_column !== undefined || end_column !== undefined))
      return bad('Columns are allowed only on one line.');
    if (!['notice', 'warning', 'failure'].includes(text(annotation_level) ?? ''))
      return bad(`${String(annotation_level)} is not a member of ["notice", "warning", "failure"].`);
  }
  const status = text(body.status);
  if (status !== undefined && !STATUSES.includes(status)) return bad(`${status} is not a status.`);
  const conclusion = text(body.conclusion);
  if (conclusion !== undefined && !CONCLUSIONS.includes(conclusion))
    return bad(`${conclusion} is not a conclusion.`);
  if (status === 'completed' && conclusion === undefined)
    return bad('A completed check run needs a conclusion.');
  return undefined;
}

function write(run: CheckRun, body: Fields, at: string): void {
  run.name = text(body.name) ?? run.name;
  run.externalId = text(body.external_id) ?? run.externalId;
  run.detailsUrl = text(body.details_url) ?? run.detailsUrl;
  run.startedAt = text(body.started_at) ?? run.startedAt;
  run.status = text(body.status) ?? run.status;
  run.conclusion = text(body.conclusion) ?? run.conclusion;
  if (text(body.conclusion) !== undefined) run.status = 'completed';
  else if (run.status !== 'completed') run.conclusion = null;
  run.completedAt = run.status === 'completed' ? (text(body.completed_at) ?? run.completedAt ?? at) : null;
  const output = fields(body.output);
  if (output === undefined) return;
  run.title = text(output.title) ?? run.title;
  run.summary = text(output.summary) ?? run.summary;
  run.text = text(output.text) ?? run.text;
  // Annotations of later requests are added to those before.
  run.annotations.push(...list(output.annotations).map((each) => fields(each) ?? {}));
}

function create(request: ApiRequest, hub: Hub): Answer {
  const { app } = request.caller;
  if (app === undefined) return refuse(403, 'You must authenticate via a GitHub App.');
  const sha = text(request.body.head_sha);
  const name = text(request.body.name);
  if (name === undefined || sha === undefined) return bad(`"name" or "head_sha" wasn't supplied.`);
  if (hub.bare.tryGit(['cat-file', '-e', `${sha}^{commit}`]) === undefined || !/^[0-9a-f]{40}$/.test(sha))
    return refuse(422, `No commit found for SHA: ${sha}`);
  const flaw = flawOf(request.body);
  if (flaw !== undefined) return flaw;
  const at = hub.tick();
  const run: CheckRun = {
    id: hub.nextId(),
    app,
    sha,
    name,
    status: 'queued',
    conclusion: null,
    externalId: '',
    detailsUrl: null,
    startedAt: at,
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    annotations: [],
  };
  write(run, request.body, at);
  hub.checks.set(run.id, run);
  return created(checkShape(hub, run));
}

function edit(request: ApiRequest, hub: Hub): Answer {
  const run = hub.checks.get(Number(request.params.check_run_id));
  if (run === undefined) return notFound();
  if (run.app !== request.caller.app)
    return refuse(403, 'Invalid app_id: a check run can only be modified by the GitHub App that created it.');
  const flaw = flawOf(request.body);
  if (flaw !== undefined) return flaw;
  write(run, request.body, hub.tick());
  return ok(checkShape(hub, run));
}

function listed(request: ApiRequest, hub: Hub): Answer {
  const given = request.params.ref ?? '';
  const sha = hub.bare.tryGit(['rev-parse', '--verify', '--quiet', `${given}^{commit}`]);
  if (sha === undefined) return refuse(422, `No commit found for SHA: ${given}`);
  const name = request.query.get('check_name');
  const status = request.query.get('status');
  const app = request.query.get('app_id');
  let runs = [...hub.checks.values()].filter(
    (run) =>
      run.sha === sha &&
      (name === null || run.name === name) &&
      (status === null || run.status === status) &&
      (app === null || String(appShape(hub, run.app).id) === app),
  );
  // Unless all are asked for, only the newest of each name and App.
  if (request.query.get('filter') !== 'all')
    runs = [...new Map(runs.map((run) => [`${run.app}\n${run.name}`, run])).values()];
  return paged(
    request,
    hub,
    runs.sort((a, b) => b.id - a.id),
    (run) => checkShape(hub, run),
    (check_runs) => ({ total_count: runs.length, check_runs }),
  );
}

const ROOT = '/repos/{owner}/{repo}';
const needs = ['checks'] as const;
export const checkRoutes: readonly Route[] = [
  { method: 'POST', path: `${ROOT}/check-runs`, needs, handle: create },
  { method: 'PATCH', path: `${ROOT}/check-runs/{check_run_id}`, needs, handle: edit },
  {
    method: 'GET',
    path: `${ROOT}/check-runs/{check_run_id}`,
    needs,
    handle: (request, hub) => {
      const run = hub.checks.get(Number(request.params.check_run_id));
      return run === undefined ? notFound() : ok(checkShape(hub, run));
    },
  },
  { method: 'GET', path: `${ROOT}/commits/{ref}/check-runs`, needs, handle: listed },
];
