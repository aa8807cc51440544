// The documentation's sample exchanges: the sandbox's answer to the same operation must have every property the sample
// shows, with a value of the same kind. The other direction is the OpenAPI check's business.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { APPLE_MAIL, DEFAULT_ROLE, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import { APPLE_BUSINESS_MANAGER, MICROSOFT_GRAPH } from '../../src/sandbox/catalogue.ts';
import { SANDBOX_APPLY_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { groupId, userId } from '../../src/sandbox/directory.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { type Client, clientOf } from './sandbox-client.ts';

type Sample = {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly body: unknown;
};
type Played = { readonly path: string; readonly body?: unknown; readonly eventual?: true };

const samples: readonly Sample[] = JSON.parse(
  readFileSync(new URL('../fixtures/graph/samples.json', import.meta.url), 'utf8'),
);

let call: Client;
let ids: {
  readonly app: string;
  readonly exchange: string;
  readonly graph: string;
  readonly group: string;
  readonly user: string;
};

beforeAll(async () => {
  const tenants = builtInTenants('fabrikam');
  const [tenant] = tenants;
  if (!tenant) throw new Error('no tenant');
  const byApp = (appId: string) =>
    [...tenant.servicePrincipals.values()].find((each) => each.appId === appId)?.id ?? '';
  ids = {
    app: byApp(APPLE_MAIL),
    exchange: byApp(EXCHANGE_ONLINE),
    graph: byApp(MICROSOFT_GRAPH),
    group: groupId(tenant, 'SG-iOS-Mail-Pilot'),
    user: userId(tenant, 'field-0300'),
  };
  call = await clientOf(createSandbox({ tenants }), tenant);
  await call('POST', '/policies/permissionGrantPolicies', {
    id: 'mine',
    displayName: 'Mine',
    description: 'Mine',
  });
  tenant.clients.get(SANDBOX_APPLY_CLIENT_ID)?.permissions.push('Directory.Read.All');
  call = await clientOf(createSandbox({ tenants }), tenant);
});

/** Properties of samples that this sandbox knows nothing about, each with its reason. */
const NOT_PLAYED = new Set([
  '@odata.id', // a link of an older version of the service
  '@microsoft.graph.tips', // advice to the reader
  'endpoints', // a navigation property that today comes only when asked for
  'resourceBehaviorOptions', // not in the description of v1.0
  'resourceProvisioningOptions', // not in the description of v1.0
]);

/** What to ask instead of a sample's path; undefined where the sandbox does not play the operation. */
function played({ method, url }: Sample): Played | undefined {
  const path = new URL(url).pathname.slice('/v1.0'.length);
  const policy = path.startsWith('/policies/permissionGrantPolicies');
  if (method === 'POST') {
    if (path.endsWith('/appRoleAssignedTo')) {
      return {
        path: `/servicePrincipals/${ids.app}/appRoleAssignedTo`,
        body: { principalId: ids.user, resourceId: ids.app, appRoleId: DEFAULT_ROLE },
      };
    }
    if (path === '/oauth2PermissionGrants') {
      return {
        path,
        body: { clientId: ids.exchange, consentType: 'AllPrincipals', resourceId: ids.exchange, scope: 'x' },
      };
    }
    if (path === '/servicePrincipals') return { path, body: { appId: APPLE_BUSINESS_MANAGER } };
    if (path === '/policies/permissionGrantPolicies')
      return { path, body: { id: 'other', displayName: 'O', description: 'O' } };
    if (policy)
      return {
        path: `/policies/permissionGrantPolicies/mine/${path.split('/').at(-1)}`,
        body: { permissionType: 'delegated' },
      };
  }
  if (path.includes('delta') || path === '/servicePrincipals/$count' || url.includes('customSecurity'))
    return undefined;
  if (path.endsWith('/$count')) return { path: `/groups/${ids.group}/members/$count`, eventual: true };
  if (path.startsWith('/directoryRoles'))
    return { path: "/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members" };
  if (policy) {
    if (path.endsWith('/includes') || path.endsWith('/excludes'))
      return { path: `/policies/permissionGrantPolicies/mine/${path.split('/').at(-1)}` };
    return { path };
  }
  const own = path
    .replace(
      /^\/servicePrincipals\/[^/]+/,
      `/servicePrincipals/${path.endsWith('Classifications') ? ids.graph : ids.app}`,
    )
    .replace(/^\/groups\/[^/]+/, `/groups/${ids.group}`)
    .replace(/^\/users\/[^/]+/, `/users/${ids.user}`);
  return { path: own };
}

const kind = (value: unknown): string =>
  Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;

/** Paths at which our answer lacks something the sample has, or has something of another kind. Null fits any kind. */
function missing(sample: unknown, ours: unknown, at = ''): string[] {
  if (kind(sample) === 'null' || kind(ours) === 'null') return [];
  if (typeof sample === 'string' && /^\d+$/.test(sample) && typeof ours === 'number') return [];
  if (kind(sample) !== kind(ours)) return [`${at}: ${kind(sample)}, not ${kind(ours)}`];
  if (Array.isArray(sample) && Array.isArray(ours)) {
    const [first] = ours;
    return first === undefined ? [] : sample.flatMap((each) => missing(each, first, `${at}[]`));
  }
  if (typeof sample !== 'object') return [];
  const theirs = sample as { readonly [name: string]: unknown };
  const mine = ours as { readonly [name: string]: unknown };
  return Object.entries(theirs).flatMap(([name, value]) => {
    if (NOT_PLAYED.has(name)) return [];
    return name in mine ? missing(value, mine[name], `${at}/${name}`) : [`${at}/${name}`];
  });
}

describe('the answers have what the documented samples have', () => {
  test.each(samples.map((sample, at) => [`${at} ${sample.method} ${sample.url.slice(32)}`, sample] as const))(
    '%s',
    async (_, sample) => {
      const ask = played(sample);
      if (!ask) {
        expect(sample.url).toMatch(/delta|servicePrincipals\/\$count|customSecurity/);
        return;
      }
      const answer = await call(
        sample.method,
        ask.path,
        ask.body,
        ask.eventual ? { ConsistencyLevel: 'eventual' } : {},
      );
      expect(answer.status).toBeLessThan(300);
      expect(missing(sample.body, answer.body)).toEqual([]);
    },
  );
});
