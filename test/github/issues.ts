import { bodyFlaw } from './comments.ts';
import {
  type Answer,
  type ApiRequest,
  created,
  fields,
  invalid,
  list,
  notFound,
  ok,
  paged,
  type Route,
  text,
} from './http.ts';
import type { Hub, Issue, Pull } from './hub.ts';
import { author, nodeId, numberFor, repoPage, repoPath, userShape } from './shapes.ts';

function issueShape(hub: Hub, issue: Issue) {
  const url = `${repoPath(hub)}/issues/${issue.number}`;
  return {
    id: issue.id,
    node_id: nodeId('Issue', issue.id),
    url,
    repository_url: repoPath(hub),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${repoPage(hub)}/issues/${issue.number}`,
    number: issue.number,
    state: issue.state,
    state_reason: issue.stateReason,
    title: issue.title,
    body: issue.body,
    user: userShape(hub, issue.author),
    labels: issue.labels.map((name) => ({
      id: numberFor(name),
      node_id: nodeId('Label', name),
      url: `${repoPath(hub)}/labels/${encodeURIComponent(name)}`,
      name,
      description: null,
      color: 'ededed',
      default: false,
    })),
    assignee: issue.assignees[0] === undefined ? null : userShape(hub, issue.assignees[0]),
    assignees: issue.assignees.map((login) => userShape(hub, login)),
    milestone: null,
    locked: false,
    comments: [...hub.comments.values()].filter(({ on }) => on === issue.number).length,
    closed_at: issue.closedAt,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    author_association: author(hub, issue.author),
  };
}

/** Every pull request is an issue too, and stands in the list of issues. */
function pullAsIssue(hub: Hub, pull: Pull) {
  const { number, title, body, state, createdAt, updatedAt, closedAt } = pull;
  const about = { id: numberFor(`issue ${number}`), labels: [], assignees: [], stateReason: null };
  const url = `${repoPath(hub)}/pulls/${number}`;
  const html_url = `${repoPage(hub)}/pull/${number}`;
  return {
    ...issueShape(hub, {
      ...about,
      number,
      title,
      body,
      state,
      createdAt,
      updatedAt,
      closedAt,
      author: pull.author,
    }),
    html_url,
    pull_request: {
      url,
      html_url,
      diff_url: `${html_url}.diff`,
      patch_url: `${html_url}.patch`,
      merged_at: pull.mergedAt,
    },
  };
}

function listed(request: ApiRequest, hub: Hub): Answer {
  const state = request.query.get('state') ?? 'open';
  const creator = request.query.get('creator');
  const labels = request.query.get('labels')?.split(',') ?? [];
  const all = [...hub.issues.values(), ...hub.pulls.values()].filter(
    (each) =>
      (state === 'all' || each.state === state) &&
      (creator === null || each.author.toLowerCase() === creator.toLowerCase()) &&
      labels.every((label) => 'labels' in each && each.labels.includes(label)),
  );
  const up = request.query.get('direction') === 'asc';
  all.sort((a, b) => (up ? a.number - b.number : b.number - a.number));
  return paged(request, hub, all, (each) =>
    'branch' in each ? pullAsIssue(hub, each) : issueShape(hub, each),
  );
}

const names = (value: unknown): readonly string[] =>
  list(value).flatMap((each) => text(each) ?? text(fields(each)?.name) ?? []);

function create(request: ApiRequest, hub: Hub): Answer {
  const title = text(request.body.title);
  if (title === undefined || title.trim() === '') return invalid('Issue', 'title', 'missing_field');
  if (title.length > 256)
    return invalid('Issue', 'title', 'custom', 'title is too long (maximum is 256 characters)');
  const body = text(request.body.body) ?? null;
  const flaw = body === null || body === '' ? undefined : bodyFlaw('Issue', body);
  if (flaw !== undefined) return flaw;
  const at = hub.tick();
  const issue: Issue = {
    number: hub.nextNumber(),
    id: hub.nextId(),
    author: request.caller.login,
    title,
    body,
    labels: names(request.body.labels),
    assignees: names(request.body.assignees),
    state: 'open',
    stateReason: null,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
  };
  hub.issues.set(issue.number, issue);
  return created(issueShape(hub, issue));
}

function edit(request: ApiRequest, hub: Hub): Answer {
  const issue = hub.issues.get(Number(request.params.issue_number));
  if (issue === undefined) return notFound();
  const { title, body, state, labels, assignees } = request.body;
  const written = text(body);
  const flaw = written === undefined || written === '' ? undefined : bodyFlaw('Issue', written);
  if (flaw !== undefined) return flaw;
  if (state !== undefined && state !== 'open' && state !== 'closed')
    return invalid('Issue', 'state', 'invalid');
  issue.updatedAt = hub.tick();
  issue.title = text(title) ?? issue.title;
  issue.body = written ?? issue.body;
  if (labels !== undefined) issue.labels = names(labels);
  if (assignees !== undefined) issue.assignees = names(assignees);
  if (state === 'closed' || state === 'open') {
    issue.closedAt = state === 'closed' ? (issue.closedAt ?? issue.updatedAt) : null;
    if (state !== issue.state)
      issue.stateReason = text(request.body.state_reason) ?? (state === 'closed' ? 'completed' : 'reopened');
    issue.state = state;
  }
  return ok(issueShape(hub, issue));
}

const ROOT = '/repos/{owner}/{repo}/issues';
export const issueRoutes: readonly Route[] = [
  { method: 'GET', path: ROOT, needs: ['issues'], handle: listed },
  { method: 'POST', path: ROOT, needs: ['issues'], handle: create },
  {
    method: 'GET',
    path: `${ROOT}/{issue_number}`,
    needs: ['issues', 'pull-requests'],
    handle: (request, hub) => {
      const number = Number(request.params.issue_number);
      const issue = hub.issues.get(number);
      const pull = hub.pulls.get(number);
      if (issue !== undefined) return ok(issueShape(hub, issue));
      return pull === undefined ? notFound() : ok(pullAsIssue(hub, pull));
    },
  },
  { method: 'PATCH', path: `${ROOT}/{issue_number}`, needs: ['issues'], handle: edit },
];
