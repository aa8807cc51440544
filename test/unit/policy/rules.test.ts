import { describe, expect, test } from 'vitest';
import { load, placed, tenantText } from './sample.ts';

const say = (rest: string, baseline?: string) =>
  placed(
    load({
      tenants: { sample: tenantText(rest) },
      ...(baseline === undefined ? {} : { baselines: { standard: baseline } }),
    }).findings,
  );

const BOTH = '[EAS.AccessAsUser.All, EWS.AccessAsUser.All]';

describe('dates are UTC days and inclusive (the day is 2026-11-24)', () => {
  const entry = (dates: string) =>
    say(
      `assignments:\n  users:\n    - { upn: a@sample.example, reason: CHG-1, ${dates} }\n  unlisted: remove\n`,
    );

  test.each([
    ['until: 2026-11-23', ['6:7 warning expired-entry']],
    ['until: 2026-11-24', []],
    ['from: 2026-11-24', []],
    ['from: 2026-11-25', ['6:7 info entry-not-begun']],
    ['from: 2026-11-24, until: 2026-11-24', []],
    ['from: 2026-11-26, until: 2026-11-25', ['6:7 error from-after-until']],
    ['until: 2028-02-29', []],
    ['until: 2026-02-29', ['6:54 error wrong-value']],
    ['until: 2026-11-31', ['6:54 error wrong-value']],
    ['until: 2026-1-1', ['6:54 error wrong-value']],
    ['until: 2026-12-01T00:00:00Z', ['6:54 error wrong-value']],
    ['until: 20261201', ['6:54 error wrong-type']],
  ])('%s', (dates, findings) => {
    expect(entry(dates)).toEqual(findings);
  });
});

describe('routes to consent', () => {
  test.each([
    [`assignmentRequired: true`, `tenantWide: []`, ['7:3 error no-consent-route']],
    [`assignmentRequired: true`, `tenantWide: unmanaged`, ['5:3 warning consent-route-unmanaged']],
    [`assignmentRequired: true`, `tenantWide: ${BOTH}`, []],
    [`assignmentRequired: true`, `tenantWide: [EAS.AccessAsUser.All]`, ['7:3 warning one-scope-only']],
    [`assignmentRequired: unmanaged`, `tenantWide: []`, []],
    [`assignmentRequired: false`, `tenantWide: []`, []],
    [`assignmentRequired: false`, `tenantWide: ${BOTH}`, ['5:3 warning open-to-everyone']],
    [`assignmentRequired: false`, `userConsent: allApps`, ['7:3 warning all-apps-consent']],
    [`assignmentRequired: false`, `userConsent: none`, ['7:3 info user-consent-is-tenant-wide']],
    [`assignmentRequired: false`, `userConsent: { custom: x }`, ['7:3 info user-consent-is-tenant-wide']],
    [`assignmentRequired: false`, `userConsent: unmanaged`, []],
  ])('%s, %s', (application, consent, findings) => {
    expect(say(`application:\n  ${application}\nconsent:\n  ${consent}\n`)).toEqual(findings);
  });

  test('an app that is switched off is neither open nor without a route', () => {
    const off = (gate: string) =>
      say(
        `application: { enabledForSignIn: false, assignmentRequired: ${gate} }\nconsent: { tenantWide: [] }\n`,
      );
    expect(off('true')).toEqual([]);
    expect(
      say(
        `application: { enabledForSignIn: false, assignmentRequired: false }\nconsent: { tenantWide: ${BOTH} }\n`,
      ),
    ).toEqual([]);
  });
});

describe('assignment required with no assignee', () => {
  const closed = (lists: string) =>
    say(
      `application: { assignmentRequired: true }\nconsent: { tenantWide: ${BOTH} }\nassignments: { ${lists} }\n`,
    );

  test('both lists empty on that day', () => {
    expect(closed('groups: [], users: [], unlisted: remove')).toEqual(['4:16 warning no-assignee']);
    expect(closed('groups: [], users: [{ upn: a@b.example, from: 2026-12-01 }], unlisted: remove')).toEqual([
      '4:16 warning no-assignee',
      '6:36 info entry-not-begun',
    ]);
  });

  test('not where somebody may be left', () => {
    expect(closed('groups: [], unlisted: remove')).toEqual([]);
    expect(closed('groups: [], users: [{ upn: a@b.example }], unlisted: remove')).toEqual([]);
    expect(
      closed(
        'groups: [{ name: G, until: 2026-11-23, reason: x }], users: [{ upn: a@b.example }], unlisted: keep',
      ),
    ).toEqual(['6:25 warning expired-entry']);
  });
});

describe('people who leave a group that is assigned member by member', () => {
  const members = 'groups: [{ name: G, as: members, limit: 5 }]';
  const ended =
    'groups: [{ name: G, as: members, limit: 5, until: 2026-11-23, reason: x }], users: [{ upn: a@b.example }]';
  const last =
    'groups: [{ name: G, as: members, limit: 5, until: 2026-11-24, reason: x }], users: [{ upn: a@b.example }]';

  test.each([
    [`${members}, unlisted: remove`, ['4:25 warning leavers-stay']],
    [`${members}, users: unmanaged, unlisted: remove`, ['4:25 warning leavers-stay']],
    [`${members}, users: [{ upn: a@b.example }], unlisted: keep`, ['4:25 warning leavers-stay']],
    [`${last}, unlisted: keep`, ['4:25 warning leavers-stay']],
    [`${ended}, unlisted: keep`, ['4:25 warning expired-entry']],
    [`${members}, users: [], unlisted: remove`, []],
    [`${members}, users: [{ upn: a@b.example }], unlisted: remove`, []],
    ['groups: [{ name: G }], unlisted: remove', []],
    ['users: [{ upn: a@b.example }], unlisted: keep', []],
  ])('%s', (lists, findings) => {
    expect(say(`assignments: { ${lists} }\n`)).toEqual(findings);
  });
});

describe('a tenant less careful than its baseline', () => {
  const weakened = (own: string, asked: string) =>
    say(`baseline: standard\nsafety: { ${own} }\n`, `safety: { ${asked} }\n`);

  test.each([
    ['maxRemovals: 11', 'maxRemovals: 10', true],
    ['maxRemovals: 10', 'maxRemovals: 10', false],
    ['maxRemovals: 9', 'maxRemovals: 10', false],
    ['maxRemovals: 20%', 'maxRemovals: 10%', true],
    ['maxRemovals: 9%', 'maxRemovals: 10%', false],
    ['maxRemovals: 5', 'maxRemovals: 10%', true],
    ['maxRemovals: 0', 'maxRemovals: 10%', false],
    ['transition: continuity', 'transition: refuse', true],
    ['transition: containment', 'transition: continuity', true],
    ['transition: refuse', 'transition: continuity', false],
    ['transition: continuity', 'settle: 60', false],
    ['settle: 0', 'settle: 60', true],
    ['settle: 90', 'settle: 60', false],
  ])('%s against %s: %s', (own, asked, weaker) => {
    expect(weakened(own, asked)).toEqual(weaker ? ['5:11 warning weakens-safety'] : []);
  });
});

describe('exceptions', () => {
  const route = 'application: { assignmentRequired: true }\nconsent: { tenantWide: [] }\n';
  const excepted = (rule: string, until: string) =>
    say(`${route}exceptions: [{ rule: ${rule}, reason: CHG-1, until: ${until} }]\n`);

  test('waive their own rule, to the end of their last day', () => {
    expect(excepted('no-consent-route', '2026-11-24')).toEqual(['5:12 warning no-consent-route']);
    expect(excepted('no-consent-route', '2026-11-23')).toEqual([
      '5:12 error no-consent-route',
      '6:14 warning expired-exception',
    ]);
  });

  test('waive nothing else', () => {
    expect(excepted('empties-access', '2026-12-01')).toEqual(['5:12 error no-consent-route']);
    expect(excepted('unlisted-missing', '2026-12-01')).toEqual([
      '5:12 error no-consent-route',
      '6:14 error unknown-exception',
    ]);
  });
});
