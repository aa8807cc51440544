import { describe, expect, test } from 'vitest';
import type { WriteRequest } from '../../../src/core/request.ts';
import { GraphFailure } from '../../../src/graph/failure.ts';
import { openWriter } from '../../../src/graph/open-writer.ts';
import { CLIENT_ID, graphErrorBody, json, open, type WorldOptions, world } from './world.ts';

const SP = '5d2a8a16-5a3a-4f9b-8c1a-0f3a3d3c7e01';
const patch: WriteRequest = {
  method: 'PATCH',
  path: `/servicePrincipals/${SP}`,
  body: { appRoleAssignmentRequired: true },
  what: 'require assignment',
  permission: 'Application.ReadWrite.All',
};
const assign: WriteRequest = {
  ...patch,
  method: 'POST',
  path: `/servicePrincipals/${SP}/appRoleAssignedTo`,
  body: { principalId: 'p', resourceId: SP, appRoleId: '00000000-0000-0000-0000-000000000000' },
};
const unassign: WriteRequest = {
  method: 'DELETE',
  path: `/servicePrincipals/${SP}/appRoleAssignedTo/AbC-_9`,
  what: 'remove an assignment',
  permission: 'Application.ReadWrite.All',
};
const grant: WriteRequest = {
  ...patch,
  method: 'POST',
  path: '/oauth2PermissionGrants',
  body: { scope: 'a b' },
};
const revoke: WriteRequest = { ...unassign, path: '/oauth2PermissionGrants/xyz' };
const create: WriteRequest = { ...patch, method: 'POST', path: '/servicePrincipals', body: { appId: 'f8' } };

async function writing(request: WriteRequest, graph: WorldOptions['graph'], more: WorldOptions = {}) {
  const here = world({ graph, ...more });
  const connection = await open(here, { role: 'apply' });
  const result: unknown = await openWriter(connection)
    .write(request)
    .catch((error: unknown) => error);
  return { here, connection, result };
}

const says = (status: number, code: string, message: string) => () =>
  json(status, graphErrorBody(code, message));

describe('what goes out', () => {
  test.each([patch, assign, unassign, grant, revoke, create])(
    '$method $path exactly as given',
    async (request) => {
      const { here, connection, result } = await writing(request, () => new Response(null, { status: 204 }));
      expect(result).toEqual({ kind: 'accepted', status: 204 });
      expect(here.calls).toHaveLength(1);
      const call = here.calls[0]!;
      expect(`${call.method} ${call.href}`).toBe(
        `${request.method} https://graph.sandbox.localhost/v1.0${request.path}`,
      );
      expect(call.text).toBe(request.body === undefined ? '' : JSON.stringify(request.body));
      expect(call.headers.get('authorization')).toBe(`Bearer ${here.tokens[0]}`);
      expect(call.headers.get('content-type')).toBe(request.body === undefined ? null : 'application/json');
      expect(call.headers.get('accept-language')).toBe('en-US');
      expect(connection.cost()).toEqual({ roundTrips: 1, requests: 1, signIn: 2 });
    },
  );

  test('alternate keys and odd ids are not re-spelt', async () => {
    const path = "/servicePrincipals(appId='f8d98a96-0999-43f5-8af3-69971c7bb423')/a%2Fb";
    const { here } = await writing({ ...patch, path }, () => new Response(null, { status: 204 }));
    expect(here.calls[0]?.href).toBe(`https://graph.sandbox.localhost/v1.0${path}`);
  });

  test.each([
    '/servicePrincipals/{application}',
    '/servicePrincipals/../users/1',
    '/servicePrincipals/1?$select=id',
    '/servicePrincipals/1#x',
    'servicePrincipals/1',
    '//graph.example/v1.0/users',
    '/https://graph.example/v1.0/users',
    '/servicePrincipals/a b',
    '/servicePrincipals\\1',
  ])('%s cannot be sent as it is written, and is not', async (path) => {
    const { here, result } = await writing({ ...patch, path }, () => new Response(null, { status: 204 }));
    expect(result).toMatchObject({ reason: 'rejected' });
    expect(here.calls).toHaveLength(0);
  });

  test('a placeholder left in the body is not sent', async () => {
    const { here, result } = await writing({ ...grant, body: { clientId: '{application}' } }, () =>
      json(201, {}),
    );
    expect(result).toMatchObject({ reason: 'rejected' });
    expect(here.calls).toHaveLength(0);
  });
});

describe('answers', () => {
  test('201 carries what was made', async () => {
    const { result } = await writing(create, () => json(201, { id: SP }));
    expect(result).toEqual({ kind: 'accepted', status: 201, body: { id: SP } });
  });

  test.each([
    [
      'a duplicate assignment',
      assign,
      400,
      'Request_BadRequest',
      'Permission being assigned already exists on the object',
    ],
    [
      'a duplicate default-role assignment',
      assign,
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      'EntitlementGrant entry already exists.',
    ],
    [
      'a duplicate default-role assignment, told as 400',
      assign,
      400,
      'Request_BadRequest',
      'EntitlementGrant entry already exists.',
    ],
    [
      'a duplicate grant',
      grant,
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      'Permission entry already exists.',
    ],
    [
      'an app that exists',
      create,
      409,
      'Request_MultipleObjectsWithSameKeyValue',
      'The service principal cannot be created',
    ],
    ['an assignment gone', unassign, 404, 'Request_ResourceNotFound', 'does not exist'],
    [
      'an assignment gone, told as 400',
      unassign,
      400,
      'Request_BadRequest',
      'EntitlementGrant being updated or deleted is not found.',
    ],
    ['a grant gone', revoke, 404, 'Request_ResourceNotFound', 'does not exist'],
  ])('%s is already so', async (_, request, status, code, message) => {
    const { here, result } = await writing(request, says(status, code, message));
    expect(result).toEqual({ kind: 'already-so', status, message });
    expect(here.calls).toHaveLength(1);
  });

  test.each([
    [
      'the duplicate text of an assignment, for a PATCH',
      patch,
      400,
      'Permission being assigned already exists on the object',
    ],
    ['the duplicate text of a grant, for an assignment', assign, 400, 'Permission entry already exists.'],
    [
      'the text of a gone assignment, for a grant',
      revoke,
      400,
      'EntitlementGrant being updated or deleted is not found.',
    ],
    ['an unexplained 409, for a grant', grant, 409, 'Something else has this key.'],
    ['an unexplained 409, for a new app', create, 409, 'Something else has this key.'],
    ['an unexplained 400', assign, 400, 'Invalid value.'],
  ])('%s is not swallowed', async (_, request, status, message) => {
    const { result } = await writing(request, says(status, 'Request_BadRequest', message));
    expect(result).toMatchObject({ reason: 'rejected', status, code: 'Request_BadRequest' });
    expect(String(result)).toContain(message);
  });

  test.each([
    ['404 for a new object', patch, 404, 'Resource does not exist'],
    ['404 for a new principal', assign, 404, 'Resource does not exist'],
    ['a reference the directory does not know yet', assign, 400, 'Not a valid reference update.'],
  ])('%s is not yet', async (_, request, status, message) => {
    const { result } = await writing(request, says(status, 'Request_BadRequest', message));
    expect(result).toEqual({ kind: 'not-yet', status, message });
  });

  test('403 names the permission and where to grant it', async () => {
    const { result } = await writing(
      patch,
      says(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'),
    );
    if (!(result instanceof GraphFailure)) throw new Error('expected a GraphFailure');
    expect(result).toMatchObject({ reason: 'refused', status: 403, code: 'Authorization_RequestDenied' });
    expect(result.message).toContain('Insufficient privileges');
    expect(result.fix).toContain('Application.ReadWrite.All');
    expect(result.fix).toContain(CLIENT_ID);
    expect(result.fix).toContain('Grant admin consent');
  });
});

describe('never executed twice', () => {
  test('a throttled write is waited out and sent again', async () => {
    const { here, result } = await writing(patch, (_, turn) =>
      turn === 1
        ? json(429, graphErrorBody('TooManyRequests', 'slow'), { 'Retry-After': '11' })
        : turn === 2
          ? json(429, graphErrorBody('TooManyRequests', 'slow'))
          : new Response(null, { status: 204 }),
    );
    expect(result).toEqual({ kind: 'accepted', status: 204 });
    expect(here.clock.slept).toEqual([11_550, 1_500]);
  });

  test('endless throttling ends within five minutes', async () => {
    const { here, result } = await writing(patch, () => json(429, {}, { 'Retry-After': '70' }));
    expect(result).toMatchObject({ reason: 'throttled', status: 429 });
    expect(here.calls).toHaveLength(5);
  });

  test('a concurrent write is tried again a few times, then a conflict', async () => {
    const busy = says(
      409,
      'Directory_ConcurrencyViolation',
      'Unable to complete due to data concurrency violation.',
    );
    const { here, result } = await writing(patch, (_, turn) =>
      turn < 3 ? busy() : new Response(null, { status: 204 }),
    );
    expect(result).toMatchObject({ kind: 'accepted' });
    expect(here.calls).toHaveLength(3);
    const endless = await writing(patch, busy);
    expect(endless.result).toMatchObject({ reason: 'conflict', status: 409 });
    expect(endless.here.calls).toHaveLength(5);
  });

  test.each([408, 500, 502, 503, 504])(
    '%i may hide an executed write: it is not repeated',
    async (status) => {
      const { here, result } = await writing(create, () =>
        json(status, graphErrorBody('ServiceUnavailable', 'x'), { 'Retry-After': '1' }),
      );
      expect(result).toMatchObject({ reason: 'answer-lost', status });
      expect(here.calls).toHaveLength(1);
      expect(here.clock.slept).toEqual([]);
    },
  );

  test('a reset, a timeout and a garbled 201 are lost answers', async () => {
    const reset = await writing(create, () => {
      throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
    });
    expect(reset.result).toMatchObject({ reason: 'answer-lost' });
    expect(String(reset.result)).toContain('ECONNRESET');
    const silent = await writing(create, () => new Promise<Response>(() => undefined), { timeout: 5 });
    expect(silent.result).toMatchObject({ reason: 'answer-lost' });
    const garbled = await writing(create, () => new Response('{"id":', { status: 201 }));
    expect(garbled.result).toMatchObject({ reason: 'answer-lost', status: 201 });
    for (const { here } of [reset, silent, garbled]) expect(here.calls).toHaveLength(1);
  });

  test('a token Graph does not take is replaced once', async () => {
    const expired = says(401, 'InvalidAuthenticationToken', 'expired');
    const { here, result } = await writing(patch, (_, turn) =>
      turn === 1 ? expired() : new Response(null, { status: 204 }),
    );
    expect(result).toMatchObject({ kind: 'accepted' });
    expect(here.calls.map((call) => call.headers.get('authorization'))).toEqual(
      here.tokens.map((token) => `Bearer ${token}`),
    );
    const never = await writing(patch, expired);
    expect(never.result).toMatchObject({ reason: 'refused', status: 401 });
    expect(never.here.calls).toHaveLength(2);
  });
});
