import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { serve } from '../../src/sandbox/serve.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { tokenMarks } from './marks.ts';

/** Where a request is answered with itself: `item` is one request inside a batch. */
export type Echo = {
  readonly at: 'sign-in' | 'graph' | 'write' | 'item' | 'oidc' | 'github';
  readonly status: number;
  readonly form?: 'json' | 'text' | 'cut off' | 'reset';
};

/** Everything a request carries, in the spellings that something in between may send back. */
function carried(headers: Headers, body: string, path: string): string {
  const authorization = headers.get('authorization') ?? '';
  const form = [...new URLSearchParams(body).values()].join(' ');
  const base64 = Buffer.from(`${authorization} ${form}`).toString('base64');
  const short = Buffer.from(authorization.split(' ')[1] ?? '').toString('base64');
  return `denied: ${authorization} ${body} ${form} ${encodeURIComponent(authorization)} ${base64} ${short} ${path}`;
}

function answer({ status, form = 'json' }: Echo, told: string): Response {
  const headers = { 'Retry-After': '0', 'content-type': form === 'text' ? 'text/plain' : 'application/json' };
  const json = JSON.stringify({
    error: { code: told, message: told, innerError: { 'request-id': told } },
    error_description: `AADSTS7000215: ${told}`,
    message: told,
    value: told,
  });
  return new Response(form === 'json' ? json : form === 'text' ? told : json.slice(0, -9), {
    status,
    headers,
  });
}

/** The sign-in host, Graph and GitHub: as ever, or answering requests with what they carried. */
export async function serveEchoing(federated: {
  readonly oidc: string;
  readonly trust: (tenant: Tenant) => void;
}) {
  const marks = new Map<string, string>();
  let echo: Echo | undefined;
  let sandbox: Sandbox | undefined;
  const served = await serve({
    fetch: async (input, init) => {
      const { pathname } = new URL(String(input));
      const headers = new Headers(init?.headers);
      const body = init?.body instanceof Uint8Array ? Buffer.from(init.body).toString() : '';
      const assertion = new URLSearchParams(body).get('client_assertion');
      if (assertion !== null)
        for (const [name, mark] of tokenMarks('a client assertion', assertion)) marks.set(name, mark);
      const token = pathname.endsWith('/token');
      const method = init?.method ?? 'GET';
      const here = token
        ? 'sign-in'
        : !pathname.startsWith('/v1.0')
          ? undefined
          : pathname.endsWith('/$batch')
            ? 'graph'
            : 'write';
      const told = carried(headers, body, pathname);
      if (echo !== undefined && here === echo.at && method !== 'GET') {
        if (echo.form === 'reset') throw new Error(told);
        return answer(echo, told);
      }
      if (sandbox === undefined) throw new Error('There are no tenants.');
      const answered = await sandbox.fetch(input, init);
      const text = await answered.text();
      if (token && answered.ok)
        for (const [name, mark] of tokenMarks('an access token', JSON.parse(text).access_token))
          marks.set(name, mark);
      if (echo?.at === 'item' && here === 'graph')
        return new Response(itemsEchoed(text, echo, told), answered);
      return new Response(text === '' ? null : text, answered);
    },
  });
  const plain = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url ?? '';
    const at = path.startsWith('/oidc') ? 'oidc' : 'github';
    const fault = echo?.at === at ? echo : undefined;
    const told = carried(
      new Headers({ authorization: request.headers.authorization ?? '' }),
      Buffer.concat(chunks).toString(),
      path,
    );
    if (fault?.form === 'reset') {
      request.socket.destroy();
      return;
    }
    const given =
      fault !== undefined
        ? answer(fault, told)
        : at === 'oidc'
          ? Response.json({ value: federated.oidc })
          : Response.json({ message: 'Not Found' }, { status: 404 });
    response.writeHead(given.status, Object.fromEntries(given.headers)).end(await given.text());
  });
  await new Promise<void>((listening) => plain.listen(0, '127.0.0.1', listening));
  const github = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  return {
    ca: served.ca,
    origin: served.origin,
    github,
    /** Secrets that came up on the way. */
    marks,
    /** Fresh tenants, and what goes wrong from now on. */
    begin: (next: Echo | undefined) => {
      const tenants = builtInTenants('adatum');
      for (const tenant of tenants) federated.trust(tenant);
      sandbox = createSandbox({ tenants });
      echo = next;
    },
    close: async () => {
      plain.closeAllConnections();
      plain.close();
      await served.close();
    },
  };
}

/** Reads about consent are refused in a batch: a plan goes on without them, and tells why. */
function itemsEchoed(text: string, { status }: Echo, told: string): string {
  const { responses }: { responses: { id: string }[] } = JSON.parse(text);
  const body = { error: { code: told, message: told } };
  return JSON.stringify({
    responses: responses.map((each, at) => (at % 2 === 0 ? each : { id: each.id, status, body })),
  });
}
