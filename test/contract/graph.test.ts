// The edge against the built-in tenants: in this process, and over HTTPS as a real tenant would be reached.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { Answers, Fetched, WriteRequest } from '../../src/core/request.ts';
import { APPLE_MAIL, DEFAULT_ROLE } from '../../src/core/state.ts';
import { connect } from '../../src/graph/connect.ts';
import { type Edge, realEdge, sandboxEdge } from '../../src/graph/edge.ts';
import type { Role } from '../../src/graph/identity.ts';
import { openReader } from '../../src/graph/open-reader.ts';
import { openWriter } from '../../src/graph/open-writer.ts';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../../src/sandbox/clients.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { serve } from '../../src/sandbox/serve.ts';

const identity = { plan: SANDBOX_CLIENT_ID, apply: SANDBOX_APPLY_CLIENT_ID };
const env: NodeJS.ProcessEnv = { AZURE_CLIENT_SECRET: SANDBOX_SECRET };

type Ways = { readonly edge: (sandbox: Sandbox) => Promise<Edge>; readonly close: () => Promise<void> };

function inProcess(): Ways {
  const clock = { now: () => new Date(), sleep: async () => undefined };
  return { edge: async (sandbox) => sandboxEdge(sandbox.fetch, clock), close: async () => undefined };
}

function overHttps(): Ways {
  let close: () => Promise<void> = async () => undefined;
  return {
    edge: async (sandbox) => {
      const served = await serve(sandbox);
      close = served.close;
      const real = realEdge(
        { AZURE_AUTHORITY_HOST: served.origin, IOSMAIL_GRAPH_ENDPOINT: served.origin },
        served.ca,
      );
      return { ...real, clock: { ...real.clock, sleep: async () => undefined } };
    },
    close: async () => {
      await close();
    },
  };
}

const read = (path: string, shape: Fetched['shape'], more: Partial<Fetched> = {}): Fetched => ({
  method: 'GET',
  path,
  shape,
  what: path,
  permission: 'Application.Read.All',
  ...more,
});
const app = `/servicePrincipals(appId='${APPLE_MAIL}')`;

function listOf(answers: Answers, path: string): readonly Json[] {
  const answer = answers.get(path);
  if (answer?.kind !== 'found' || !Array.isArray(answer.value)) throw new Error(`no list at ${path}`);
  return answer.value;
}

function idsOf(values: readonly Json[]): string[] {
  return values.map((value) => String(Reflect.get(Object(value), 'id'))).sort();
}

describe.each([
  ['in this process', inProcess],
  ['over HTTPS', overHttps],
])('the edge, %s', (_, way) => {
  let sandbox: Sandbox;
  let edge: Edge;
  let ways: Ways;
  beforeEach(async () => {
    sandbox = createSandbox();
    ways = way();
    edge = await ways.edge(sandbox);
  });
  afterEach(() => ways.close());

  const tenant = (name: string) => {
    const found = sandbox.tenants.get(name);
    if (found === undefined) throw new Error(`no tenant ${name}`);
    return found;
  };
  const open = (name: string, role: Role = 'plan', more: NodeJS.ProcessEnv = env) =>
    connect({ id: tenant(name).id, cloud: 'global' }, role, { env: more, edge, settingsIdentity: identity });
  const appOf = (name: string) => {
    const found = [...tenant(name).servicePrincipals.values()].find(({ appId }) => appId === APPLE_MAIL);
    if (found === undefined) throw new Error(`no app in ${name}`);
    return found;
  };

  test('a tenant in one round trip', async () => {
    const connection = await open('contoso');
    const answers = await openReader(connection).read([
      read(app, 'one'),
      read(`${app}/appRoleAssignedTo?$top=999`, 'list'),
      read('/policies/authorizationPolicy', 'one'),
      read('/policies/permissionGrantPolicies', 'list'),
    ]);
    expect([...answers.values()].map(({ kind }) => kind)).toEqual(['found', 'found', 'found', 'found']);
    expect(answers.get(app)).toMatchObject({ value: { id: appOf('contoso').id, appId: APPLE_MAIL } });
    expect(connection.cost()).toEqual({ roundTrips: 1, requests: 4, signIn: 2 });
    expect(sandbox.log.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'GET 200',
      'POST 200',
      'POST 200',
    ]);
  });

  test('every page of every list, from a small page to a large tenant', async () => {
    const connection = await open('fabrikam');
    const sp = appOf('fabrikam').id;
    const grants = `/oauth2PermissionGrants?$filter=clientId eq '${sp}'`;
    const assignments = `/servicePrincipals/${sp}/appRoleAssignedTo`;
    const answers = await openReader(connection).read([read(grants, 'list'), read(assignments, 'list')]);
    const { grants: allGrants, assignments: allAssignments } = tenant('fabrikam');
    const wanted = (rows: Iterable<{ readonly id: string }>) => [...rows].map(({ id }) => id).sort();
    expect(idsOf(listOf(answers, grants))).toEqual(
      wanted([...allGrants.values()].filter((each) => each.clientId === sp)),
    );
    expect(idsOf(listOf(answers, assignments))).toEqual(
      wanted([...allAssignments.values()].filter((each) => each.resourceId === sp)),
    );
    expect(listOf(answers, grants).length).toBeGreaterThan(1_500);
    expect(connection.cost().roundTrips).toBeLessThanOrEqual(21);
  });

  test('a count, what is absent, and what is refused', async () => {
    const counted = await openReader(await open('contoso')).read([
      read(`/servicePrincipals/${appOf('contoso').id}/appRoleAssignedTo/$count`, 'count', { eventual: true }),
    ]);
    const rows = [...tenant('contoso').assignments.values()].filter(
      ({ resourceId }) => resourceId === appOf('contoso').id,
    );
    expect([...counted.values()]).toEqual([{ kind: 'found', value: rows.length }]);
    const none = await openReader(await open('northwind')).read([
      read(app, 'one'),
      read(`${app}/appRoleAssignedTo`, 'list'),
    ]);
    expect([...none.values()]).toEqual([{ kind: 'absent' }, { kind: 'absent' }]);
    const policy = await openReader(await open('proseware')).read([
      read('/policies/authorizationPolicy', 'one'),
    ]);
    expect([...policy.values()]).toMatchObject([
      { kind: 'refused', status: 403, code: 'Authorization_RequestDenied' },
    ]);
  });

  test('a wrong query is a failure that keeps the reason', async () => {
    const reader = openReader(await open('contoso'));
    await expect(reader.read([read('/users?$filter=nonsense eq 1', 'list')])).rejects.toMatchObject({
      reason: 'rejected',
      status: 400,
    });
  });

  test('throttled items and batches end in the same answers', async () => {
    const paths = [
      read(app, 'one'),
      read(`${app}/appRoleAssignedTo`, 'list'),
      read('/policies/permissionGrantPolicies', 'list'),
    ];
    const before = await openReader(await open('contoso')).read(paths);
    for (const where of ['item', 'exchange'] as const) {
      tenant('contoso').settings.throttle = { remaining: 4, retryAfter: 2, where };
      const connection = await open('contoso');
      expect(await openReader(connection).read(paths)).toEqual(before);
      expect(connection.cost().roundTrips).toBeGreaterThan(1);
    }
  });

  test('a reset is read again, a cut-off answer is not believed', async () => {
    const reader = openReader(await open('contoso'));
    let resets = 2;
    sandbox.fault = () => (resets-- > 0 ? { kind: 'reset-after' } : undefined);
    expect((await reader.read([read(app, 'one')])).get(app)).toMatchObject({ kind: 'found' });
    sandbox.fault = ({ item }) => (item ? undefined : { kind: 'truncate' });
    await expect(reader.read([read(app, 'one')])).rejects.toMatchObject({ reason: 'broken-answer' });
  });

  test('writes: accepted, already so, refused, lost', async () => {
    const connection = await open('contoso', 'apply');
    const writer = openWriter(connection);
    const sp = appOf('contoso').id;
    const write = (method: WriteRequest['method'], path: string, body?: Json): WriteRequest => ({
      method,
      path,
      ...(body === undefined ? {} : { body }),
      what: 'a change',
      permission: 'Application.ReadWrite.All',
    });
    expect(await writer.write(write('PATCH', `/servicePrincipals/${sp}`, { notes: 'x' }))).toEqual({
      kind: 'accepted',
      status: 204,
    });
    expect(appOf('contoso').notes).toBe('x');
    const [user] = [...tenant('contoso').users.keys()].filter(
      (id) => ![...tenant('contoso').assignments.values()].some(({ principalId }) => principalId === id),
    );
    if (user === undefined) throw new Error('everybody is assigned');
    const assign = write('POST', `/servicePrincipals/${sp}/appRoleAssignedTo`, {
      principalId: user,
      resourceId: sp,
      appRoleId: DEFAULT_ROLE,
    });
    const made = await writer.write(assign);
    expect(made).toMatchObject({ kind: 'accepted', status: 201, body: { principalId: user } });
    expect(await writer.write(assign)).toMatchObject({ kind: 'already-so' });
    expect(await writer.write(write('POST', '/servicePrincipals', { appId: APPLE_MAIL }))).toMatchObject({
      kind: 'already-so',
    });
    const id = made.kind === 'accepted' ? String(Reflect.get(Object(made.body), 'id')) : '';
    const remove = write('DELETE', `/servicePrincipals/${sp}/appRoleAssignedTo/${id}`);
    expect(await writer.write(remove)).toEqual({ kind: 'accepted', status: 204 });
    expect(await writer.write(remove)).toMatchObject({ kind: 'already-so' });
    const nobody = {
      principalId: 'b6d3ab27-3c5f-4b3e-9e88-111111111111',
      resourceId: sp,
      appRoleId: DEFAULT_ROLE,
    };
    expect(await writer.write({ ...assign, body: nobody })).toMatchObject({ kind: 'not-yet' });

    await expect(openWriter(await open('contoso', 'plan')).write(assign)).rejects.toMatchObject({
      reason: 'refused',
      fix: expect.stringContaining(SANDBOX_CLIENT_ID),
    });

    sandbox.fault = ({ method, path }) =>
      method === 'POST' && path.endsWith('/appRoleAssignedTo') ? { kind: 'reset-after' } : undefined;
    await expect(writer.write(assign)).rejects.toMatchObject({ reason: 'answer-lost' });
    delete sandbox.fault;
    expect(await writer.write(assign)).toMatchObject({ kind: 'already-so' });
  });

  test('a throttled write is waited out', async () => {
    const connection = await open('contoso', 'apply');
    tenant('contoso').settings.throttle = { remaining: 2, retryAfter: 3, where: 'exchange' };
    const hide: WriteRequest = {
      method: 'PATCH',
      path: `/servicePrincipals/${appOf('contoso').id}`,
      body: { notes: 'once' },
      what: 'a change',
      permission: 'Application.ReadWrite.All',
    };
    let commits = 0;
    sandbox.onCommit = () => commits++;
    expect(await openWriter(connection).write(hide)).toMatchObject({ kind: 'accepted' });
    expect(commits).toBe(1);
    expect(connection.cost()).toMatchObject({ roundTrips: 3 });
  });

  test('sign-ins that fail, and a token for another tenant', async () => {
    await expect(
      open('contoso', 'plan', { AZURE_CLIENT_SECRET: 'wrong-secret-value' }),
    ).rejects.toMatchObject({
      reason: 'sign-in',
      code: 'AADSTS7000215',
      message: expect.not.stringContaining('wrong-secret-value'),
    });
    const unknown = connect({ id: '2b1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e22', cloud: 'global' }, 'plan', {
      env,
      edge,
      settingsIdentity: identity,
    });
    await expect(unknown).rejects.toMatchObject({ reason: 'sign-in', code: 'AADSTS90002' });
    tenant('contoso').settings.tokenTenantId = tenant('adatum').id;
    await expect(open('contoso')).rejects.toMatchObject({
      reason: 'wrong-tenant',
      message: expect.stringContaining(tenant('adatum').id),
    });
    expect(sandbox.log.filter(({ path }) => path.startsWith('/v1.0'))).toEqual([]);
  });
});
