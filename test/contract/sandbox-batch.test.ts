import { expect, test } from 'vitest';
import { APPLE_MAIL } from '../../src/core/state.ts';
import type { Fault } from '../../src/sandbox/fault.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { clientOf } from './sandbox-client.ts';

async function open(now?: () => Date) {
  const tenants = builtInTenants('contoso');
  const sandbox = createSandbox({ tenants, ...(now ? { now } : {}) });
  const [tenant] = tenants;
  if (!tenant) throw new Error('no tenant');
  const app = [...tenant.servicePrincipals.values()].find((each) => each.appId === APPLE_MAIL)?.id ?? '';
  return {
    sandbox,
    tenant,
    app,
    call: await clientOf(sandbox, tenant),
    unchecked: await clientOf(sandbox, tenant, { checked: false }),
  };
}

const json = { 'Content-Type': 'application/json' };
const item = (id: string, url = '/groups?$top=1') => ({ id, method: 'GET', url });

test('answers come in another order, each with its own status, and items are logged', async () => {
  const { call, sandbox } = await open();
  const { status, body } = await call('POST', '/$batch', {
    requests: [item('1'), item('2', '/groups/none'), item('3', '/nobody/knows')],
  });
  expect(status).toBe(200);
  expect(body.responses.map(({ id, status }: { id: string; status: number }) => [id, status])).toEqual([
    ['3', 404],
    ['2', 404],
    ['1', 200],
  ]);
  expect(sandbox.log.at(-1)).toMatchObject({
    path: '/v1.0/$batch',
    status: 200,
    items: [{ status: 200 }, { status: 404 }, { status: 404 }],
  });
  const link = body.responses[2].body['@odata.nextLink'];
  expect(link).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/groups\?/);
  expect((await call('GET', link)).body.value).toHaveLength(1);
});

test('21 items, an id twice, a batch in a batch, an absolute url: malformed', async () => {
  const { unchecked } = await open();
  const send = async (requests: unknown) => (await unchecked('POST', '/$batch', { requests })).status;
  expect(await send(Array.from({ length: 20 }, (_, at) => item(`${at}`)))).toBe(200);
  expect(await send(Array.from({ length: 21 }, (_, at) => item(`${at}`)))).toBe(400);
  expect(await send([item('a'), item('A')])).toBe(400);
  expect(await send([{ id: '1', method: 'POST', url: '/$batch', body: { requests: [] } }])).toBe(400);
  expect(await send([item('1', 'https://graph.microsoft.com/v1.0/groups')])).toBe(400);
  expect(await send([])).toBe(400);
});

test('a body needs its own content type; nothing is written without', async () => {
  const { call, tenant, app } = await open();
  const write = { id: '1', method: 'PATCH', url: `/servicePrincipals/${app}`, body: { notes: 'x' } };
  const bare = await call('POST', '/$batch', { requests: [write] });
  expect(bare.body.responses).toMatchObject([{ status: 400 }]);
  expect(tenant.servicePrincipals.get(app)?.notes).toBeNull();
  const typed = await call('POST', '/$batch', { requests: [{ ...write, headers: json }] });
  expect(typed.body.responses).toMatchObject([{ id: '1', status: 204 }]);
  expect(typed.body.responses[0]).not.toHaveProperty('body');
  expect(tenant.servicePrincipals.get(app)?.notes).toBe('x');
});

test('dependsOn: order is kept, and what depends on a failure fails', async () => {
  const { call, tenant, app } = await open();
  const patch = (id: string, notes: string, dependsOn?: string[]) => ({
    id,
    method: 'PATCH',
    url: `/servicePrincipals/${app}`,
    headers: json,
    body: { notes },
    ...(dependsOn ? { dependsOn } : {}),
  });
  await call('POST', '/$batch', { requests: [patch('1', 'first'), patch('2', 'second', ['1'])] });
  expect(tenant.servicePrincipals.get(app)?.notes).toBe('second');
  const failing = await call('POST', '/$batch', {
    requests: [item('1', '/groups/none'), patch('2', 'third', ['1'])],
  });
  expect(failing.body.responses).toMatchObject([
    { id: '2', status: 424 },
    { id: '1', status: 404 },
  ]);
  expect(tenant.servicePrincipals.get(app)?.notes).toBe('second');
});

test('throttling: whole exchanges, then single items, with and without Retry-After', async () => {
  const { call, tenant } = await open();
  tenant.settings.throttle = { remaining: 1, retryAfter: 7, where: 'exchange' };
  const outer = await call('POST', '/$batch', { requests: [item('1')] });
  expect(outer).toMatchObject({ status: 429, body: { error: { code: 'TooManyRequests' } } });
  expect(outer.headers.get('retry-after')).toBe('7');
  tenant.settings.throttle = { remaining: 1, where: 'item' };
  const inner = await call('POST', '/$batch', { requests: [item('1'), item('2')] });
  expect(inner.status).toBe(200);
  expect(inner.body.responses.map((each: { status: number }) => each.status)).toEqual([429, 200]);
  expect(inner.body.responses[0].headers).not.toHaveProperty('Retry-After');
});

test('reads lag behind writes, writes see the truth', async () => {
  let now = new Date('2026-11-24T08:00:00Z');
  const { call, tenant, app } = await open(() => now);
  tenant.settings.lagSeconds = 10;
  const notes = async () => (await call('GET', `/servicePrincipals/${app}?$select=notes`)).body.notes;
  const [assignment] = tenant.assignments.keys();
  await call('PATCH', `/servicePrincipals/${app}`, { notes: 'one' });
  now = new Date('2026-11-24T08:00:05Z');
  await call('PATCH', `/servicePrincipals/${app}`, { notes: 'two' });
  expect(await call('DELETE', `/servicePrincipals/${app}/appRoleAssignedTo/${assignment}`)).toMatchObject({
    status: 204,
  });
  const assigned = async () =>
    (await call('GET', `/servicePrincipals/${app}/appRoleAssignedTo`)).body.value.length;
  expect([await notes(), await assigned()]).toEqual([null, 3]);
  now = new Date('2026-11-24T08:00:11Z');
  expect([await notes(), await assigned()]).toEqual(['one', 3]);
  now = new Date('2026-11-24T08:00:16Z');
  expect([await notes(), await assigned()]).toEqual(['two', 2]);
});

test('faults: before, after, instead, discarded, cut off; alone and inside a batch', async () => {
  const { call, sandbox, tenant, app } = await open();
  const commits: string[] = [];
  sandbox.onCommit = (_, request) => commits.push(request.path);
  const patch = (notes: string) => call('PATCH', `/servicePrincipals/${app}`, { notes });
  const notes = () => tenant.servicePrincipals.get(app)?.notes;
  const during = async <T>(fault: Fault, act: () => Promise<T>): Promise<T> => {
    sandbox.fault = () => fault;
    try {
      return await act();
    } finally {
      delete sandbox.fault;
    }
  };
  await expect(during({ kind: 'reset-before' }, () => patch('a'))).rejects.toThrow(TypeError);
  expect(notes()).toBeNull();
  await expect(during({ kind: 'reset-after' }, () => patch('b'))).rejects.toThrow(TypeError);
  expect(notes()).toBe('b');
  const busy = await during({ kind: 'answer', status: 503, headers: { 'Retry-After': '3' } }, () =>
    patch('c'),
  );
  expect([busy.status, busy.headers.get('retry-after'), notes()]).toEqual([503, '3', 'b']);
  expect([(await during({ kind: 'discard' }, () => patch('d'))).status, notes()]).toEqual([204, 'b']);
  await expect(during({ kind: 'truncate' }, () => call('GET', '/groups'))).rejects.toThrow(SyntaxError);
  expect(commits).toHaveLength(1);

  const requests = [
    { id: '1', method: 'PATCH', url: `/servicePrincipals/${app}`, headers: json, body: { notes: 'e' } },
  ];
  sandbox.fault = ({ item }) => (item ? { kind: 'reset-after' } : undefined);
  const lost = await call('POST', '/$batch', { requests });
  expect([lost.body.responses[0].status, notes()]).toEqual([504, 'e']);
});

test('fault points count exchanges from 0 and name the tenant', async () => {
  const { sandbox, tenant, call } = await open();
  const seen: unknown[] = [];
  sandbox.fault = ({ tenant: at, ...point }) => {
    seen.push({ ...point, tenant: at?.name });
    return undefined;
  };
  await call('POST', '/$batch', { requests: [item('1')] });
  const index = sandbox.log.length - 1;
  expect(seen).toEqual([
    { index, method: 'POST', path: '/v1.0/$batch', tenant: tenant.name },
    { index, method: 'GET', path: '/groups?$top=1', tenant: tenant.name, item: true },
  ]);
});
