import { createHash } from 'node:crypto';
import { actionRoutes } from './actions.ts';
import { checkRoutes } from './check-runs.ts';
import { collaboratorRoutes } from './collaborators.ts';
import { commentRoutes } from './comments.ts';
import { deploymentRoutes } from './deployments.ts';
import { graphql } from './graphql.ts';
import { type Answer, type ApiRequest, fields, notFound, type Route, refuse } from './http.ts';
import type { Hub, Identity } from './hub.ts';
import { issueRoutes } from './issues.ts';
import { pullRoutes } from './pulls.ts';
import { refRoutes } from './refs.ts';
import { repositoryRoutes } from './repository.ts';
import { reviewRoutes } from './reviews.ts';
import { statusRoutes } from './statuses.ts';
import { sync } from './sync.ts';

const ROUTES = [
  ...repositoryRoutes,
  ...pullRoutes,
  ...refRoutes,
  ...reviewRoutes,
  ...commentRoutes,
  ...issueRoutes,
  ...checkRoutes,
  ...collaboratorRoutes,
  ...actionRoutes,
  ...deploymentRoutes,
  ...statusRoutes,
]
  .map((route) => ({ ...route, pattern: patternOf(route.path), variables: route.path.split('{').length }))
  .sort((a, b) => a.variables - b.variables);

/** A reference of Git may have slashes of its own. */
function patternOf(path: string): RegExp {
  const source = path.replace(/\{(\w+)\}/g, (_, name) =>
    name === 'ref' ? `(?<ref>.+)` : `(?<${name}>[^/]+)`,
  );
  return new RegExp(`^${source}$`);
}

export type Call = {
  readonly method: string;
  /** Below the API's root. */
  readonly url: URL;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly body: string;
};

export const callerOf = (hub: Hub, authorization: string | undefined): Identity | undefined =>
  hub.tokens.get(/^(?:token|bearer)\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? '');

/** Answers one request to the API: who asks, what for, whether they may, and the answer itself. */
export function answerCall(hub: Hub, call: Call): Answer {
  const caller = callerOf(hub, call.authorization);
  if (caller === undefined) return refuse(401, 'Bad credentials');
  const body = bodyOf(call.body);
  if (body === undefined) return refuse(400, 'Problems parsing JSON');
  sync(hub);
  const request = {
    method: call.method,
    path: call.path,
    query: call.url.searchParams,
    params: {},
    body,
    caller,
  };
  if (call.path === '/graphql' && call.method === 'POST') return graphql(request, hub);
  const answer = routed(hub, request);
  return call.method === 'GET' && answer.status === 200 ? tagged(answer, call.ifNoneMatch) : answer;
}

function bodyOf(body: string): ApiRequest['body'] | undefined {
  if (body === '') return {};
  try {
    return fields(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function routed(hub: Hub, request: ApiRequest): Answer {
  for (const route of ROUTES) {
    const match = route.method === request.method ? route.pattern.exec(request.path) : null;
    if (match === null) continue;
    const params = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    const { owner, repo } = params;
    const here =
      owner === undefined ||
      (owner.toLowerCase() === hub.owner.toLowerCase() && repo?.toLowerCase() === hub.repo.toLowerCase());
    if (!here) return notFound();
    return forbidden(route, request.caller) ?? route.handle({ ...request, params }, hub);
  }
  return notFound();
}

function forbidden({ method, needs }: Route, { permissions }: Identity): Answer | undefined {
  const access = method === 'GET' ? 'read' : 'write';
  const may = needs.some((scope) => permissions[scope] === 'write' || permissions[scope] === access);
  if (needs.length === 0 || may) return undefined;
  const accepted = needs.map((scope) => `${scope.replace('-', '_')}=${access}`).join('; ');
  return {
    ...refuse(403, 'Resource not accessible by integration'),
    headers: { 'x-accepted-github-permissions': accepted },
  };
}

function tagged(answer: Answer, ifNoneMatch: string | undefined): Answer {
  const etag = `W/"${createHash('sha256').update(JSON.stringify(answer.body)).digest('hex')}"`;
  if (ifNoneMatch === etag) return { status: 304, headers: { etag } };
  return { ...answer, headers: { ...answer.headers, etag } };
}
