import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { type Answer, known } from '../../../src/core/request.ts';
import type { UserConsentMode } from '../../../src/core/state.ts';
import { userConsent } from '../../../src/levers/user-consent.ts';
import { policy } from '../core/tenant-double.ts';
import {
  ABSENT,
  converse,
  EAS,
  EWS,
  EXCHANGE,
  exchange,
  found,
  REFUSED,
  requests,
  rules,
} from './converse.ts';

const SELF = 'ManagePermissionGrantsForSelf.';
const OWNED = 'ManagePermissionGrantsForOwnedResource.';
const TEAM = `${OWNED}microsoft-dynamically-managed-permissions-for-team`;
const LEGACY = 'microsoft-user-default-legacy';
const LOW = 'microsoft-user-default-low';
const RECOMMENDED = 'microsoft-user-default-recommended';
const MAIL_CLIENTS = 'microsoft-user-default-allow-consent-apps';
const APPLE = 'f8d98a96-0999-43f5-8af3-69971c7bb423';
const EXO = '00000002-0000-0ff1-ce00-000000000000';

type World = {
  readonly setting?: Answer;
  readonly policies?: Answer;
  readonly exchange?: Answer;
  readonly low?: Answer;
};
const setting = (...entries: readonly string[]): Answer =>
  found({ defaultUserRolePermissions: { permissionGrantPoliciesAssigned: entries } });
const run = (mode: UserConsentMode | 'unmanaged', world: World) =>
  converse(userConsent, policy({ consent: { userConsent: mode } }), [
    ['/policies/authorizationPolicy', world.setting ?? setting()],
    ['/policies/permissionGrantPolicies', world.policies ?? found([])],
    [EXCHANGE, world.exchange ?? exchange],
    ['/servicePrincipals/exo/delegatedPermissionClassifications', world.low ?? found([])],
  ]);
const now = (world: World) => run('unmanaged', world).assessment.gates.userConsent;
const patch = (...entries: readonly string[]) => [
  'PATCH',
  '/policies/authorizationPolicy',
  { defaultUserRolePermissions: { permissionGrantPoliciesAssigned: entries } },
];
const self = (...ids: readonly string[]) => setting(...ids.map((id) => `${SELF}${id}`));

describe('whether users may consent to this app', () => {
  test.each<[string, readonly string[], boolean]>([
    ['no policy', [], false],
    ['all apps', [LEGACY], true],
    ['let Microsoft manage, mail clients off', [RECOMMENDED], false],
    ['let Microsoft manage, mail clients on', [RECOMMENDED, MAIL_CLIENTS], true],
    ['one yes is enough', [RECOMMENDED, LEGACY], true],
    ['in another letter case', [LEGACY.toUpperCase()], true],
    ['selected permissions, none classified', [LOW], false],
  ])('%s', (_, ids, lets) => {
    expect(now({ setting: self(...ids) })).toEqual(known(lets));
  });

  test('entries for owned resources say nothing about it', () => {
    expect(now({ setting: setting(`${OWNED}${LEGACY}`) })).toEqual(known(false));
  });

  test('a null list is an empty one', () => {
    const none = found({ defaultUserRolePermissions: { permissionGrantPoliciesAssigned: null } });
    expect(now({ setting: none })).toEqual(known(false));
  });

  const classified = (...names: readonly string[]) =>
    found(names.map((permissionName) => ({ permissionName, classification: 'low' })));
  test.each<[string, Answer, ReturnType<typeof now> extends infer R ? R | 'unknown' : never]>([
    ['both mail scopes low', classified(EAS, EWS), known(true)],
    ['one of them low', classified(EAS), known(false)],
    [
      'both, but medium',
      found([EAS, EWS].map((permissionName) => ({ permissionName, classification: 'medium' }))),
      known(false),
    ],
    ['unread', REFUSED, 'unknown'],
  ])('selected permissions: %s', (_, low, lets) => {
    const told = now({ setting: self(LOW), low });
    if (lets === 'unknown') expect(told?.known).toBe(false);
    else expect(told).toEqual(lets);
  });
});

describe('a custom policy', () => {
  const include = (parts: { readonly [key: string]: Json } = {}): Json => ({
    permissionType: 'delegated',
    clientApplicationIds: [APPLE],
    resourceApplication: EXO,
    permissions: ['eas-id', 'ews-id'],
    ...parts,
  });
  const custom = (includes: readonly Json[], excludes: readonly Json[] = []) =>
    now({ setting: self('My-Policy'), policies: found([{ id: 'my-policy', includes, excludes }]) });
  test.each<[string, readonly Json[], readonly Json[], boolean | 'unknown']>([
    ['this app, both scopes', [include()], [], true],
    ['one scope only', [include({ permissions: ['eas-id'] })], [], false],
    [
      'the scopes in two sets',
      [include({ permissions: ['eas-id'] }), include({ permissions: ['ews-id'] })],
      [],
      true,
    ],
    [
      'ids in another letter case',
      [include({ clientApplicationIds: [APPLE.toUpperCase()], permissions: ['EAS-ID', 'EWS-ID'] })],
      [],
      true,
    ],
    ['another app', [include({ clientApplicationIds: ['other'] })], [], false],
    ['another API', [include({ resourceApplication: 'other' })], [], false],
    ['application permissions', [include({ permissionType: 'application' })], [], false],
    ['everything left out means any', [{ permissionType: 'delegated' }], [], true],
    [
      '"all" and "any"',
      [include({ clientApplicationIds: ['all'], permissions: ['all'], resourceApplication: 'any' })],
      [],
      true,
    ],
    ['an exclude wins', [include()], [include({ permissions: ['ews-id'] })], false],
    ['an exclude of another app', [include()], [include({ clientApplicationIds: ['other'] })], true],
    [
      'only verified publishers: cannot be judged',
      [include({ clientApplicationsFromVerifiedPublisherOnly: true })],
      [],
      'unknown',
    ],
    [
      'only some publishers: cannot be judged',
      [include({ clientApplicationPublisherIds: ['42'] })],
      [],
      'unknown',
    ],
    ['only low permissions: cannot be judged', [include({ permissionClassification: 'low' })], [], 'unknown'],
    [
      'an exclude that cannot be judged',
      [include()],
      [include({ clientApplicationTenantIds: ['t'] })],
      'unknown',
    ],
    ['no conditions', [], [], false],
  ])('%s', (_, includes, excludes, lets) => {
    const told = custom(includes, excludes);
    expect(told?.known === true ? told.value : 'unknown').toBe(lets);
  });

  test('assigned but not listed, or the list unread: unknown, and said', () => {
    expect(now({ setting: self('gone') })?.known).toBe(false);
    expect(now({ setting: self('my-policy'), policies: REFUSED })?.known).toBe(false);
    expect(rules(run('unmanaged', { setting: self('gone') }).assessment)).toEqual(['info consent-unclear']);
  });
});

describe('what each mode sends', () => {
  test.each<[UserConsentMode, readonly string[]]>([
    ['none', []],
    ['lowImpact', [LOW]],
    ['microsoftManaged', [RECOMMENDED]],
    ['microsoftManagedMailClients', [MAIL_CLIENTS, RECOMMENDED]],
    ['allApps', [LEGACY]],
    [{ custom: 'My-Policy' }, ['my-policy']],
  ])('%j: exactly its entries, every other entry kept as it is spelled', (mode, ids) => {
    const { assessment } = run(mode, {
      setting: setting(TEAM, `managepermissiongrantsforself.before`, 'Something.Else'),
      policies: found([{ id: 'my-policy' }, { id: 'before', includes: [] }]),
    });
    const wanted = [TEAM, 'Something.Else', ...ids.map((id) => `${SELF}${id}`)].sort();
    expect(requests(assessment)).toEqual([patch(...wanted)]);
  });

  test.each<[UserConsentMode, readonly string[]]>([
    ['none', []],
    ['allApps', [LEGACY.toUpperCase()]],
    ['microsoftManagedMailClients', [RECOMMENDED, MAIL_CLIENTS]],
    ['microsoftManagedMailClients', [MAIL_CLIENTS, RECOMMENDED]],
  ])('%j is there already, in any order and letter case: nothing', (mode, ids) => {
    const { assessment } = run(mode, {
      setting: setting(...ids.map((id) => `managePermissionGrantsForSelf.${id}`), TEAM),
    });
    expect(assessment.moves).toEqual([]);
    expect(rules(assessment)).toEqual([]);
  });

  test('the same list in another order is the same request and the same prior value', () => {
    const of = (...entries: readonly string[]) =>
      run('none', { setting: setting(...entries) }).assessment.moves;
    expect(of(TEAM, `${SELF}${LEGACY}`, 'Z.z')).toEqual(of('Z.z', `${SELF}${LEGACY}`, TEAM));
  });

  test('it is always a headline, and opening widens whatever this app lets', () => {
    expect(rules(run('none', { setting: self(LEGACY) }).assessment)).toEqual([
      'warning user-consent-narrows',
    ]);
    expect(rules(run('allApps', {}).assessment)).toEqual(['warning user-consent-widens']);
    expect(rules(run('microsoftManaged', {}).assessment)).toEqual(['warning user-consent-widens']);
    expect(rules(run('microsoftManaged', { setting: self(LEGACY) }).assessment)).toEqual([
      'warning user-consent-narrows',
    ]);
  });

  test.each<[UserConsentMode, readonly string[], string]>([
    ['none', [LEGACY], 'narrow-user-consent'],
    ['microsoftManaged', [RECOMMENDED, MAIL_CLIENTS], 'narrow-user-consent'],
    ['microsoftManaged', [LEGACY], 'narrow-user-consent'],
    ['lowImpact', [RECOMMENDED, MAIL_CLIENTS], 'narrow-user-consent'],
    ['allApps', [RECOMMENDED], 'widen-user-consent'],
    ['microsoftManagedMailClients', [RECOMMENDED], 'widen-user-consent'],
  ])('closing this app to consent waits like any narrowing: %j after %j', (mode, ids, group) => {
    expect(run(mode, { setting: self(...ids) }).assessment.moves.at(-1)?.group).toBe(group);
  });

  test('a custom policy that is not there is refused; one that could not be looked up too, and not called missing', () => {
    const gone = run({ custom: 'My-Policy' }, {}).assessment;
    expect(rules(gone)).toContain('error consent-policy-not-found');
    const unread = run({ custom: 'My-Policy' }, { policies: REFUSED }).assessment;
    expect(rules(unread)).toContain('error unreadable');
    expect(rules(unread)).not.toContain('error consent-policy-not-found');
  });
});

describe('thisAppOnly', () => {
  const OWN = 'iosmail-apple-internet-accounts';
  const SIGN_IN = [
    '14dad69e-099b-42c9-810b-d002981feec1',
    '37f7f235-527c-4136-accd-4a02d197296e',
    '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0',
    '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
    'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
  ];
  const mail = {
    permissionType: 'delegated',
    clientApplicationIds: [APPLE],
    resourceApplication: EXO,
    permissions: ['eas-id', 'ews-id'],
  };
  const signIn = {
    permissionType: 'delegated',
    clientApplicationIds: [APPLE],
    resourceApplication: '00000003-0000-0000-c000-000000000000',
    permissions: SIGN_IN,
  };
  const includes = `/policies/permissionGrantPolicies/${OWN}/includes`;
  const own = (...conditions: readonly Json[]) => found([{ id: OWN, includes: conditions, excludes: [] }]);
  const assign = patch(`${SELF}${OWN}`);

  test('nothing there: the policy, its two conditions, then the assignment', () => {
    const { assessment } = run('thisAppOnly', {});
    expect(requests(assessment).map(([method, path]) => `${method} ${path}`)).toEqual([
      'POST /policies/permissionGrantPolicies',
      `POST ${includes}`,
      `POST ${includes}`,
      'PATCH /policies/authorizationPolicy',
    ]);
    expect(requests(assessment).slice(1)).toEqual([
      ['POST', includes, mail],
      ['POST', includes, signIn],
      assign,
    ]);
    expect(assessment.moves.at(-1)?.effects).toEqual([{ gate: 'userConsent', to: known(true) }]);
  });

  test('a run that was cut short goes on where it stopped', () => {
    const rest = (policies: Answer, now: Answer = setting()) =>
      requests(run('thisAppOnly', { policies, setting: now }).assessment);
    expect(rest(own())).toEqual([['POST', includes, mail], ['POST', includes, signIn], assign]);
    expect(rest(own(mail))).toEqual([['POST', includes, signIn], assign]);
    expect(rest(own(mail, signIn))).toEqual([assign]);
    expect(rest(own(mail, signIn), self(OWN))).toEqual([]);
  });

  test('Graph spells conditions with ids and defaults, in another order and letter case', () => {
    const asGraph = (condition: typeof mail): Json => ({
      ...condition,
      id: 'made-by-graph',
      permissions: condition.permissions.map((each) => each.toUpperCase()).reverse(),
      permissionClassification: 'all',
      clientApplicationTenantIds: ['all'],
      clientApplicationPublisherIds: ['all'],
      clientApplicationsFromVerifiedPublisherOnly: false,
    });
    expect(
      requests(
        run('thisAppOnly', { policies: own(asGraph(signIn), asGraph(mail)), setting: self(OWN) }).assessment,
      ),
    ).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['a foreign condition', own(mail, signIn, { ...mail, permissions: ['all'] })],
    ['a condition for every app', own({ ...mail, clientApplicationIds: ['all'] })],
    ['an exclude', found([{ id: OWN, includes: [mail], excludes: [signIn] }])],
  ])('a policy of ours with %s is refused, not mended', (_, policies) => {
    const { assessment } = run('thisAppOnly', { policies });
    expect(rules(assessment)).toContain('error consent-policy-differs');
  });

  test('consent policies unread: whether ours is there is unknown, so the tenant is refused', () => {
    const { assessment } = run('thisAppOnly', { policies: REFUSED });
    expect(rules(assessment).some((rule) => rule.startsWith('error'))).toBe(true);
  });

  test.each([
    ['absent', ABSENT],
    ['unread', REFUSED],
  ])('Exchange Online %s: refused, its permission ids are never assumed', (_, answer) => {
    expect(
      rules(run('thisAppOnly', { exchange: answer }).assessment).some((rule) => rule.startsWith('error')),
    ).toBe(true);
  });

  test('an Exchange Online that lacks a mail scope: refused, no condition with an empty id', () => {
    const lacking = found({ id: 'exo', oauth2PermissionScopes: [{ id: 'eas-id', value: EAS }] });
    const { assessment } = run('thisAppOnly', { exchange: lacking });
    expect(rules(assessment).some((rule) => rule.startsWith('error'))).toBe(true);
  });
});

describe('the setting unread', () => {
  test.each<[UserConsentMode | 'unmanaged', string]>([
    ['unmanaged', 'warning unreadable'],
    ['none', 'error unreadable'],
    ['allApps', 'error unreadable'],
  ])('%j: unknown, not none', (mode, rule) => {
    const { assessment } = run(mode, { setting: REFUSED });
    expect(assessment.gates.userConsent?.known).toBe(false);
    expect(assessment.moves).toEqual([]);
    expect(rules(assessment)).toEqual([rule]);
  });
});
