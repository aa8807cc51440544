import { describe, expect, test } from 'vitest';
import type { UserConsentMode } from '../../../src/core/state.ts';
import {
  LEGACY,
  LOW,
  MAIL_CLIENTS,
  patch,
  RECOMMENDED,
  run,
  SELF,
  self,
  setting,
  TEAM,
} from './consent-world.ts';
import { found, REFUSED, requests, rules } from './converse.ts';

describe('what each mode sends', () => {
  test.each<[UserConsentMode, readonly string[]]>([
    ['none', []],
    ['lowImpact', [LOW]],
    ['microsoftManaged', [RECOMMENDED]],
    ['microsoftManagedMailClients', [MAIL_CLIENTS, RECOMMENDED]],
    ['allApps', [LEGACY]],
    [{ custom: 'My-Policy' }, ['my-policy']],
  ])('%j: exactly its entries, every other entry kept', (mode, ids) => {
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

  test('so is the same list in the other spelling of its prefixes', () => {
    const of = (team: string) => run('none', { setting: setting(team, `${SELF}${LEGACY}`) }).assessment.moves;
    expect(of(TEAM)).toEqual(of(`m${TEAM.slice(1)}`));
    expect(JSON.stringify(of(`m${TEAM.slice(1)}`))).toContain(TEAM);
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
