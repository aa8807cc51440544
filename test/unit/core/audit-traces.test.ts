// What of the directory audit log is told as the cause of drift: entries in the shapes reports show, and in odd ones.
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/core/assessment.ts';
import type { AuditEntry } from '../../../src/core/audit-entry.ts';
import { traceOf } from '../../../src/core/audit-traces.ts';
import { APPLE_MAIL } from '../../../src/core/state.ts';

const APP = '11111111-2222-4333-8444-555555555555';
const PERSON = '22222222-2222-4333-8444-555555555555';
const OTHER = '33333333-2222-4333-8444-555555555555';

const entry = (more: Partial<AuditEntry>): AuditEntry => ({
  time: '2026-11-24T09:00:00Z',
  activity: 'Update service principal',
  correlationId: null,
  by: { kind: 'not told' },
  targets: [APP],
  modified: [],
  ...more,
});
const change = (
  setting: string,
  before: Change['before'],
  after: Change['after'],
  subject?: string,
): Change => ({
  setting,
  label: setting,
  before,
  after,
  ...(subject === undefined ? {} : { subject }),
});
const fits = (of: Change, one: AuditEntry) => {
  const { activities, fits: does } = traceOf(of);
  return activities.includes(one.activity) && does(one, new Set([APP]));
};
const set = (property: string, value: string | null) => entry({ modified: [{ property, was: null, value }] });

describe('a Yes/No setting of the app, which is No now', () => {
  const off = change('application/enabledForSignIn', false, true);
  test.each([
    ['a list', '[false]'],
    ['a quoted word', '"False"'],
    ['a bare word', 'false'],
    ['no value', null],
    ['something else', '[{"x":1}]'],
  ])('told by %s', (_, value) => {
    expect(fits(off, set('AccountEnabled', value))).toBe(true);
  });

  test.each<readonly [string, AuditEntry]>([
    ['that says Yes', set('AccountEnabled', '[true]')],
    ['of another property', set('AppRoleAssignmentRequired', '[false]')],
    ['that names no property', entry({})],
    ['of another app', { ...set('AccountEnabled', '[false]'), targets: [OTHER] }],
    ['of another activity', { ...set('AccountEnabled', '[false]'), activity: 'Update user' }],
  ])('not by an entry %s', (_, one) => {
    expect(fits(off, one)).toBe(false);
  });

  test('also where the app is named by its appId alone', () => {
    const modified = [
      { property: 'AccountEnabled', was: null, value: '[false]' },
      { property: 'TargetId.ServicePrincipalNames', was: null, value: `"${APPLE_MAIL}"` },
    ];
    expect(fits(off, entry({ targets: [OTHER], modified }))).toBe(true);
  });
});

describe('users and groups', () => {
  const added = change(`assignments/${PERSON}`, true, null, `x (user ${PERSON})`);
  const removed = change(`assignments/${PERSON}`, null, true, `x (group ${PERSON})`);
  test.each<readonly [string, boolean, Change, string, readonly string[]]>([
    ['a user who was added', true, added, 'Add app role assignment grant to user', [APP, PERSON]],
    ['a group that was removed', true, removed, 'Remove app role assignment from group', [PERSON, APP]],
    ['the other direction', false, added, 'Remove app role assignment from user', [APP, PERSON]],
    ['the other kind', false, removed, 'Remove app role assignment from user', [APP, PERSON]],
    ['somebody else', false, added, 'Add app role assignment grant to user', [APP, OTHER]],
    ['another app', false, added, 'Add app role assignment grant to user', [OTHER, PERSON]],
  ])('%s: %s', (_, does, of, activity, targets) => {
    expect(fits(of, entry({ activity, targets }))).toBe(does);
  });

  test('a name that looks like a kind is a name', () => {
    const named = change(`assignments/${PERSON}`, true, null, `x (group 1) (user ${PERSON})`);
    expect(traceOf(named).activities).toEqual(['Add app role assignment grant to user']);
  });
});

describe('consent', () => {
  const client = { property: 'ServicePrincipal.ObjectID', was: null, value: `"${APP}"` };
  const more = change('consent/tenantWide', ['EAS', 'EWS'], ['EAS']);
  const gone = change('consent/tenantWide', null, ['EAS', 'EWS']);
  const less = change('consent/tenantWide', ['EAS'], ['EAS', 'EWS']);
  const given = (...modified: AuditEntry['modified']) =>
    entry({ activity: 'Add delegated permission grant', targets: [OTHER], modified: [client, ...modified] });

  test('for everybody: what was granted, by either activity', () => {
    expect(fits(more, given())).toBe(true);
    expect(fits(more, { ...given(), activity: 'Consent to application' })).toBe(true);
    expect(fits(less, given())).toBe(true);
    expect(fits(gone, given())).toBe(false);
    const elsewhere = { ...client, value: `"${PERSON}"` };
    expect(fits(more, { ...given(), modified: [elsewhere] })).toBe(false);
    expect(fits(gone, { ...given(), activity: 'Remove delegated permission grant' })).toBe(true);
  });

  test('a person who consents for themselves is not who granted it to everybody', () => {
    expect(
      fits(
        more,
        given({ property: 'DelegatedPermissionGrant.ConsentType', was: null, value: '"Principal"' }),
      ),
    ).toBe(false);
    const own = given({ property: 'ConsentContext.IsAdminConsent', was: null, value: '"False"' });
    expect(fits(more, { ...own, activity: 'Consent to application' })).toBe(false);
  });

  test('a grant of other permissions is not it', () => {
    const scope = (was: string | null, value: string | null) =>
      given({ property: 'DelegatedPermissionGrant.Scope', was, value });
    expect(fits(more, scope(null, '" User.Read"'))).toBe(false);
    expect(fits(more, scope('"EAS"', '"EAS EWS"'))).toBe(true);
    expect(fits(gone, { ...scope('"EAS EWS"', null), activity: 'Remove delegated permission grant' })).toBe(
      true,
    );
    expect(fits(gone, { ...scope('"User.Read"', null), activity: 'Remove delegated permission grant' })).toBe(
      false,
    );
  });

  test('a person’s own: by that person, or naming them', () => {
    const own = change('userGrants/x', ['EAS'], null, `ben (user ${PERSON})`);
    expect(fits(own, given())).toBe(false);
    expect(fits(own, { ...given(), targets: [OTHER, PERSON] })).toBe(true);
    expect(fits(own, { ...given(), by: { kind: 'user', id: PERSON, name: 'ben' } })).toBe(true);
    expect(fits(own, given({ property: 'PrincipalId', was: null, value: `"${PERSON}"` }))).toBe(true);
    expect(fits(change('userGrants/x', ['EAS'], null, 'nobody'), given())).toBe(false);
  });

  test('the user consent settings: only what is about consent policies', () => {
    const consent = change('consent/userConsent', 'none', 'allApps');
    const updated = (property: string) => ({
      ...set(property, '[]'),
      activity: 'Update authorization policy',
      targets: [OTHER],
    });
    expect(fits(consent, updated('PermissionGrantPolicyIdsAssignedToDefaultUserRole'))).toBe(true);
    expect(fits(consent, updated('AllowInvitesFrom'))).toBe(false);
  });
});
