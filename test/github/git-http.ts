import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
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
 * Serves clone and push as Git's own HTTP server does, by the same two programs behind it.
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
  const service = /^\/[^/]+\/[^/]+\.git\/(?:info\/refs\?service=)?(git-(?:upload|receive)-pack)$/.exec(
    `${url.pathname}${url.search}`,
  )?.[1];
  const path = join(hub.bare.root, owner, `${hub.repo}.git`);
  if (service === undefined || !url.pathname.includes(`/${hub.repo}.git/`) || !existsSync(path))
    return refuse(404, 'Not Found');
  const listing = url.pathname.endsWith('/info/refs');
  const { 'git-protocol': protocol, 'content-encoding': encoding } = request.headers;
  const version2 = protocol === 'version=2';
  // What this server can do, and nothing about this repository: the same each time.
  const same = listing && version2 && service === 'git-upload-pack';
  const env = {
    ...GIT_ENV,
    HOME: hub.bare.root,
    GIT_COMMITTER_NAME: caller.login,
    GIT_COMMITTER_EMAIL: `${caller.login}@http.127.0.0.1`,
    ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
  };
  const how = listing ? '--http-backend-info-refs' : '--stateless-rpc';
  if (listing) request.resume();
  const input = listing ? undefined : encoding === 'gzip' ? request.pipe(createGunzip()) : request;
  const said = (same ? abilities : undefined) ?? (await git(service, how, path, env, input));
  if (same) abilities = said;
  if (writes) done();
  const name = `# service=${service}\n`;
  const hello = `${(name.length + 4).toString(16).padStart(4, '0')}${name}0000`;
  response
    .writeHead(200, {
      'content-type': `application/x-${service}-${listing ? 'advertisement' : 'result'}`,
      'cache-control': 'no-cache, max-age=0, must-revalidate',
    })
    .end(
      listing && !(version2 && service === 'git-upload-pack')
        ? Buffer.concat([Buffer.from(hello), said])
        : said,
    );
  return 200;
}

let abilities: Buffer | undefined;

/** What stands behind Git's own HTTP server, run as it would. */
function git(
  service: string,
  how: string,
  path: string,
  env: { readonly [name: string]: string },
  input: Readable | undefined,
): Promise<Buffer> {
  const child = spawn('git', [service.slice('git-'.length), how, path], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  if (input === undefined) child.stdin.end();
  else input.on('error', () => child.stdin.end()).pipe(child.stdin);
  return new Promise((finished) => {
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => finished(Buffer.concat(chunks)));
  });
}
