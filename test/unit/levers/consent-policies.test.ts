import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { type Answer, known } from '../../../src/core/request.ts';
import { SIGN_IN } from '../../../src/levers/consent-policies.ts';
import {
  APPLE,
  EXO,
  LEGACY,
  LOW,
  MAIL_CLIENTS,
  now,
  OWNED,
  RECOMMENDED,
  run,
  self,
  setting,
} from './consent-world.ts';
import { EAS, EWS, found, REFUSED, rules } from './converse.ts';

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

const GRAPH_SET: { readonly [key: string]: Json } = {
  permissionType: 'delegated',
  resourceApplication: '00000003-0000-0000-c000-000000000000',
};

describe('a custom policy', () => {
  const include = (parts: { readonly [key: string]: Json } = {}): Json => ({
    permissionType: 'delegated',
    clientApplicationIds: [APPLE],
    resourceApplication: EXO,
    permissions: ['eas-id', 'ews-id'],
    ...parts,
  });
  const signIn: Json = {
    permissionType: 'delegated',
    clientApplicationIds: [APPLE],
    resourceApplication: '00000003-0000-0000-c000-000000000000',
    permissions: ['all'],
  };
  const only = (includes: readonly Json[], excludes: readonly Json[] = []) =>
    now({ setting: self('My-Policy'), policies: found([{ id: 'my-policy', includes, excludes }]) });
  const custom = (includes: readonly Json[], excludes: readonly Json[] = []) =>
    only([...includes, signIn], excludes);
  const [userRead, ...others] = Object.values(SIGN_IN);
  test.each<[string, readonly Json[], readonly Json[], boolean | 'unknown']>([
    ['with each of them', [{ ...GRAPH_SET, permissions: [userRead ?? '', ...others] }], [], true],
    ['with all of any API', [{ permissionType: 'delegated' }], [], true],
    ['without any', [], [], 'unknown'],
    ['without User.Read', [{ ...GRAPH_SET, permissions: others }], [], 'unknown'],
    ['for another app', [{ ...GRAPH_SET, clientApplicationIds: ['other'] }], [], 'unknown'],
    ['excluded', [signIn], [{ ...GRAPH_SET, permissions: [userRead ?? ''] }], 'unknown'],
  ])('mail, and the sign-in permissions %s', (_, includes, excludes, lets) => {
    const told = only([include(), ...includes], excludes);
    expect(told?.known === true ? told.value : 'unknown').toBe(lets);
    if (told?.known === false) expect(told.why).toContain('not for sure to the sign-in permissions');
  });

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

  test('two policies that each let users consent to one scope: together is not proven, so unknown', () => {
    const half = (id: string, scope: string) => ({
      id,
      includes: [include({ permissions: [scope] }), signIn],
      excludes: [],
    });
    const policies = found([half('eas', 'eas-id'), half('ews', 'ews-id'), half('eas-too', 'eas-id')]);
    const told = now({ setting: self('eas', 'ews'), policies });
    expect(told).toMatchObject({ known: false, why: expect.stringContaining('eas and ews') });
    expect(now({ setting: self('eas', 'eas-too'), policies })).toEqual(known(false));
    expect(now({ setting: self('eas', 'ews', LEGACY), policies })).toEqual(known(true));
  });

  test.each<Json>([
    { id: 'my-policy', includes: [include({})] },
    { id: 'my-policy', excludes: [] },
    { id: 'my-policy', includes: null, excludes: [] },
  ])('one whose conditions were not shown is unknown, never without conditions: %o', (shown) => {
    expect(now({ setting: self('my-policy'), policies: found([shown]) })?.known).toBe(false);
  });

  test('assigned but not listed, or the list unread: unknown, and said', () => {
    expect(now({ setting: self('gone') })?.known).toBe(false);
    expect(now({ setting: self('my-policy'), policies: REFUSED })?.known).toBe(false);
    expect(rules(run('unmanaged', { setting: self('gone') }).assessment)).toEqual(['info consent-unclear']);
  });
});
