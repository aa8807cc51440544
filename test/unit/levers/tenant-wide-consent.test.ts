import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { known } from '../../../src/core/request.ts';
import type { MailScope } from '../../../src/core/state.ts';
import { BrokenAnswer } from '../../../src/levers/answer.ts';
import { tenantWideConsent } from '../../../src/levers/tenant-wide-consent.ts';
import { policy } from '../core/tenant-double.ts';
import {
  ABSENT,
  APP,
  app,
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

const GRANTS = '/oauth2PermissionGrants';
const grant = (scope: string | null, parts: { readonly [key: string]: Json } = {}): Json => ({
  id: 'grant-1',
  consentType: 'AllPrincipals',
  principalId: null,
  resourceId: 'exo',
  scope,
  ...parts,
});
const assess = (wanted: readonly MailScope[] | 'unmanaged', grants: readonly Json[]) =>
  converse(tenantWideConsent, policy({ consent: { tenantWide: wanted } }), [
    [APP, app()],
    [EXCHANGE, exchange],
    [GRANTS, found(grants)],
  ]).assessment;

describe('what is granted', () => {
  test.each<[string, readonly Json[], readonly string[]]>([
    ['a leading blank and another order', [grant(` ${EWS}  ${EAS} `)], [EWS, EAS]],
    ['other scopes are not mail scopes', [grant(`User.Read ${EAS}`)], [EAS]],
    ['another API says nothing', [grant(`${EAS} ${EWS}`, { resourceId: 'graph' })], []],
    [
      "a person's own grant is not everybody's",
      [grant(`${EAS} ${EWS}`, { consentType: 'Principal', principalId: 'ann' })],
      [],
    ],
    ['no text', [grant(null)], []],
    ['none', [], []],
    ['behind a grant for another API', [grant('User.Read', { resourceId: 'graph' }), grant(EAS)], [EAS]],
  ])('%s', (_, grants, scopes) => {
    expect(assess('unmanaged', grants).gates.tenantWide).toEqual(known(new Set(scopes)));
  });

  test('a personal grant that does not name its person decides nothing, least of all for everybody', () => {
    const odd = grant(`${EAS} ${EWS}`, { consentType: 'Principal', principalId: null });
    expect(() => assess('unmanaged', [odd])).toThrow(BrokenAnswer);
  });
});

describe('what is sent', () => {
  test.each<[string, readonly MailScope[], readonly Json[], readonly unknown[]]>([
    [
      'the first grant',
      [EAS, EWS],
      [],
      [
        [
          'POST',
          GRANTS,
          { clientId: 'sp', consentType: 'AllPrincipals', resourceId: 'exo', scope: `${EAS} ${EWS}` },
        ],
      ],
    ],
    [
      'the union, other scopes kept',
      [EAS, EWS],
      [grant(` User.Read ${EWS}`)],
      [['PATCH', `${GRANTS}/grant-1`, { scope: `${EAS} ${EWS} User.Read` }]],
    ],
    [
      'an unlisted scope goes, others stay',
      [EAS],
      [grant(`${EWS} User.Read ${EAS}`)],
      [['PATCH', `${GRANTS}/grant-1`, { scope: `${EAS} User.Read` }]],
    ],
    [
      'one for the other is one request',
      [EWS],
      [grant(EAS)],
      [['PATCH', `${GRANTS}/grant-1`, { scope: EWS }]],
    ],
    [
      'none listed, others stay',
      [],
      [grant(`${EAS} User.Read`)],
      [['PATCH', `${GRANTS}/grant-1`, { scope: 'User.Read' }]],
    ],
    ['the last scope: the grant goes', [], [grant(`${EWS} ${EAS}`)], [['DELETE', `${GRANTS}/grant-1`]]],
    ['as wanted in another order', [EAS, EWS], [grant(` ${EWS} ${EAS}`)], []],
    ['none wanted, only others there', [], [grant('User.Read')], []],
    [
      'a grant whose text is empty is filled',
      [EAS],
      [grant(' ')],
      [['PATCH', `${GRANTS}/grant-1`, { scope: EAS }]],
    ],
    [
      'the grant of another API is not touched',
      [EAS],
      [grant(EAS, { id: 'other', resourceId: 'graph' })],
      [['POST', GRANTS, { clientId: 'sp', consentType: 'AllPrincipals', resourceId: 'exo', scope: EAS }]],
    ],
  ])('%s', (_, wanted, grants, sent) => {
    expect(requests(assess(wanted, grants))).toEqual(sent);
  });

  test('taking away waits like any narrowing, also where it adds at the same time', () => {
    const groups = (wanted: readonly MailScope[], now: string) =>
      assess(wanted, [grant(now)]).moves.map(({ group }) => group);
    expect(groups([EWS], EAS)).toEqual(['revoke-grant']);
    expect(groups([], EAS)).toEqual(['revoke-grant']);
    expect(groups([EAS, EWS], EAS)).toEqual(['grant']);
  });

  test('what stays beside it is said, and unmanaged is said as it is', () => {
    expect(assess([EAS], [grant(`${EAS} User.Read`)]).leftAlone.map(({ now }) => now)).toEqual(['User.Read']);
    expect(assess('unmanaged', [grant(`${EWS} ${EAS}`)]).leftAlone.map(({ now }) => now)).toEqual([
      `${EAS}, ${EWS}`,
    ]);
    expect(assess('unmanaged', []).leftAlone.map(({ now }) => now)).toEqual(['not granted']);
  });
});

describe('where it cannot be told', () => {
  const script = (answers: {
    readonly app?: typeof ABSENT;
    exchange?: typeof ABSENT | typeof REFUSED;
    grants?: typeof REFUSED;
  }) =>
    [
      [APP, answers.app ?? app()],
      [EXCHANGE, answers.exchange ?? exchange],
      [GRANTS, answers.grants ?? found([])],
    ] as const;
  const run = (wanted: readonly MailScope[] | 'unmanaged', answers: Parameters<typeof script>[0]) =>
    converse(tenantWideConsent, policy({ consent: { tenantWide: wanted } }), script(answers)).assessment;

  test.each([
    ['managed', [EAS, EWS] as const, 'error unreadable'],
    ['managed to nothing', [] as const, 'error unreadable'],
    ['unmanaged', 'unmanaged' as const, 'warning unreadable'],
  ])('refused grants are unknown: %s', (_, wanted, rule) => {
    const assessment = run(wanted, { grants: REFUSED });
    expect(assessment.gates.tenantWide?.known).toBe(false);
    expect(assessment.moves).toEqual([]);
    expect(rules(assessment)).toEqual([rule]);
  });

  test('Exchange Online absent or unread refuses what is managed', () => {
    expect(rules(run([EAS], { exchange: ABSENT }))).toEqual(['error exchange-absent']);
    expect(rules(run([EAS], { exchange: REFUSED }))).toEqual(['error unreadable']);
    expect(rules(run('unmanaged', { exchange: REFUSED }))).toEqual(['warning unreadable']);
    expect(run('unmanaged', { exchange: REFUSED }).gates.tenantWide?.known).toBe(false);
    expect(run('unmanaged', { exchange: ABSENT }).gates.tenantWide).toEqual(known(new Set()));
  });

  test('managed to nothing and Exchange Online unread is unknown on a managed setting: refused', () => {
    expect(rules(run([], { exchange: REFUSED }))).toEqual(['error unreadable']);
  });

  test('a scope that Exchange Online does not offer is refused', () => {
    const without = found({
      id: 'exo',
      oauth2PermissionScopes: [
        { id: 'eas-id', value: EAS },
        { id: 'x', value: EWS, isEnabled: false },
      ],
    });
    const assessment = run([EAS, EWS], { exchange: without as typeof ABSENT });
    expect(rules(assessment)).toEqual(['error scope-not-offered']);
    expect(assessment.findings[0]?.message).toContain(EWS);
  });

  test('an absent app is granted under the id that creating it will give', () => {
    expect(requests(run([EAS, EWS], { app: ABSENT }))).toEqual([
      [
        'POST',
        GRANTS,
        {
          clientId: '{application}',
          consentType: 'AllPrincipals',
          resourceId: 'exo',
          scope: `${EAS} ${EWS}`,
        },
      ],
    ]);
  });
});

test('own grants are read along only where the policy looks at them', () => {
  const asked = (userGrants: 'keep' | 'report' | 'revoke') =>
    converse(tenantWideConsent, policy({ consent: { userGrants } }), [
      [APP, app()],
      [EXCHANGE, exchange],
      [GRANTS, found([])],
    ]).asked.filter((path) => path.startsWith(GRANTS));
  expect(asked('keep')[0]).toContain("consentType eq 'AllPrincipals'");
  expect(asked('report')[0]).not.toContain('consentType eq');
  expect(asked('revoke')[0]).not.toContain('consentType eq');
});
