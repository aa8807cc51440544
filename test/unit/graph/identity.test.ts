import { constants, generateKeyPairSync, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureCliCredential } from '@azure/identity';
import { generate } from 'selfsigned';
import { afterAll, describe, expect, test } from 'vitest';
import { connect } from '../../../src/graph/connect.ts';
import { clientIdFor, credentialFor } from '../../../src/graph/identity.ts';
import { openReader } from '../../../src/graph/open-reader.ts';
import { batchOf, CLIENT_ID, ENV, json, jwt, open, SECRET, TENANT, type World, world } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'iosmail-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The form of the one token request. */
function tokenForm({ signIns }: World): URLSearchParams {
  const posts = signIns.filter(({ method }) => method === 'POST');
  expect(posts).toHaveLength(1);
  expect(posts[0]?.url.pathname).toBe(`/${TENANT.id}/oauth2/v2.0/token`);
  return new URLSearchParams(posts[0]?.text);
}

describe('which client id', () => {
  const identity = { plan: 'of-file', apply: 'of-file-apply' };
  test('the file, else the settings, else the environment', () => {
    expect(clientIdFor({ ...TENANT, identity }, 'plan', { plan: 'of-settings' }, ENV)).toBe('of-file');
    expect(clientIdFor({ ...TENANT, identity }, 'apply', { apply: 'of-settings' }, ENV)).toBe(
      'of-file-apply',
    );
    expect(clientIdFor({ ...TENANT, identity: { plan: 'p' } }, 'apply', { apply: 'of-settings' }, ENV)).toBe(
      'of-settings',
    );
    expect(clientIdFor(TENANT, 'apply', { plan: 'of-settings' }, ENV)).toBe(CLIENT_ID);
    expect(clientIdFor(TENANT, 'plan', undefined, {})).toBeUndefined();
  });

  test('a credential without a client id is told before anything is sent', async () => {
    const here = world();
    await expect(open(here, { env: { AZURE_CLIENT_SECRET: SECRET } })).rejects.toMatchObject({
      reason: 'sign-in',
      fix: expect.stringContaining('tenant.identity.plan'),
    });
    expect(here.signIns).toEqual([]);
  });
});

describe('credentials', () => {
  test('a client secret, for the tenant of the file whatever the environment says', async () => {
    const here = world();
    const connection = await open(here, { env: { ...ENV, AZURE_TENANT_ID: 'another-tenant' } });
    expect(here.signIns.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
      `GET /${TENANT.id}/v2.0/.well-known/openid-configuration`,
      `POST /${TENANT.id}/oauth2/v2.0/token`,
    ]);
    const form = tokenForm(here);
    expect(form.get('grant_type')).toBe('client_credentials');
    expect(form.get('client_id')).toBe(CLIENT_ID);
    expect(form.get('client_secret')).toBe(SECRET);
    expect(form.get('scope')).toBe('https://graph.microsoft.com/.default');
    expect(connection.cost()).toEqual({ roundTrips: 0, requests: 0, signIn: 2 });
    expect(here.calls).toEqual([]);
  });

  test('national clouds ask for a token of their own Graph', async () => {
    const here = world();
    await connect({ ...TENANT, cloud: 'china' }, 'plan', { env: ENV, edge: here.edge });
    expect(tokenForm(here).get('scope')).toBe('https://microsoftgraph.chinacloudapi.cn/.default');
  });

  test('a certificate signs its own assertion', async () => {
    const made = await generate([{ name: 'commonName', value: 'iosmail' }], { keySize: 2048 });
    const path = file('client.pem', `${made.private}\n${made.cert}`);
    const here = world();
    await open(here, {
      env: { AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH: path, AZURE_CLIENT_SECRET: SECRET },
    });
    const form = tokenForm(here);
    expect(form.has('client_secret')).toBe(false);
    const [head = '', payload = '', signature = ''] = (form.get('client_assertion') ?? '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(claims).toMatchObject({ iss: CLIENT_ID, sub: CLIENT_ID });
    expect(claims.aud).toBe(`https://login.sandbox.localhost/${TENANT.id}/oauth2/v2.0/token`);
    const signedBy = (key: KeyObject) =>
      verify(
        'sha256',
        Buffer.from(`${head}.${payload}`),
        { key, padding: constants.RSA_PKCS1_PSS_PADDING },
        Buffer.from(signature, 'base64url'),
      );
    expect(signedBy(new X509Certificate(made.cert).publicKey)).toBe(true);
    expect(signedBy(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)).toBe(false);
  });

  test('a federated token file', async () => {
    const assertion = jwt({ sub: 'system:serviceaccount:x:y' });
    const path = file('federated.jwt', `${assertion}\n`);
    const here = world();
    await open(here, { env: { ...ENV, AZURE_FEDERATED_TOKEN_FILE: path } });
    const form = tokenForm(here);
    expect(form.get('client_assertion')).toBe(assertion);
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    expect(form.has('client_secret')).toBe(false);
  });

  test('the Azure CLI of a person at a desk, asked for this tenant', async () => {
    const here = world();
    expect(await credentialFor(TENANT, 'plan', undefined, {}, here.edge)).toBeInstanceOf(AzureCliCredential);
    const token = jwt({ tid: TENANT.id });
    const seen = join(folder, 'az-arguments');
    const answer = JSON.stringify({ accessToken: token, expires_on: Math.floor(Date.now() / 1000) + 3600 });
    const az = file('az', `#!/bin/sh\necho "$@" > '${seen}'\necho '${answer}'\n`);
    chmodSync(az, 0o755);
    const path = process.env.PATH;
    process.env.PATH = `${folder}:${path}`;
    try {
      const connection = await open(here, { env: {} });
      expect(connection.cost()).toEqual({ roundTrips: 0, requests: 0, signIn: 0 });
      expect(readFileSync(seen, 'utf8')).toContain(
        `--resource https://graph.microsoft.com --tenant ${TENANT.id}`,
      );
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('GitHub workflows', () => {
  const github = {
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://oidc.github.localhost/token?api-version=2',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner-token-123456',
  };
  const idToken = jwt({ sub: 'repo:o/r:environment:apply', exp: Date.parse('2026-11-24T08:05:00Z') / 1000 });
  const later = jwt({ sub: 'repo:o/r:environment:apply', exp: Date.parse('2026-11-24T08:15:00Z') / 1000 });

  /** A world in which GitHub gives the n-th answer to the n-th request for a token. */
  function withGithub(answer: (turn: number) => Response = () => json(200, { value: idToken })) {
    const here = world({ graph: (_, turn) => answer(turn) });
    return { here, asked: () => here.calls.filter(({ url }) => url.hostname === 'oidc.github.localhost') };
  }

  test('the workflow token is the assertion, asked once for the audience of the cloud', async () => {
    const { here, asked } = withGithub();
    await open(here, { env: { ...ENV, ...github } });
    expect(asked()).toHaveLength(1);
    expect(asked()[0]?.url.searchParams.get('audience')).toBe('api://AzureADTokenExchange');
    expect(asked()[0]?.url.searchParams.get('api-version')).toBe('2');
    expect(asked()[0]?.headers.get('authorization')).toBe('bearer runner-token-123456');
    expect(tokenForm(here).get('client_assertion')).toBe(idToken);
    expect(tokenForm(here).has('client_secret')).toBe(false);
  });

  test('every cloud has its audience', async () => {
    for (const [cloud, audience] of [
      ['usgov', 'api://AzureADTokenExchangeUSGov'],
      ['usgovdod', 'api://AzureADTokenExchangeUSGov'],
      ['china', 'api://AzureADTokenExchangeChina'],
    ] as const) {
      const { here, asked } = withGithub();
      await connect({ ...TENANT, cloud }, 'plan', { env: { ...ENV, ...github }, edge: here.edge });
      expect(asked()[0]?.url.searchParams.get('audience')).toBe(audience);
    }
  });

  test('a credential asks again only when its workflow token is about to expire', async () => {
    const { here, asked } = withGithub((turn) => json(200, { value: turn === 1 ? idToken : later }));
    const credential = await credentialFor(TENANT, 'plan', undefined, { ...ENV, ...github }, here.edge);
    for (let each = 0; each < 3; each++) await credential.getToken('https://graph.microsoft.com/.default');
    expect(asked()).toHaveLength(1);
    await here.clock.sleep(5 * 60_000);
    await credential.getToken('https://graph.microsoft.com/.default');
    expect(asked()).toHaveLength(2);
  });

  test('GitHub having trouble is waited out; refusing is told with the permission to set', async () => {
    const trouble = withGithub((turn) => (turn < 3 ? json(503, {}) : json(200, { value: idToken })));
    await open(trouble.here, { env: { ...ENV, ...github } });
    expect(trouble.asked()).toHaveLength(3);
    for (const answer of [() => json(403, {}), () => json(200, { count: 1 }), () => new Response('<html>')]) {
      const { here } = withGithub(answer);
      await expect(open(here, { env: { ...ENV, ...github } })).rejects.toMatchObject({
        reason: 'sign-in',
        fix: expect.stringContaining('id-token: write'),
      });
    }
  });
});

describe('tokens', () => {
  const read = { method: 'GET', path: '/a', shape: 'one', what: 'a', permission: 'x' } as const;
  const fine = batchOf(() => ({ status: 200, body: {} }));

  test('a token about to expire is replaced before it is used', async () => {
    const here = world({ graph: fine });
    const connection = await open(here);
    const reader = openReader(connection);
    await reader.read([read]);
    await here.clock.sleep(50 * 60_000);
    await reader.read([read]);
    expect(here.tokens).toHaveLength(1);
    await here.clock.sleep(6 * 60_000);
    await reader.read([read]);
    expect(here.tokens).toHaveLength(2);
    expect(here.calls.at(-1)?.headers.get('authorization')).toBe(`Bearer ${here.tokens[1]}`);
  });

  test('many exchanges that find one token refused ask for one new token', async () => {
    const here = world({
      graph: (call) =>
        call.headers.get('authorization') === `Bearer ${here.tokens[0]}` ? json(401, {}) : fine(call),
    });
    const connection = await open(here);
    const reader = openReader(connection);
    await Promise.all([1, 2, 3].map((n) => reader.read([{ ...read, path: `/${n}` }])));
    expect(here.tokens).toHaveLength(2);
  });

  test('every connection signs in for itself', async () => {
    const here = world({ graph: fine });
    const other = { ...TENANT, id: '2b1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e22' };
    await openReader(await open(here)).read([read]);
    await openReader(await connect(other, 'plan', { env: ENV, edge: here.edge })).read([read]);
    expect(here.calls.map(({ headers }) => headers.get('authorization'))).toEqual(
      here.tokens.map((token) => `Bearer ${token}`),
    );
  });
});
