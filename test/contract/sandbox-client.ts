import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_SECRET } from '../../src/sandbox/clients.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { checkedFetch } from './openapi-check.ts';

export const GRAPH = 'https://graph.microsoft.com';

/** Signs in to a tenant by hand and returns the token. */
async function tokenFor(
  sandbox: Pick<Sandbox, 'fetch'>,
  tenant: Tenant,
  clientId = SANDBOX_APPLY_CLIENT_ID,
): Promise<string> {
  const response = await sandbox.fetch(`https://login.microsoftonline.com/${tenant.id}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: SANDBOX_SECRET,
      scope: `${GRAPH}/.default`,
    }),
  });
  const { access_token } = (await response.json()) as { readonly access_token: string };
  return access_token;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
type Reply = { readonly status: number; readonly headers: Headers; readonly body: any };
export type Client = (
  method: string,
  path: string,
  body?: unknown,
  headers?: { readonly [name: string]: string },
) => Promise<Reply>;

/** Talks to Graph as one tenant's app; with `checked: false` also in ways the description forbids. */
export async function clientOf(
  sandbox: Pick<Sandbox, 'fetch'>,
  tenant: Tenant,
  options: { readonly clientId?: string; readonly checked?: boolean } = {},
): Promise<Client> {
  const token = await tokenFor(sandbox, tenant, options.clientId);
  const fetch = options.checked === false ? sandbox.fetch : checkedFetch(sandbox.fetch);
  return async (method, path, body, headers = {}) => {
    const response = await fetch(path.startsWith('https:') ? path : `${GRAPH}/v1.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
}
