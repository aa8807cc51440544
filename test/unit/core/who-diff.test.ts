import { expect, test } from 'vitest';
import type { Desired } from '../../../src/core/state.ts';
import { intentChanges } from '../../../src/core/who-diff.ts';

function policy(assignments: Partial<Desired['assignments']>, more: Partial<Desired> = {}): Desired {
  return {
    tenant: { name: 'contoso', id: 'id', cloud: 'global', labels: {} },
    application: { enabledForSignIn: true, assignmentRequired: true, visibleToUsers: 'unmanaged' },
    consent: { tenantWide: 'unmanaged', userConsent: 'unmanaged', userGrants: 'keep' },
    assignments: { groups: 'unmanaged', users: 'unmanaged', ...assignments },
    safety: { protected: [], transition: 'refuse', settle: 60 },
    exceptions: [],
    ...more,
  };
}

const said = (before: Desired | undefined, after: Desired | undefined) =>
  intentChanges(before, after).map(({ what, name, change }) => `${change} ${what} ${name}`);

test('groups and users that entered or left, whatever the case they are written in', () => {
  const before = policy({
    groups: [
      { name: 'Sales', as: 'group' },
      { name: 'IT', as: 'group' },
    ],
    users: [{ upn: 'ADA@contoso.example' }],
  });
  const after = policy({
    groups: [
      { name: 'sales', as: 'group' },
      { name: 'Lab', as: 'group' },
    ],
    users: [
      { upn: 'ada@contoso.example' },
      { upn: 'bob@contoso.example', until: '2026-12-31', reason: 'trip' },
    ],
  });
  expect(said(before, after)).toEqual([
    'left group IT',
    'entered group Lab',
    // The spelling is the same object.
    'changed group sales',
    'changed user ada@contoso.example',
    'entered user bob@contoso.example',
  ]);
});

test('a pinned group that is renamed is the same group, changed', () => {
  const before = policy({ groups: [{ id: 'g', name: 'Old', as: 'group' }] });
  const after = policy({ groups: [{ id: 'g', name: 'New', as: 'group' }] });
  expect(said(before, after)).toEqual(['changed group New']);
});

test('settings are told with both values; what is no setting of access is not', () => {
  const before = policy({});
  const after = policy({}, { application: { ...before.application, assignmentRequired: false } });
  expect(intentChanges(before, after)).toEqual([
    {
      what: 'setting',
      name: 'application.assignmentRequired',
      change: 'changed',
      before: true,
      after: false,
    },
  ]);
  expect(intentChanges(before, { ...before, safety: { ...before.safety, settle: 0 } })).toEqual([]);
});

test('an incident lever is told, pulled and lifted', () => {
  const incident = { kind: 'frozen', reason: 'INC-204', since: '2026-11-24' } as const;
  expect(said(policy({}), policy({}, { incident }))).toEqual(['entered setting incident']);
  expect(said(policy({}, { incident }), policy({}))).toEqual(['left setting incident']);
});

test('a list that is not managed any more is a setting that changed, beside its entries', () => {
  const before = policy({ groups: [{ name: 'Sales', as: 'group' }] });
  expect(said(before, policy({}))).toEqual(['changed setting assignments.groups', 'left group Sales']);
});

test('a tenant that is new or gone is told with everything it lists', () => {
  const listed = policy({ users: [{ upn: 'ada@contoso.example' }] });
  expect(said(undefined, listed)).toContain('entered tenant contoso');
  expect(said(listed, undefined)).toEqual(
    said(undefined, listed).map((each) => each.replace('entered', 'left')),
  );
});
