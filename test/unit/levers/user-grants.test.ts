import { expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { known } from '../../../src/core/request.ts';
import { userGrants } from '../../../src/levers/user-grants.ts';
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
const own = (person: string, scope: string, resourceId = 'exo'): Json => ({
  id: `own-${person}-${resourceId}`,
  consentType: 'Principal',
  principalId: person,
  resourceId,
  scope,
});
const everybody: Json = {
  id: 'all',
  consentType: 'AllPrincipals',
  principalId: null,
  resourceId: 'exo',
  scope: `${EAS} ${EWS}`,
};
const rows = [own('bob', ` ${EWS} ${EAS}`), own('ann', EAS), everybody, own('ann', 'User.Read', 'graph')];
const run = (mode: 'keep' | 'report' | 'revoke', grants = found(rows), exo = exchange) =>
  converse(userGrants, policy({ consent: { userGrants: mode } }), [
    [APP, app()],
    [EXCHANGE, exo],
    [GRANTS, grants],
    ['/users?', found([{ id: 'ann', userPrincipalName: 'ann@contoso.example' }])],
  ]);

test('kept, they are not read in a steady plan', () => {
  const { asked, assessment } = run('keep');
  expect(asked.some((path) => path.startsWith(GRANTS))).toBe(false);
  expect(assessment.gates.own?.known).toBe(false);
  expect(rules(assessment)).toEqual([]);
});

test('the mail scopes of each person count, on Exchange Online alone', () => {
  expect(run('report').assessment.gates.own).toEqual(
    known(
      new Map([
        ['bob', new Set([EWS, EAS])],
        ['ann', new Set([EAS])],
      ]),
    ),
  );
});

test('reported, they are counted by person and stay', () => {
  const { assessment } = run('report');
  expect(assessment.moves).toEqual([]);
  expect(assessment.findings.map(({ message }) => message).join()).toContain(
    '2 people have a grant of their own',
  );
});

test('revoked, every personal grant of the app goes, in one order, and the tenant-wide one stays', () => {
  const sent = [
    ['DELETE', `${GRANTS}/own-ann-exo`],
    ['DELETE', `${GRANTS}/own-ann-graph`],
    ['DELETE', `${GRANTS}/own-bob-exo`],
  ];
  expect(requests(run('revoke').assessment)).toEqual(sent);
  expect(requests(run('revoke', found(rows.toReversed())).assessment)).toEqual(sent);
});

test('a grant for another API takes no access away', () => {
  const effects = run('revoke').assessment.moves.map((move) => move.effects.length);
  expect(effects).toEqual([1, 0, 1]);
});

test.each([
  ['report', 'error unreadable'],
  ['revoke', 'error unreadable'],
] as const)('refused and managed (%s): unknown, and the tenant is refused', (mode, rule) => {
  const { assessment } = run(mode, REFUSED as ReturnType<typeof found>);
  expect(assessment.gates.own?.known).toBe(false);
  expect(assessment.moves).toEqual([]);
  expect(rules(assessment)).toEqual([rule]);
});

test('without Exchange Online nobody can tell which grants are for mail: unknown, not none', () => {
  const { assessment } = run('revoke', found(rows), REFUSED as typeof exchange);
  expect(assessment.gates.own?.known).toBe(false);
});

test('an absent app has no grants', () => {
  const { assessment } = converse(userGrants, policy({ consent: { userGrants: 'revoke' } }), [[APP, ABSENT]]);
  expect(assessment.gates.own).toEqual(known(new Map()));
  expect(assessment.moves).toEqual([]);
});
