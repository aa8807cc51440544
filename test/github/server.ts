import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stored } from './actions.ts';
import { answerCall, callerOf } from './api.ts';
import type { Faults } from './faults.ts';
import { serveGit } from './git-http.ts';
import type { Answer } from './http.ts';
import type { Hub } from './hub.ts';
import { oidcToken } from './oidc.ts';
import { checkExchange } from './openapi.ts';
import { sync } from './sync.ts';

/** A request as it arrived, and how it was answered; status 0: not at all. */
export type Logged = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly login: string | undefined;
  readonly status: number;
  readonly body: unknown;
};

export type Servers = {
  readonly hub: Hub;
  readonly faults: Faults;
  readonly log: Logged[];
  readonly complaints: string[];
  /** The token a job asks for its OIDC token with. */
  readonly oidcSecret: string;
  readonly oidcNow: () => Date;
};

/** Starts a server on any free port of this machine. */
export async function listen(
  handle: (url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    Promise.resolve(handle(url, request, response)).catch((error) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** The storage's side: files by signed addresses. */
export function serveStorage(
  { hub }: Servers,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { status, zip } = { zip: undefined, ...stored(hub, url, request.headers.authorization) };
  response.writeHead(status, { 'content-type': 'application/zip' }).end(zip);
}

/** GitHub's side: API, OIDC tokens and Git. */
export async function serveHost(
  servers: Servers,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { hub, log } = servers;
  const method = request.method ?? 'GET';
  const note = (status: number, login?: string, body?: unknown) =>
    void log.push({ method, path: url.pathname, query: url.search.slice(1), login, status, body });
  if (/^\/[^/]+\/[^/]+\.git\//.test(url.pathname)) {
    note(await serveGit(hub, url, request, response, () => sync(hub)));
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  if (url.pathname === '/oidc') {
    const answer = oidc(servers, url, request.headers.authorization);
    note(answer.status);
    send(response, answer);
    return;
  }
  const path = url.pathname.startsWith('/api/') ? url.pathname.slice('/api'.length) : undefined;
  if (path === undefined) {
    note(404);
    send(response, { status: 404, body: { message: 'Not Found' } });
    return;
  }
  const { authorization, 'if-none-match': ifNoneMatch } = request.headers;
  const login = callerOf(hub, authorization)?.login;
  const fault = servers.faults.take(`${method} ${path}${url.search}`);
  const sent = parsed(body);
  if (fault === 'hang' || fault === 'reset') {
    note(0, login, sent);
    if (fault === 'reset') request.socket.destroy();
    return;
  }
  if (typeof fault === 'object') {
    note(fault.status, login, sent);
    send(response, fault);
    return;
  }
  const answer = answerCall(hub, { method, url, path, authorization, ifNoneMatch, body });
  note(fault === 'lost' ? 0 : answer.status, login, sent);
  if (path !== '/graphql') complain(servers, { method, path, url, sent, answer });
  if (fault === 'lost') request.socket.destroy();
  else send(response, answer);
}

function complain(
  { complaints }: Servers,
  exchange: { method: string; path: string; url: URL; sent: unknown; answer: Answer },
): void {
  const { method, path, url, sent, answer } = exchange;
  // As the other side reads it: what JSON leaves out is not there.
  const responseBody = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
  // The description lists few of the errors GitHub gives: of those only the request is checked, as if a gateway failed.
  const told =
    answer.status < 400 ? { status: answer.status, responseBody } : { status: 599, responseBody: undefined };
  const checked = { method, path, query: url.searchParams, requestBody: sent, ...told };
  complaints.push(...checkExchange(checked));
}

function oidc({ hub, oidcSecret, oidcNow }: Servers, url: URL, authorization: string | undefined): Answer {
  if (authorization?.toLowerCase() !== `bearer ${oidcSecret}`.toLowerCase())
    return { status: 401, body: { message: 'Unauthorized' } };
  const audience = url.searchParams.get('audience') ?? `https://github.com/${hub.owner}`;
  const environment = url.searchParams.get('environment') ?? undefined;
  return { status: 200, body: { value: oidcToken(hub, { audience, environment, now: oidcNow() }) } };
}

function parsed(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3; format=json',
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-used': '1',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3_600),
    'x-ratelimit-resource': 'core',
    ...headers,
  });
  response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
}
