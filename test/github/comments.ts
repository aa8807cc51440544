import {
  type Answer,
  type ApiRequest,
  created,
  invalid,
  notFound,
  ok,
  paged,
  type Route,
  text,
  tooLong,
} from './http.ts';
import type { Comment, Hub } from './hub.ts';
import { appShape, author, nodeId, repoPage, repoPath, userShape } from './shapes.ts';

/** Characters a comment or an issue may have. */
const BODY_LIMIT = 65_536;

function commentShape(hub: Hub, comment: Comment) {
  const kind = hub.pulls.has(comment.on) ? 'pull' : 'issues';
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: `${repoPath(hub)}/issues/comments/${comment.id}`,
    html_url: `${repoPage(hub)}/${kind}/${comment.on}#issuecomment-${comment.id}`,
    issue_url: `${repoPath(hub)}/issues/${comment.on}`,
    user: userShape(hub, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: author(hub, comment.author),
    body: comment.body,
    performed_via_github_app: comment.app === undefined ? null : appShape(hub, comment.app),
  };
}

/** What is wrong with a body, if anything. */
export function bodyFlaw(resource: string, body: string | undefined): Answer | undefined {
  if (body === undefined || body.trim() === '')
    return invalid(resource, 'body', 'missing_field', "Body can't be blank");
  if (!tooLong(body, BODY_LIMIT)) return undefined;
  return invalid(resource, 'data', 'unprocessable', `Body is too long (maximum is ${BODY_LIMIT} characters)`);
}

function create(request: ApiRequest, hub: Hub): Answer {
  const on = Number(request.params.issue_number);
  if (!hub.pulls.has(on) && !hub.issues.has(on)) return notFound();
  const body = text(request.body.body);
  const flaw = bodyFlaw('IssueComment', body);
  if (flaw !== undefined || body === undefined) return flaw ?? notFound();
  const at = hub.tick();
  const { login, app } = request.caller;
  const comment = { id: hub.nextId(), on, author: login, app, body, createdAt: at, updatedAt: at };
  hub.comments.set(comment.id, comment);
  return created(commentShape(hub, comment));
}

function edit(request: ApiRequest, hub: Hub): Answer {
  const comment = hub.comments.get(Number(request.params.comment_id));
  if (comment === undefined) return notFound();
  const body = text(request.body.body);
  const flaw = bodyFlaw('IssueComment', body);
  if (flaw !== undefined || body === undefined) return flaw ?? notFound();
  comment.body = body;
  comment.updatedAt = hub.tick();
  return ok(commentShape(hub, comment));
}

function listed(request: ApiRequest, hub: Hub): Answer {
  const on = Number(request.params.issue_number);
  if (!hub.pulls.has(on) && !hub.issues.has(on)) return notFound();
  const since = request.query.get('since');
  const found = [...hub.comments.values()].filter(
    (comment) => comment.on === on && (since === null || comment.updatedAt >= since),
  );
  return paged(request, hub, found, (comment) => commentShape(hub, comment));
}

const ROOT = '/repos/{owner}/{repo}/issues';
const needs = ['issues', 'pull-requests'] as const;
export const commentRoutes: readonly Route[] = [
  { method: 'GET', path: `${ROOT}/{issue_number}/comments`, needs, handle: listed },
  { method: 'POST', path: `${ROOT}/{issue_number}/comments`, needs, handle: create },
  {
    method: 'GET',
    path: `${ROOT}/comments/{comment_id}`,
    needs,
    handle: (request, hub) => {
      const comment = hub.comments.get(Number(request.params.comment_id));
      return comment === undefined ? notFound() : ok(commentShape(hub, comment));
    },
  },
  { method: 'PATCH', path: `${ROOT}/comments/{comment_id}`, needs, handle: edit },
  {
    method: 'DELETE',
    path: `${ROOT}/comments/{comment_id}`,
    needs,
    handle: (request, hub) =>
      hub.comments.delete(Number(request.params.comment_id)) ? { status: 204 } : notFound(),
  },
];
