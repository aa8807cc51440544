import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { type Answer, known } from '../../../src/core/request.ts';
import { APPLE, EXO, patch, run, SELF, self, setting } from './consent-world.ts';
import { ABSENT, EAS, found, REFUSED, requests, rules } from './converse.ts';

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
