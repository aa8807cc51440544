import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { withoutSecrets } from '../../../src/core/secrets.ts';
import { GraphFailure } from '../../../src/graph/failure.ts';
import { openReader } from '../../../src/graph/open-reader.ts';
import { openWriter } from '../../../src/graph/open-writer.ts';
import {
  CLIENT_ID,
  ENV,
  everythingIn,
  graphErrorBody,
  json,
  jwt,
  open,
  SECRET,
  TENANT,
  type WorldOptions,
  world,
} from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'iosmail-sign-in-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PSEUDO_TRACE =
  'Trace ID: 0b1c2d3e-0000-4000-8000-000000000000 Correlation ID: x Timestamp: 2026-11-24 08:00:00Z';

const aadsts =
  (code: number, text: string, status = 401) =>
  () =>
    json(status, {
      error: 'invalid_client',
      error_description: `AADSTS${code}: ${text} ${PSEUDO_TRACE}`,
      error_codes: [code],
    });

async function failing(options: WorldOptions, env: NodeJS.ProcessEnv = ENV) {
  const here = world(options);
  const error: unknown = await open(here, { env }).catch((thrown: unknown) => thrown);
  if (!(error instanceof GraphFailure)) throw new Error(`expected a GraphFailure, got ${String(error)}`);
  return { error, here };
}

describe('failed sign-ins keep the code, the text and say what to do', () => {
  test.each([
    [
      7000215,
      'Invalid client secret provided. Ensure the secret being sent is the client secret value, not the client secret ID.',
      'AZURE_CLIENT_SECRET',
    ],
    [7000222, 'The provided client secret keys are expired.', 'expired'],
    [
      700016,
      `Application with identifier '${CLIENT_ID}' was not found in the directory 'Contoso'.`,
      CLIENT_ID,
    ],
    [
      70021,
      'No matching federated identity record found for presented assertion subject.',
      'Federated credentials',
    ],
    [
      700213,
      "No matching federated identity record found for presented assertion subject 'repo:o/r:ref:refs/heads/x'.",
      'Federated credentials',
    ],
    [
      700027,
      'The certificate with identifier used to sign the client assertion is not registered on application.',
      'Upload the certificate',
    ],
    [53003, 'Access has been blocked by Conditional Access policies.', 'Conditional Access'],
    [999999, 'Something new.', 'error?code=999999'],
  ])('AADSTS%i', async (code, text, advice) => {
    const { error, here } = await failing({ token: aadsts(code, text) });
    expect(error).toMatchObject({ reason: 'sign-in', code: `AADSTS${code}` });
    expect(error.message).toContain(`AADSTS${code}: ${text}`);
    expect(error.message).toContain(TENANT.id);
    expect(error.message).not.toContain('Trace ID');
    expect(error.fix).toContain(advice);
    expect(here.calls).toEqual([]);
  });

  test('a tenant that does not exist is told as such, though the SDK hides it', async () => {
    const { error } = await failing({ discovery: aadsts(90002, `Tenant '${TENANT.id}' not found.`, 400) });
    expect(error).toMatchObject({ reason: 'sign-in', code: 'AADSTS90002' });
    expect(error.fix).toContain('tenant.cloud');
  });

  test('an unreachable sign-in service is told with host and cause, after some tries', async () => {
    const { error, here } = await failing({
      discovery: () => {
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }),
        });
      },
    });
    expect(error.reason).toBe('sign-in');
    expect(error.message).toContain('login.sandbox.localhost');
    expect(error.message).toContain('ENOTFOUND');
    expect(error.fix).toContain('can be reached');
    expect(here.signIns.length).toBeGreaterThan(1);
    expect(here.signIns.length).toBeLessThan(10);
  });

  test('a throttled sign-in is waited out by our clock', async () => {
    const here = world({
      token: (_, __, turn) =>
        turn < 3
          ? json(429, { error: 'temporarily_unavailable' }, { 'Retry-After': '4' })
          : json(200, { token_type: 'Bearer', expires_in: 3599, access_token: jwt({ tid: TENANT.id }) }),
    });
    const connection = await open(here);
    expect(here.clock.slept).toEqual([4_200, 4_200]);
    expect(connection.cost().signIn).toBe(4);
  });

  test('files that are missing or no certificate', async () => {
    const missing = await failing(
      {},
      { AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH: join(folder, 'none.pem') },
    );
    expect(missing.error).toMatchObject({
      reason: 'sign-in',
      fix: expect.stringContaining('AZURE_CLIENT_CERTIFICATE_PATH'),
    });
    const path = join(folder, 'key.pem');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    writeFileSync(path, pem);
    const half = await failing({}, { AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH: path });
    expect(half.error.reason).toBe('sign-in');
    expect(everythingIn(half.error)).not.toContain(pem.slice(100, 160));
    const noToken = await failing({}, { ...ENV, AZURE_FEDERATED_TOKEN_FILE: join(folder, 'none.jwt') });
    expect(noToken.error).toMatchObject({
      reason: 'sign-in',
      fix: expect.stringContaining('AZURE_FEDERATED_TOKEN_FILE'),
    });
  });

  test('a token for another tenant stops everything, and names both', async () => {
    const other = '2b1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e22';
    const { error, here } = await failing({ tid: other });
    expect(error.reason).toBe('wrong-tenant');
    expect(error.message).toContain(other);
    expect(error.message).toContain(TENANT.id);
    expect(here.calls).toEqual([]);
  });

  test.each(['opaque', jwt({ aud: 'x' }), jwt({ tid: 7 }), 'a.b.c'])(
    'a token that does not tell its tenant is not used',
    async (token) => {
      const { error, here } = await failing({
        token: () => json(200, { token_type: 'Bearer', expires_in: 3599, access_token: token }),
      });
      expect(error.reason).toBe('wrong-tenant');
      expect(here.calls).toEqual([]);
    },
  );

  test('a token of another tenant that comes later, as a replacement, is not used either', async () => {
    const here = world({
      graph: () => json(401, {}),
      token: (_, __, turn) =>
        json(200, {
          token_type: 'Bearer',
          expires_in: 3599,
          access_token: jwt({ tid: turn === 1 ? TENANT.id : 'other', n: turn }),
        }),
    });
    const connection = await open(here);
    const read = { method: 'GET', path: '/a', shape: 'one', what: 'a', permission: 'x' } as const;
    await expect(openReader(connection).read([read])).rejects.toMatchObject({ reason: 'wrong-tenant' });
    expect(here.calls).toHaveLength(1);
  });
});

describe('no secret anywhere', () => {
  const assertion = jwt({ sub: 'repo:o/r:pull_request', private: 'do-not-print' });

  test('a sign-in service that echoes what it was sent', async () => {
    const { error } = await failing({
      token: (form, call) =>
        json(401, {
          error: 'x',
          error_description: `AADSTS7000215: got ${call.text} and ${form.get('client_secret')}`,
        }),
    });
    const all = everythingIn(error);
    expect(all).toContain('AADSTS7000215');
    for (const spelling of [
      SECRET,
      encodeURIComponent(SECRET),
      new URLSearchParams({ s: SECRET }).toString().slice(2),
    ]) {
      expect(all).not.toContain(spelling);
    }
  });

  test('assertions, runner tokens and certificates', async () => {
    const path = join(folder, 'assertion.jwt');
    writeFileSync(path, assertion);
    const echo: WorldOptions = {
      token: (_, call) =>
        json(400, { error: 'x', error_description: `AADSTS50027: ${decodeURIComponent(call.text)}` }),
    };
    const file = await failing(echo, { ...ENV, AZURE_FEDERATED_TOKEN_FILE: path });
    const runner = 'runner-token-0123456789';
    const env = {
      ...ENV,
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://oidc.github.localhost/t?v=1',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: runner,
    };
    const github = await failing({ ...echo, graph: () => json(200, { value: assertion }) }, env);
    const refused = await failing({ graph: () => json(403, { message: `bad token ${runner}` }) }, env);
    for (const { error } of [file, github, refused]) {
      const all = everythingIn(error);
      expect(all).not.toContain(assertion);
      expect(all).not.toContain(assertion.split('.')[1]);
      expect(all).not.toContain(runner);
    }
  });

  test('a network error that quotes the request', async () => {
    const { error } = await failing({
      token: (_, call) => {
        throw new TypeError('fetch failed', { cause: new Error(`could not send ${call.text}`) });
      },
    });
    expect(everythingIn(error)).not.toContain(SECRET);
    expect(everythingIn(error)).not.toContain(encodeURIComponent(SECRET));
  });

  test('a Graph that echoes the token, to a read and to a write', async () => {
    const here = world({
      graph: (call) => json(400, graphErrorBody('Bad', `You sent ${call.headers.get('authorization')}`)),
    });
    const connection = await open(here);
    const what = { what: 'a', permission: 'x' };
    const errors = await Promise.all([
      openReader(connection)
        .read([{ method: 'GET', path: '/a', shape: 'one', ...what }])
        .catch((error: unknown) => error),
      openWriter(connection)
        .write({ method: 'PATCH', path: '/a', body: {}, ...what })
        .catch((error: unknown) => error),
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(GraphFailure);
      expect(everythingIn(error)).not.toContain(here.tokens[0]);
    }
    expect(JSON.stringify(connection)).not.toContain(here.tokens[0]);
    expect(JSON.stringify(connection.cost())).not.toContain(here.tokens[0]);
  });

  test('what looks like a secret is hidden, other text is kept', () => {
    expect(withoutSecrets('Bearer abcdef0123456789')).toBe('Bearer [hidden]');
    expect(withoutSecrets('client_secret=abc&x=1')).toBe('client_secret=[hidden]&x=1');
    expect(withoutSecrets('{"access_token":"opaque"}')).toBe('{"access_token":"[hidden]"}');
    expect(withoutSecrets('-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----')).toBe('[hidden]');
    expect(withoutSecrets('cut off: -----BEGIN RSA PRIVATE KEY-----\nabc')).toBe('cut off: [hidden]');
    const kept =
      'AADSTS700213: No matching federated identity record, client_id 3f0c3e6f, the token is expired.';
    expect(withoutSecrets(kept, [''])).toBe(kept);
  });
});
