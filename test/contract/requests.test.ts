// Every request the tool can send: found in what it really sends, and held against two descriptions of Graph that were
// made apart from one another. What is sent passes the OpenAPI slice on its way (see openapi-check.ts); here the routes,
// options, headers and properties are held against the package as well.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { importTenant } from '../../src/commands/import-tenant.ts';
import { openReader } from '../../src/graph/open-reader.ts';
import { readAudits } from '../../src/planning/audit-reads.ts';
import { mobileOnly } from '../../src/sandbox/conditional-access.ts';
import { DEEP } from '../depth.ts';
import { play, type Scenario } from '../scenarios/run.ts';
import { stage } from '../scenarios/stage.ts';
import type { Sent } from '../scenarios/wire.ts';
import { count } from '../tally.ts';
import { explained, GUEST, idOf, upn, woodgrove } from '../unit/explain/woodgrove.ts';
import { type GraphRequest, strangeIn } from './endpoints.ts';
import { formOf, sourcePaths } from './forms.ts';
import { operationOf } from './openapi-slice.ts';

/** Together they send everything; in the deep run, all of them are played. */
const ENOUGH = [
  'consent-low-impact',
  'consent-this-app-only',
  'disabled-open-to-enabled-gated',
  'everything-at-once',
  'soft-deleted-copy',
];

const APP =
  'id,appId,displayName,accountEnabled,appRoleAssignmentRequired,tags,appRoles,disabledByMicrosoftStatus';
const GRANT = 'id,clientId,consentType,principalId,resourceId,scope';
const USER = 'id,userPrincipalName,accountEnabled,userType';
const GROUP = 'id,displayName,securityEnabled';
const PERSON = 'id,displayName,userPrincipalName,mail,accountEnabled,userType';
const WHAT_IF =
  '{appliedPoliciesOnly,signInConditions{clientAppType,devicePlatform},signInContext{@odata.type,includeApplications},signInIdentity{@odata.type,userId}}';
const OWN = '/policies/permissionGrantPolicies/iosmail-apple-internet-accounts/includes';

/** All there is, without ids and values. A new request is added here by hand. */
const FORMS = [
  'DELETE /oauth2PermissionGrants/*',
  'DELETE /servicePrincipals/*/appRoleAssignedTo/*',
  "GET /auditLogs/directoryAudits?$filter=activityDateTime ge * and activityDisplayName eq '*'",
  "GET /auditLogs/signIns?$filter=appId eq '*' and createdDateTime ge *",
  "GET /directory/deletedItems/microsoft.graph.servicePrincipal?$filter=appId eq '*'&$select=id,appId,displayName,deletedDateTime",
  "GET /directoryRoles(roleTemplateId='*')/members?$select=id,userPrincipalName",
  'GET /groups/*/members/graph.group/$count (eventual)',
  `GET /groups/*/members/graph.user?$select=${USER}&$count=true&$top=999 (eventual)`,
  `GET /groups?$filter=displayName in (*)&$select=${GROUP}`,
  `GET /groups?$filter=id in (*)&$select=${GROUP}`,
  'GET /identity/conditionalAccess/policies?$select=id,displayName,state,conditions,grantControls',
  `GET /oauth2PermissionGrants?$filter=clientId eq '*' and principalId eq '*'&$select=${GRANT}`,
  `GET /oauth2PermissionGrants?$filter=clientId eq '*' and consentType eq 'AllPrincipals'&$select=${GRANT}`,
  `GET /oauth2PermissionGrants?$filter=clientId eq '*' and consentType eq 'Principal'&$select=${GRANT}`,
  `GET /oauth2PermissionGrants?$filter=clientId eq '*'&$select=${GRANT}`,
  'GET /policies/authorizationPolicy?$select=id,defaultUserRolePermissions',
  'GET /policies/identitySecurityDefaultsEnforcementPolicy?$select=id,isEnabled',
  'GET /policies/permissionGrantPolicies',
  "GET /servicePrincipals(appId='*')/appRoleAssignedTo?$top=999",
  `GET /servicePrincipals(appId='*')?$select=${APP}`,
  "GET /servicePrincipals(appId='*')?$select=id,appId,oauth2PermissionScopes",
  "GET /servicePrincipals?$filter=startswith(displayName,'Apple Internet Account') or startswith(displayName,'iOS Account')&$select=id,appId,displayName",
  'GET /servicePrincipals/*/delegatedPermissionClassifications',
  'GET /subscribedSkus?$select=skuPartNumber,capabilityStatus,servicePlans',
  'GET /users/*/memberOf/graph.group?$select=id,displayName&$count=true&$top=999 (eventual)',
  'GET /users/*/transitiveMemberOf?$select=id&$top=999',
  'GET /users/*?$select=id,accountEnabled,assignedPlans',
  `GET /users?$filter=id in (*)&$select=${PERSON}`,
  `GET /users?$filter=userPrincipalName eq '*' or mail eq '*'&$select=${PERSON}`,
  `GET /users?$filter=id in (*)&$select=${USER}`,
  `GET /users?$filter=userPrincipalName in (*)&$select=${USER}`,
  'PATCH /oauth2PermissionGrants/* {scope}',
  'PATCH /policies/authorizationPolicy {defaultUserRolePermissions{permissionGrantPoliciesAssigned}}',
  'PATCH /servicePrincipals/* {accountEnabled}',
  'PATCH /servicePrincipals/* {appRoleAssignmentRequired}',
  'PATCH /servicePrincipals/* {tags}',
  `POST /identity/conditionalAccess/evaluate ${WHAT_IF}`,
  'POST /oauth2PermissionGrants {clientId,consentType,resourceId,scope}',
  'POST /policies/permissionGrantPolicies {description,displayName,id}',
  `POST ${OWN} {clientApplicationIds,permissionType,permissions,resourceApplication}`,
  'POST /servicePrincipals {accountEnabled,appId,appRoleAssignmentRequired,tags}',
  'POST /servicePrincipals/*/appRoleAssignedTo {appRoleId,principalId,resourceId}',
].sort();

const BY_ID =
  'Graph documents eq, ne, not and in for the id of users and groups; the package has the id of no type.';
const ALTERNATE =
  'OData lets whatever follows an id follow an alternate key; the package spells such keys at the root only.';

/** Where the package says less than is so, each with why the request is right all the same. */
const EXPLAINED: { readonly [strange: string]: string } = {
  'GET /auditLogs/signIns: $filter: signIn says no createdDateTime ge':
    'Graph documents eq, le and ge for it, and shows them in its examples; the package has no operators for dates.',
  'GET /directory/deletedItems/microsoft.graph.servicePrincipal: the full name of the namespace':
    'Casts take the full name and its alias graph alike; the documentation of deleted items has the full one.',
  "GET /directoryRoles(roleTemplateId='*')/members: an alternate key before a further segment": ALTERNATE,
  "GET /directoryRoles(roleTemplateId='*')/members: $select: directoryObject has no userPrincipalName":
    'Members are of any type, and $select takes what only some of them have: whoever has a name shows it.',
  'GET /groups: $filter: group says no id in': BY_ID,
  "GET /servicePrincipals(appId='*')/appRoleAssignedTo: an alternate key before a further segment": ALTERNATE,
  'GET /users: $filter: user says no id in': BY_ID,
  [`POST /identity/conditionalAccess/evaluate ${WHAT_IF}: takes no body`]:
    'The package describes no parameters of actions; they are checked against the other description.',
};

const sent = new Map<string, GraphRequest>();

/** The Graph requests of what went over the wire, items of batches one by one. */
function note(wire: readonly Sent[]): void {
  for (const { method, path, body } of wire) {
    if (!path.startsWith('/v1.0/')) continue;
    const items = (
      body as { requests?: readonly (Omit<GraphRequest, 'path'> & { url: string })[] } | undefined
    )?.requests;
    const requests: readonly GraphRequest[] =
      items === undefined
        ? [{ method, path: path.slice('/v1.0'.length), headers: {}, body }]
        : items.map(({ url, headers = {}, ...item }) => ({ ...item, headers, path: url }));
    for (const request of requests)
      sent.set(`${request.method} ${request.path} ${JSON.stringify(request.body)}`, request);
  }
}

const asked = () => [...sent.values()].filter(({ path }) => !path.includes('$skiptoken'));

const folders = readdirSync('test/scenarios', { withFileTypes: true }).filter((each) => each.isDirectory());

describe('what is sent', () => {
  test.each(DEEP ? folders.map(({ name }) => name) : ENOUGH)('in %s', async (name) => {
    const { scenario }: { scenario: Scenario } = await import(`../scenarios/${name}/tenant.ts`);
    const { world } = await play(`test/scenarios/${name}`, name, scenario);
    note(world.wire);
    expect(sent.size).toBeGreaterThan(0);
  });

  test('for people who are protected', async () => {
    const { world, policies } = await stage('everything-at-once');
    const guarding = policies.tenants.map(({ desired, origins }) => ({
      desired: { ...desired, safety: { ...desired.safety, protected: ['dora@woodgrove.example'] } },
      origins,
    }));
    await world.plan({ ...policies, tenants: guarding });
    note(world.wire);
    expect(asked().map(formOf).join()).toContain('/directoryRoles');
  });
});

test('what an import asks', async () => {
  const { world, policies } = await stage('everything-at-once');
  for (const policy of policies.tenants)
    await importTenant(openReader(await world.connect(policy)), policy.desired.tenant, '2026-11-24');
  note(world.wire);
  expect(asked().map(formOf).join()).toContain('startswith(displayName');
});

test('what is asked about who did something', async () => {
  const { world, policies } = await stage('contoso');
  const [policy] = policies.tenants;
  if (policy === undefined) throw new Error('there is one');
  await readAudits(openReader(await world.connect(policy)), ['Update service principal'], '2026-11-24');
  note(world.wire);
  expect(asked().map(formOf).join()).toContain('/auditLogs/directoryAudits');
});

describe('what is asked about one person', () => {
  test.each(['anna', GUEST, idOf('anna')])('%s', async (name) => {
    const tenant = woodgrove();
    tenant.conditionalAccess.push(mobileOnly('CA', ['mfa']));
    const { wire } = await explained(tenant, name === 'anna' ? upn(name) : name);
    note(wire);
    expect(asked().map(formOf).join()).toContain('/identity/conditionalAccess/evaluate');
  });
});

test('these are the requests the tool sends, and no others', () => {
  expect([...new Set(asked().map(formOf))].sort()).toEqual(FORMS);
});

test('every path that stands in the source was really sent', () => {
  const paths = ['levers', 'planning', 'explain'].flatMap((room) =>
    readdirSync(`src/${room}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        sourcePaths(readFileSync(`src/${room}/${file}`, 'utf8')).map((each) => ({ file, ...each })),
      ),
  );
  expect(paths.length).toBeGreaterThan(20);
  const unsent = paths.filter(({ pattern }) => !asked().some(({ path }) => pattern.test(path)));
  expect(unsent.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
});

test('no other room makes up a path of Graph', () => {
  const rooms = ['core', 'apply', 'graph', 'commands', 'github', 'render', 'policy'];
  const found = rooms.flatMap((room) =>
    readdirSync(`src/${room}`, { withFileTypes: true })
      .filter((each) => each.isFile())
      .flatMap(({ name }) =>
        sourcePaths(readFileSync(`src/${room}/${name}`, 'utf8')).map(({ text }) => text),
      ),
  );
  expect(found.filter((text) => text !== "'/$batch'")).toEqual([]);
});

describe('held against Microsoft’s own builders of requests', () => {
  test('every request has an operation in the OpenAPI slice', () => {
    const without = asked().filter(({ method, path }) => operationOf(method, path) === undefined);
    expect(without.map(formOf)).toEqual([]);
  });

  test('routes, options, headers and properties are known there, or it is explained why not', () => {
    const strange = asked().flatMap((each) => {
      const [route] = formOf(each).split('?');
      return strangeIn(each).map((why) => `${route}: ${why}`);
    });
    expect([...new Set(strange)].sort()).toEqual(Object.keys(EXPLAINED).sort());
    count('requests checked against the contract', asked().length);
  });

  test.each([
    [{ method: 'GET', path: '/groups?$slect=id' }, 'no option $slect'],
    [{ method: 'GET', path: '/groups/x?$filter=id%20eq%20%271%27' }, 'no option $filter'],
    [{ method: 'GET', path: '/groups?$select=displayname' }, '$select: group has no displayname'],
    [{ method: 'GET', path: "/users?$filter=upn%20in%20('a')" }, '$filter: user has no upn'],
    [
      { method: 'GET', path: "/oauth2PermissionGrants?$filter=clientId%20in%20('a')" },
      '$filter: oAuth2PermissionGrant says no clientId in',
    ],
    [{ method: 'PUT', path: '/policies/authorizationPolicy' }, 'no PUT /policies/authorizationPolicy'],
    [{ method: 'GET', path: '/serviceprincipals' }, 'no GET /serviceprincipals'],
    [
      { method: 'PATCH', path: '/servicePrincipals/x', body: { appRoleAssignmentRequred: true } },
      'body: servicePrincipal has no appRoleAssignmentRequred',
    ],
    [
      {
        method: 'PATCH',
        path: '/policies/authorizationPolicy',
        body: { defaultUserRolePermissions: { x: 1 } },
      },
      'body: defaultUserRolePermissions has no x',
    ],
    [{ method: 'DELETE', path: '/oauth2PermissionGrants/x', body: {} }, 'takes no body'],
    [
      { method: 'GET', path: '/subscribedSkus', headers: { ConsistencyLevel: 'eventual' } },
      'no header ConsistencyLevel',
    ],
  ])('a wrong request is seen: %j', (request, why) => {
    expect(strangeIn({ headers: {}, ...request })).toContain(why);
  });
});
