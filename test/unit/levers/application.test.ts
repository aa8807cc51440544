import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { BrokenAnswer } from '../../../src/levers/answer.ts';
import { application } from '../../../src/levers/application.ts';
import { assignmentRequired } from '../../../src/levers/assignment-required.ts';
import { enabledForSignIn } from '../../../src/levers/enabled-for-sign-in.ts';
import { visibleToUsers } from '../../../src/levers/visible-to-users.ts';
import { policy } from '../core/tenant-double.ts';
import { ABSENT, APP, app, converse, EAS, found, REFUSED, requests, rules } from './converse.ts';

const DELETED = '/directory/deletedItems/microsoft.graph.servicePrincipal';
const LISTED = 'WindowsAzureActiveDirectoryIntegratedApp';
const script = (answer = app()) =>
  [
    [APP, answer],
    [DELETED, found([])],
  ] as const;

describe('the app exists', () => {
  test('a present app is left as it is, and deleted copies are not asked for', () => {
    const { asked, assessment } = converse(application, policy({}), script());
    expect(asked).toHaveLength(1);
    expect(assessment).toEqual({ gates: { exists: true }, moves: [], leftAlone: [], findings: [] });
  });

  test.each<[string, Parameters<typeof policy>[0], boolean]>([
    ['nothing managed', {}, false],
    [
      'open gates alone',
      { application: { enabledForSignIn: true, assignmentRequired: false, visibleToUsers: true } },
      false,
    ],
    ['nothing to grant', { consent: { tenantWide: [] } }, false],
    [
      'user consent is no setting of the app',
      { consent: { userConsent: 'none', userGrants: 'revoke' } },
      false,
    ],
    ['empty lists', { assignments: { groups: [], users: [], unlisted: 'remove' } }, false],
    [
      'an entry that has ended',
      {
        assignments: { users: [{ upn: 'a@b.example', until: '2026-11-23', reason: 'x' }], unlisted: 'keep' },
      },
      false,
    ],
    [
      'an entry that has not begun',
      { assignments: { users: [{ upn: 'a@b.example', from: '2026-11-25' }], unlisted: 'keep' } },
      false,
    ],
    [
      'an entry on its last day',
      {
        assignments: { users: [{ upn: 'a@b.example', until: '2026-11-24', reason: 'x' }], unlisted: 'keep' },
      },
      true,
    ],
    ['a group', { assignments: { groups: [{ name: 'g', as: 'group' }], unlisted: 'keep' } }, true],
    ['a scope', { consent: { tenantWide: [EAS] } }, true],
    ['to block', { application: { enabledForSignIn: false } }, true],
    ['to gate', { application: { assignmentRequired: true } }, true],
    ['to hide', { application: { visibleToUsers: false } }, true],
  ])('an absent app is created only where needed: %s', (_, parts, created) => {
    const { assessment } = converse(application, policy(parts), script(ABSENT));
    expect(assessment.gates.exists).toBe(false);
    expect(assessment.moves.map(({ group }) => group)).toEqual(created ? ['create'] : []);
    expect(rules(assessment)).toEqual(created ? [] : ['info app-absent']);
  });

  test.each<[string, Parameters<typeof policy>[0], Json]>([
    [
      'shut',
      { application: { enabledForSignIn: false, assignmentRequired: true, visibleToUsers: false } },
      { accountEnabled: false, appRoleAssignmentRequired: true, tags: [LISTED, 'HideApp'] },
    ],
    [
      'open only where the policy leaves it open',
      { consent: { tenantWide: [EAS] } },
      { accountEnabled: true, appRoleAssignmentRequired: false, tags: [LISTED] },
    ],
  ])('it is created with its gates in the one request: %s', (_, parts, body) => {
    const { assessment } = converse(application, policy(parts), script(ABSENT));
    expect(requests(assessment)).toEqual([
      ['POST', '/servicePrincipals', { appId: 'f8d98a96-0999-43f5-8af3-69971c7bb423', ...(body as object) }],
    ]);
  });

  test('a soft-deleted copy is said before another is created', () => {
    const { assessment } = converse(application, policy({ application: { assignmentRequired: true } }), [
      [APP, ABSENT],
      [DELETED, found([{ id: 'old', deletedDateTime: '2026-11-01T00:00:00Z' }])],
    ]);
    expect(rules(assessment)).toEqual(['warning app-deleted-copy']);
    expect(assessment.findings[0]?.message).toContain('old');
  });

  test('that deleted copies could not be read is said: unknown, not none', () => {
    const { assessment } = converse(application, policy({ application: { assignmentRequired: true } }), [
      [APP, ABSENT],
      [DELETED, REFUSED],
    ]);
    expect(rules(assessment)).not.toEqual([]);
  });

  test('an app that Microsoft disabled is said', () => {
    const status = (value: Json) =>
      rules(converse(application, policy({}), script(app({ disabledByMicrosoftStatus: value }))).assessment);
    expect(status('DisabledDueToViolationOfServicesAgreement')).toEqual(['warning disabled-by-microsoft']);
    expect(status('NotDisabled')).toEqual([]);
    expect(status(null)).toEqual([]);
  });
});

describe('yes/no settings', () => {
  test.each<[string, { readonly [key: string]: Json }, { enabled: boolean; required: boolean }]>([
    [
      'as set',
      { accountEnabled: false, appRoleAssignmentRequired: true },
      { enabled: false, required: true },
    ],
    [
      'null is open',
      { accountEnabled: null, appRoleAssignmentRequired: null },
      { enabled: true, required: false },
    ],
  ])('%s', (_, parts, gates) => {
    const enabled = converse(enabledForSignIn, policy({}), script(app(parts))).assessment;
    const required = converse(assignmentRequired, policy({}), script(app(parts))).assessment;
    expect({ ...enabled.gates, ...required.gates }).toEqual(gates);
    expect([...enabled.leftAlone, ...required.leftAlone].map(({ now }) => now)).toEqual([
      gates.enabled ? 'Yes' : 'No',
      gates.required ? 'Yes' : 'No',
    ]);
  });

  test.each(['accountEnabled', 'appRoleAssignmentRequired', 'tags', 'appRoles'])(
    'an answer without %s decides nothing, since Graph gives what it is asked for',
    (key) => {
      const shown = { accountEnabled: true, appRoleAssignmentRequired: true, tags: [], appRoles: [] };
      const rest = Object.entries(shown).filter(([each]) => each !== key);
      const answer = found({ id: 'sp', ...Object.fromEntries(rest) });
      expect(() => converse(enabledForSignIn, policy({}), [[APP, answer]])).toThrow(BrokenAnswer);
    },
  );

  test('a text where Graph promises true or false decides nothing', () => {
    expect(() => converse(enabledForSignIn, policy({}), script(app({ accountEnabled: 'false' })))).toThrow(
      BrokenAnswer,
    );
  });

  test.each([
    [enabledForSignIn, { enabledForSignIn: false }, 'disable', { accountEnabled: false }],
    [
      assignmentRequired,
      { assignmentRequired: true },
      'require-assignment',
      { appRoleAssignmentRequired: true },
    ],
  ] as const)('one property a request: %o', (lever, wish, group, body) => {
    const { assessment } = converse(lever, policy({ application: wish }), script());
    expect(assessment.moves.map((move) => move.group)).toEqual([group]);
    expect(requests(assessment)).toEqual([['PATCH', '/servicePrincipals/sp', body]]);
  });

  test('a setting that is as wanted asks for nothing, also where it is null', () => {
    const wish = policy({ application: { enabledForSignIn: true, assignmentRequired: false } });
    for (const lever of [enabledForSignIn, assignmentRequired])
      expect(converse(lever, wish, script(app({ accountEnabled: null }))).assessment.moves).toEqual([]);
  });

  test('the settings of an app that is not there are set by creating it', () => {
    const { assessment } = converse(
      enabledForSignIn,
      policy({ application: { enabledForSignIn: false } }),
      script(ABSENT),
    );
    expect(assessment.moves).toEqual([]);
  });
});

describe('visible to users', () => {
  test.each<[string, readonly string[] | null, boolean, readonly string[] | undefined]>([
    ['hide keeps every other tag', ['z', LISTED, 'a'], false, ['HideApp', LISTED, 'a', 'z']],
    ['show removes the tag alone', ['z', 'HideApp', LISTED], true, [LISTED, 'z']],
    ['show removes the tag in any letter case', ['hideapp', 'HIDEAPP', 'custom'], true, ['custom']],
    ['hidden already, in another letter case', ['hideApp'], false, undefined],
    ['visible already', ['HideAppNot'], true, undefined],
    ['no tags at all', null, false, ['HideApp']],
  ])('%s', (_, tags, visible, wanted) => {
    const { assessment } = converse(
      visibleToUsers,
      policy({ application: { visibleToUsers: visible } }),
      script(app({ tags })),
    );
    expect(requests(assessment)).toEqual(
      wanted === undefined ? [] : [['PATCH', '/servicePrincipals/sp', { tags: wanted }]],
    );
  });

  test('the change names the whole list, so that a tag added after the review shows', () => {
    const of = (tags: readonly string[]) =>
      converse(visibleToUsers, policy({ application: { visibleToUsers: false } }), script(app({ tags })))
        .assessment.moves[0]?.changes[0]?.before;
    expect(of(['a'])).not.toEqual(of(['a', 'b']));
    expect(of(['a', 'b'])).toEqual(of(['b', 'a']));
  });
});
