import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
} from '@azure/identity';
import { generate } from 'selfsigned';
import { Agent, fetch as fetchWith } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLAN_PERMISSIONS, SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../../src/sandbox/clients.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { serve } from '../../src/sandbox/serve.ts';
import type { Client, Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { readToken, writeToken } from '../../src/sandbox/token.ts';

let sandbox: Sandbox;
let contoso: Tenant;
let registration: Client;

function reset(): void {
  const tenants = builtInTenants('contoso');
  const [tenant] = tenants;
  const client = tenant?.clients.get(SANDBOX_CLIENT_ID);
  if (!tenant || !client) throw new Error('no tenant');
  contoso = tenant;
  registration = client;
  sandbox = createSandbox({ tenants });
}

describe('by hand', () => {
  beforeAll(reset);

  const form = (changes: { readonly [name: string]: string } = {}) => ({
    grant_type: 'client_credentials',
    client_id: SANDBOX_CLIENT_ID,
    client_secret: SANDBOX_SECRET,
    scope: 'https://graph.microsoft.com/.default',
    ...changes,
  });

  async function ask(fields: { readonly [name: string]: string }, tenant = contoso.id) {
    const response = await sandbox.fetch(
      `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token?client-request-id=x`,
      {
        method: 'POST',
        body: new URLSearchParams(fields),
      },
    );
    return { status: response.status, body: (await response.json()) as { readonly [name: string]: unknown } };
  }

  test('a token says who, where and what for', async () => {
    const { status, body } = await ask(form());
    expect([status, body.token_type, body.expires_in]).toEqual([200, 'Bearer', 3599]);
    const claims = readToken(String(body.access_token))?.claims;
    expect(claims).toMatchObject({
      tid: contoso.id,
      appid: SANDBOX_CLIENT_ID,
      app_displayname: 'iosmail plan',
      oid: claims?.sub,
      aud: 'https://graph.microsoft.com',
      roles: [...PLAN_PERMISSIONS],
    });
    expect((claims?.exp ?? 0) - (claims?.iat ?? 0)).toBe(3599);
    contoso.settings.tokenTenantId = '457b74d6-d583-4cd2-8e9c-5f72ac59c649';
    const wrong = await ask(form());
    expect(readToken(String(wrong.body.access_token))?.claims.tid).toBe(contoso.settings.tokenTenantId);
    delete contoso.settings.tokenTenantId;
  });

  test.each([
    ['wrong secret', form({ client_secret: 'nope' }), 401, 'invalid_client', 7000215],
    [
      'unknown client',
      form({ client_id: '00000000-aaaa-4000-8000-000000000000' }),
      400,
      'unauthorized_client',
      700016,
    ],
    ['no default scope', form({ scope: 'User.Read' }), 400, 'invalid_scope', 1002012],
    ['another grant type', form({ grant_type: 'password' }), 400, 'unsupported_grant_type', 70003],
  ] as const)('%s', async (_, fields, status, error, number) => {
    const answer = await ask(fields);
    expect(answer).toMatchObject({ status, body: { error, error_codes: [number] } });
    expect(answer.body.error_description).toMatch(new RegExp(`^AADSTS${number}: `));
    expect(JSON.stringify(answer.body)).not.toContain('nope');
  });

  test('an unknown tenant; a tenant by its domain; discovery from the origin that was asked', async () => {
    expect(await ask(form(), 'nobody.example')).toMatchObject({
      status: 400,
      body: { error_codes: [90002] },
    });
    expect((await ask(form(), 'contoso.example')).status).toBe(200);
    const response = await sandbox.fetch(
      `https://localhost:4711/${contoso.id}/v2.0/.well-known/openid-configuration`,
    );
    expect(await response.json()).toMatchObject({
      issuer: `https://localhost:4711/${contoso.id}/v2.0`,
      token_endpoint: `https://localhost:4711/${contoso.id}/oauth2/v2.0/token`,
    });
  });

  test('federated tokens: issuer, subject and audience must match exactly, and time is up at exp', async () => {
    const known = {
      issuer: 'https://token.actions.githubusercontent.com',
      subject: 'repo:o/r:environment:apply',
      audience: 'api://AzureADTokenExchange',
    };
    registration.federated = [known];
    const exp = Math.floor(Date.now() / 1000) + 300;
    const present = (claims: object) => {
      const { client_secret: _, ...rest } = form();
      const assertion = writeToken({
        iss: known.issuer,
        sub: known.subject,
        aud: known.audience,
        exp,
        ...claims,
      });
      return ask({
        ...rest,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      });
    };
    expect((await present({})).status).toBe(200);
    expect(await present({ sub: 'repo:o/r:environment:Apply' })).toMatchObject({
      status: 401,
      body: { error_codes: [700213] },
    });
    expect((await present({ aud: 'api://other' })).status).toBe(401);
    expect(await present({ exp: 1 })).toMatchObject({ body: { error_codes: [700024] } });
    const malformed = await ask({
      ...form(),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'x',
    });
    expect(malformed).toMatchObject({ status: 401, body: { error_codes: [50027] } });
  });
});

describe('over HTTPS, with the official client library', () => {
  let served: Awaited<ReturnType<typeof serve>>;
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const options = () => ({
    authorityHost: served.origin,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: served.ca },
  });
  const scope = () => `${served.origin}/.default`;

  beforeAll(async () => {
    reset();
    served = await serve(sandbox);
  });
  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  async function status(token: string, path = '/v1.0/groups?$top=1'): Promise<number> {
    const dispatcher = new Agent({ connect: { ca: served.ca } });
    const response = await fetchWith(served.origin + path, {
      dispatcher,
      headers: { authorization: `Bearer ${token}` },
    });
    await response.text();
    await dispatcher.close();
    return response.status;
  }

  test('a secret', async () => {
    const credential = new ClientSecretCredential(contoso.id, SANDBOX_CLIENT_ID, SANDBOX_SECRET, options());
    const { token } = await credential.getToken(scope());
    expect(await status(token)).toBe(200);
    const wrong = new ClientSecretCredential(contoso.id, SANDBOX_CLIENT_ID, 'nope', options());
    await expect(wrong.getToken(scope())).rejects.toThrow(/AADSTS7000215/);
  });

  test('a certificate', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'iosmail' }]);
    const file = join(folder, 'client.pem');
    writeFileSync(file, `${key}\n${cert}`);
    const credential = new ClientCertificateCredential(
      contoso.id,
      SANDBOX_CLIENT_ID,
      { certificatePath: file },
      options(),
    );
    await expect(credential.getToken(scope())).rejects.toThrow(/AADSTS700027/);
    registration.certificates = [
      createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url'),
    ];
    const again = new ClientCertificateCredential(
      contoso.id,
      SANDBOX_CLIENT_ID,
      { certificatePath: file },
      options(),
    );
    expect(await status((await again.getToken(scope())).token)).toBe(200);
  });

  test('a federated token', async () => {
    registration.federated = [
      { issuer: 'https://issuer.example', subject: 's', audience: 'api://AzureADTokenExchange' },
    ];
    const assertion = writeToken({
      iss: 'https://issuer.example',
      sub: 's',
      aud: 'api://AzureADTokenExchange',
      exp: Date.now() / 1000 + 300,
    });
    const credential = new ClientAssertionCredential(
      contoso.id,
      SANDBOX_CLIENT_ID,
      async () => assertion,
      options(),
    );
    expect(await status((await credential.getToken(scope())).token)).toBe(200);
  });

  test('a broken connection is one here too, and a certificate nobody trusts is refused', async () => {
    sandbox.fault = () => ({ kind: 'reset-before' });
    await expect(status('x')).rejects.toThrow();
    delete sandbox.fault;
    await expect(fetchWith(`${served.origin}/v1.0/groups`)).rejects.toThrow();
  });
});
