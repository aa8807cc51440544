// Every route of the sandbox, and every way it answers: well, in pages, counted, inside a batch, and refused in each of
// the ways there are. All of it must fit the description of Graph; a route without a request here fails the test.
import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../src/sandbox/routes.ts';
import { count } from '../tally.ts';
import { strangeIn } from './endpoints.ts';
import { checkResponse } from './openapi-check.ts';
import { openPlace, type Place } from './route-place.ts';
import { type Asked, REQUESTS } from './route-requests.ts';
import { clientOf, GRAPH } from './sandbox-client.ts';

const EVENTUAL = { ConsistencyLevel: 'eventual' };
const JSON_TYPE = { 'Content-Type': 'application/json' };
const NOBODY = '6f1c0c0e-0000-4000-8000-000000000000';

const headersOf = ({ eventual }: Asked): { readonly [name: string]: string } => (eventual ? EVENTUAL : {});

const routes = ROUTES.map(({ method, pattern }) => `${method} /${pattern.join('/')}`);
const requests = new Map(Object.entries(REQUESTS).map(([route, ask]) => [spelled(route), ask]));

function spelled(route: string): string {
  const [method = '', path = ''] = route.split(' ');
  return `${method} ${path.toLowerCase()}`;
}

const untouched = openPlace();

test('there is a request of every route, and no route is asked for that is gone', () => {
  expect([...requests.keys()].sort()).toEqual([...routes].sort());
});

describe.each(routes)('%s', (route) => {
  const [method = ''] = route.split(' ');
  const variables = route.split('*').length - 1;

  /** A place of its own for what writes: what only looks, and what is refused, leaves a place as it was. */
  async function open(writes: boolean): Promise<{ readonly place: Place; readonly asked: Asked }> {
    const place = writes ? await openPlace() : await untouched;
    const asked = requests.get(route)?.(place);
    if (asked === undefined) throw new Error(`Nothing asks for ${route}.`);
    return { place, asked };
  }

  test('answers as described: alone, in pages, counted, and inside a batch', async () => {
    const writes = method !== 'GET';
    const { place, asked } = await open(writes);
    const { path, body } = asked;
    const inBatch = await open(writes);
    const batched = await inBatch.place.call('POST', '/$batch', {
      requests: [itemOf(method, inBatch.asked)],
    });
    const whole = await place.call(method, path, body, headersOf(asked));
    expect(whole.status).toBeLessThan(300);
    expect(batched.body.responses).toMatchObject([{ id: '1', status: whole.status }]);
    expect(whole.headers.get('content-type')).toBe(typeOf(whole.body));
    const pages = method === 'GET' && Array.isArray(whole.body?.value) ? await inPages(place, asked) : 0;
    count('requests checked against the contract', 2 + pages);
  });

  test('refuses as described', async () => {
    const { place, asked } = await open(false);
    const answers = [
      ...(await withoutAccess(place, method, asked)),
      ...(await wrongly(place, method, asked, variables)),
    ];
    for (const { status, body } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
    }
    count('requests checked against the contract', answers.length);
  });
});

function itemOf(method: string, asked: Asked): object {
  const { path, body } = asked;
  const headers = { ...headersOf(asked), ...(body === undefined ? {} : JSON_TYPE) };
  return { id: '1', method, url: path, headers, ...(body === undefined ? {} : { body }) };
}

/** What an answer says it is: a number alone is text, an answer without a body says nothing. */
function typeOf(body: unknown): string | null {
  if (body === undefined) return null;
  return typeof body === 'number' ? 'text/plain' : 'application/json;odata.metadata=minimal;charset=utf-8';
}

/** Reads a list in pages of two and counted; every page is held against the contract on its way. */
async function inPages({ call }: Place, { path }: Asked): Promise<number> {
  const ask = (query: string) => call('GET', `${path.split('?')[0]}?${query}`, undefined, EVENTUAL);
  const all = await ask('$top=999&$count=true');
  expect(all.body['@odata.count']).toBe(all.body.value.length);
  const found: unknown[] = [];
  let next: string | undefined = `${path.split('?')[0]}?$top=2&$count=true`;
  let pages = 0;
  for (; next !== undefined; pages++) {
    const page: Awaited<ReturnType<typeof call>> = await call('GET', next, undefined, EVENTUAL);
    expect([page.status, page.body.value.length <= 2]).toEqual([200, true]);
    found.push(...page.body.value);
    next = page.body['@odata.nextLink'];
  }
  expect(found).toEqual(all.body.value);
  // One row would prove no pages.
  if (found.length > 2) expect(pages).toBe(Math.ceil(found.length / 2));
  return pages + 1;
}

type Refusal = { readonly status: number; readonly body: unknown };

/** Without a token, without the permission (alone and in a batch), and too often. */
async function withoutAccess(place: Place, method: string, asked: Asked): Promise<readonly Refusal[]> {
  const { sandbox, tenant, call } = place;
  const bare = await sandbox.fetch(`${GRAPH}/v1.0${asked.path}`, { method });
  const unknown = { status: bare.status, body: await bare.json() };
  checkResponse(method, asked.path, unknown.status, unknown.body);
  const item = itemOf(method, asked);
  tenant.settings.refuse = ['/'];
  const denied = await call(method, asked.path, asked.body, headersOf(asked));
  const batch = await call('POST', '/$batch', { requests: [item] });
  delete tenant.settings.refuse;
  tenant.settings.throttle = { remaining: 2, retryAfter: 7, where: 'exchange' };
  const often = await call(method, asked.path, asked.body, headersOf(asked));
  tenant.settings.throttle = { remaining: 1, where: 'item' };
  const throttled = await call('POST', '/$batch', { requests: [item] });
  delete tenant.settings.throttle;
  const [refusedItem, busyItem] = [batch.body.responses[0], throttled.body.responses[0]];
  expect([unknown.status, denied.status, often.status, refusedItem.status, busyItem.status]).toEqual([
    401, 403, 429, 403, 429,
  ]);
  expect(often.headers.get('retry-after')).toBe('7');
  return [unknown, denied, often, refusedItem, busyItem];
}

/** Asked wrongly: what nobody knows, what is no option or no property, a body that is none, a method that is none. */
async function wrongly(
  place: Place,
  method: string,
  asked: Asked,
  variables: number,
): Promise<readonly Refusal[]> {
  const { sandbox, tenant } = place;
  const free = await clientOf(sandbox, tenant, { checked: false });
  const ask = async (verb: string, path: string, body?: unknown): Promise<Refusal> => {
    const answer = await free(verb, path, body, EVENTUAL);
    checkResponse(verb, path, answer.status, answer.body);
    return answer;
  };
  const refusals = [await ask('PUT', asked.path, {})];
  if (variables > 0) {
    const strange = asked.path.replace(
      /\((\w+)='[^']*'\)|(?<=^\/\w+\/(?:permissionGrantPolicies\/)?)[\w-]{36}|mine/,
      (_, key?: string) => (key === undefined ? NOBODY : `(${key}='${NOBODY}')`),
    );
    expect(strange).not.toBe(asked.path);
    refusals.push(await ask(method, strange, asked.body));
  }
  if (method === 'GET') {
    const [path] = asked.path.split('?');
    const options = ['$orderby=id', '$top=0', '$top=x', '$skiptoken=mine', '$filter=id eq'];
    // A property of every object in JavaScript is none of an object in Graph.
    const properties = path?.endsWith('$count') === true ? [] : ['$select=nothing', '$select=constructor'];
    for (const query of [...options, ...properties]) refusals.push(await ask('GET', `${path}?${query}`));
  } else if (asked.body !== undefined) {
    refusals.push(await ask(method, asked.path, { nonsense: 1 }), await ask(method, asked.path));
  }
  return refusals;
}

test('what is no route is refused as Graph refuses it', async () => {
  const { call } = await openPlace();
  for (const [path, status] of [
    ['/nobody/knows', 404],
    ['/groups/x/nothing', 400],
    ['/', 404],
  ] as const)
    expect(await call('GET', path)).toMatchObject({ status, body: { error: { code: expect.any(String) } } });
});

/** What the package says less of than is so, by route. */
const EXPLAINED: { readonly [strange: string]: string } = {
  'the full name of the namespace': 'Casts take the full name and its alias graph alike.',
  'an alternate key before a further segment': 'OData lets what follows an id follow an alternate key.',
  'takes no body': 'The package describes no parameters of actions; ids and types are documented.',
  'no header ConsistencyLevel': '$count as a segment is an advanced query for every directory object.',
};

test('the sandbox plays no route that Microsoft’s own builders do not know', async () => {
  const place = await untouched;
  const strange = [...requests].flatMap(([route, ask]) => {
    const { path, body, ...asked } = ask(place);
    const [method = ''] = route.split(' ');
    return strangeIn({ method, path, headers: headersOf({ path, ...asked }), body });
  });
  expect([...new Set(strange)].sort()).toEqual(Object.keys(EXPLAINED).sort());
});
