import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GIT_ENV } from './bare.ts';
import type { Hub, Identity } from './hub.ts';

/** The token of `Basic x-access-token:<token>`; the scheme's name is compared in any case. */
function tokenOf(authorization: string | undefined): string | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString();
  return decoded.slice(decoded.indexOf(':') + 1);
}

/**
 * Serves clone and push by Git's own HTTP server.
 * @param done called once a push is through
 * @returns the status, for the log
 */
export async function serveGit(
  hub: Hub,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  done: () => void,
): Promise<number> {
  const refuse = (status: number, message: string, headers: { readonly [name: string]: string } = {}) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(message);
    return status;
  };
  const token = tokenOf(request.headers.authorization);
  const caller: Identity | undefined = token === undefined ? undefined : hub.tokens.get(token);
  if (caller === undefined) {
    return refuse(401, 'Invalid username or token.', { 'www-authenticate': 'Basic realm="GitHub"' });
  }
  const writes =
    url.pathname.endsWith('/git-receive-pack') || url.search.includes('service=git-receive-pack');
  const [, owner = ''] = url.pathname.split('/');
  const access = caller.permissions.contents;
  // A fork belongs to its owner; everybody else only reads it.
  const may = owner === hub.owner ? access === 'write' || (!writes && access === 'read') : true;
  if (!may) return refuse(403, `Permission to ${hub.owner}/${hub.repo}.git denied to ${caller.login}.`);
  return await run(hub, url, request, response, caller, writes ? done : () => {});
}

function run(
  hub: Hub,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  caller: Identity,
  done: () => void,
): Promise<number> {
  const { 'content-length': length, 'content-type': type, 'content-encoding': encoding } = request.headers;
  const protocol = request.headers['git-protocol'];
  const child = spawn('git', ['http-backend'], {
    env: {
      ...GIT_ENV,
      HOME: hub.bare.root,
      GIT_PROJECT_ROOT: hub.bare.root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      REMOTE_USER: caller.login,
      REMOTE_ADDR: '127.0.0.1',
      ...(type === undefined ? {} : { CONTENT_TYPE: type }),
      ...(length === undefined ? {} : { CONTENT_LENGTH: length }),
      ...(encoding === undefined ? {} : { HTTP_CONTENT_ENCODING: encoding }),
      ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  return new Promise((finished) => {
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const whole = Buffer.concat(chunks);
      const split = whole.indexOf('\r\n\r\n');
      const headers: { [name: string]: string } = {};
      let status = split < 0 ? 500 : 200;
      for (const line of whole.subarray(0, Math.max(0, split)).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(/:\s*(.*)/s);
        if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
        else if (name !== '') headers[name] = value;
      }
      done();
      response.writeHead(status, headers).end(split < 0 ? '' : whole.subarray(split + 4));
      finished(status);
    });
  });
}
