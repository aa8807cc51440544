import { describe, expect, test } from 'vitest';
import { load, SAMPLE_ID, tenantText } from './sample.ts';

const one = (rest: string, baselines: { readonly [name: string]: string } = {}, settings?: string) => {
  const loaded = load({
    tenants: { sample: tenantText(rest) },
    baselines,
    ...(settings === undefined ? {} : { settings }),
  });
  expect(loaded.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [policy] = loaded.tenants;
  if (policy === undefined) throw new Error('no policy');
  return policy;
};

describe('what a file that says little means', () => {
  test('everything is left alone, with the documented defaults', () => {
    expect(one('').desired).toEqual({
      tenant: { name: 'sample', id: SAMPLE_ID, cloud: 'global', labels: {} },
      application: {
        enabledForSignIn: 'unmanaged',
        assignmentRequired: 'unmanaged',
        visibleToUsers: 'unmanaged',
      },
      consent: { tenantWide: 'unmanaged', userConsent: 'unmanaged', userGrants: 'keep' },
      assignments: { groups: 'unmanaged', users: 'unmanaged' },
      safety: { protected: [], transition: 'refuse', settle: 60 },
      exceptions: [],
    });
  });

  test('an empty list is none, not unmanaged', () => {
    const { desired } = one('consent: { tenantWide: [] }\nassignments: { groups: [], unlisted: remove }\n');
    expect(desired.consent.tenantWide).toEqual([]);
    expect(desired.assignments).toEqual({ groups: [], users: 'unmanaged', unlisted: 'remove' });
  });

  test('`unlisted` without a list means nothing, and says nothing', () => {
    expect(one('assignments: { unlisted: remove }\n').desired.assignments).toEqual({
      groups: 'unmanaged',
      users: 'unmanaged',
    });
  });

  test('ids in lower case, scopes in one order, groups with their default', () => {
    const loaded = load({
      tenants: {
        sample: tenantText(
          `consent: { tenantWide: [EWS.AccessAsUser.All, EAS.AccessAsUser.All] }
assignments: { groups: [{ id: 5B0F2C1E-2A7D-4F07-9D8E-1A9C6F3B7E20 }], unlisted: keep }\n`,
          'sample',
          SAMPLE_ID.toUpperCase(),
        ),
      },
    });
    const desired = loaded.tenants[0]?.desired;
    expect(desired?.tenant.id).toBe(SAMPLE_ID);
    expect(desired?.consent.tenantWide).toEqual(['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All']);
    expect(desired?.assignments.groups).toEqual([
      { id: '5b0f2c1e-2a7d-4f07-9d8e-1a9c6f3b7e20', as: 'group' },
    ]);
  });
});

test('protected people are excepted one by one, in lower case', () => {
  const { desired } = one(`exceptions:
  - { rule: protected-person, upn: Anna@Sample.Example, reason: CHG-1, until: 2026-12-01 }
  - { rule: protected-person, upn: bob@sample.example, reason: CHG-2, until: 2026-12-01 }
`);
  expect(desired.exceptions.map(({ upn }) => upn)).toEqual(['anna@sample.example', 'bob@sample.example']);
});

describe('baselines', () => {
  const standard = `application:
  assignmentRequired: true
  visibleToUsers: false
consent:
  tenantWide: [EAS.AccessAsUser.All, EWS.AccessAsUser.All]
assignments:
  groups:
    - name: SG-A
    - name: SG-B
  unlisted: remove
safety:
  protected: [breakglass@sample.example, Ceo@sample.example]
  settle: 30
`;

  test('values override, lists replace, protected people add up', () => {
    const { desired } = one(
      `baseline: standard
application: { visibleToUsers: true }
assignments: { groups: [{ name: SG-C }] }
safety: { protected: [ceo@sample.example, cfo@sample.example] }
`,
      { standard },
    );
    expect(desired.application).toEqual({
      enabledForSignIn: 'unmanaged',
      assignmentRequired: true,
      visibleToUsers: true,
    });
    expect(desired.assignments).toEqual({
      groups: [{ name: 'SG-C', as: 'group' }],
      users: 'unmanaged',
      unlisted: 'remove',
    });
    expect(desired.safety).toEqual({
      protected: ['breakglass@sample.example', 'Ceo@sample.example', 'cfo@sample.example'],
      transition: 'refuse',
      settle: 30,
    });
  });

  test('every lever can be set back to unmanaged', () => {
    const { desired } = one(
      `baseline: standard
application: { assignmentRequired: unmanaged, visibleToUsers: unmanaged }
consent: { tenantWide: unmanaged }
assignments: { groups: unmanaged }
`,
      { standard },
    );
    expect(desired.application.assignmentRequired).toBe('unmanaged');
    expect(desired.application.visibleToUsers).toBe('unmanaged');
    expect(desired.consent.tenantWide).toBe('unmanaged');
    expect(desired.assignments).toEqual({ groups: 'unmanaged', users: 'unmanaged' });
  });

  test('each effective value knows the line it comes from', () => {
    const { origins } = one(
      `baseline: standard
application:
  visibleToUsers: true
assignments:
  groups: [{ name: SG-C }]
safety:
  protected: [cfo@sample.example]
exceptions:
  - { rule: empties-access, reason: CHG-1, until: 2026-12-01 }
`,
      { standard },
    );
    const at = (pointer: string) => {
      const origin = origins[pointer];
      return origin && `${origin.file.split('/').at(-1)}:${origin.line}:${origin.column}`;
    };
    expect(at('/application/assignmentRequired')).toBe('standard.yaml:2:3');
    expect(at('/application/visibleToUsers')).toBe('sample.yaml:6:3');
    expect(at('/application/enabledForSignIn')).toBeUndefined();
    expect(at('/assignments/groups')).toBe('sample.yaml:8:3');
    expect(at('/assignments/groups/0')).toBe('sample.yaml:8:12');
    expect(at('/assignments/groups/1')).toBeUndefined();
    expect(at('/assignments/unlisted')).toBe('standard.yaml:10:3');
    expect(at('/safety/protected/0')).toBe('standard.yaml:12:15');
    expect(at('/safety/protected/2')).toBe('sample.yaml:10:15');
    expect(at('/exceptions/0')).toBe('sample.yaml:12:5');
    expect(at('/tenant/id')).toBe('sample.yaml:3:3');
  });

  test('a baseline cannot make exceptions or name another baseline', () => {
    const loaded = load({
      tenants: { sample: tenantText('baseline: standard\n') },
      baselines: { standard: 'exceptions: []\nbaseline: other\n' },
    });
    expect(loaded.findings.map(({ rule, at }) => `${at?.line} ${rule}`)).toEqual([
      '1 baseline-broken',
      '1 unknown-key',
      '2 unknown-key',
    ]);
    expect(loaded.broken).toEqual(['sample']);
  });

  test('what a baseline makes many tenants say is said once, and breaks each of them', () => {
    const closed = 'application: { assignmentRequired: true }\nconsent: { tenantWide: [] }\n';
    const loaded = load({
      tenants: {
        a: tenantText('baseline: closed\n', 'a', SAMPLE_ID.replace('8', '1')),
        b: tenantText('baseline: closed\n', 'b', SAMPLE_ID.replace('8', '2')),
        c: tenantText('', 'c', SAMPLE_ID.replace('8', '3')),
      },
      baselines: { closed },
    });
    expect(loaded.findings.map(({ rule, at }) => `${at?.file}:${at?.line}:${at?.column} ${rule}`)).toEqual([
      'policies/baselines/closed.yaml:2:12 no-consent-route',
    ]);
    expect(loaded.broken).toEqual(['a', 'b']);
    expect(loaded.tenants.map(({ desired }) => desired.tenant.name)).toEqual(['c']);
  });
});

describe('settings', () => {
  const ids = {
    plan: '0a6f6b0e-6a53-4c0e-8f5f-3f1b8e0b7c01',
    apply: '7d2c1f0a-9f44-4a53-9c6b-2b8f4f1de902',
    other: '11111111-9f44-4a53-9c6b-2b8f4f1de902',
  };

  test('without a file, the defaults', () => {
    const { settings } = load({ tenants: { sample: tenantText('') } });
    expect(settings).toEqual({
      identity: {},
      review: { allowUnreviewedApply: true, approvals: 1, allowDirectPush: false },
      privacy: { people: 'names' },
      journal: { branch: 'iosmail-journal' },
      origins: {},
    });
  });

  test('its identity counts where the tenant names none, one by one', () => {
    const { desired, origins } = one(
      `  identity: { apply: ${ids.other} }\n`,
      {},
      `identity:\n  plan: ${ids.plan.toUpperCase()}\n  apply: ${ids.apply}\n`,
    );
    expect(desired.tenant.identity).toEqual({ plan: ids.plan, apply: ids.other });
    expect(origins['/tenant/identity/plan']).toEqual({ file: 'policies/settings.yaml', line: 2, column: 3 });
    expect(origins['/tenant/identity/apply']?.file).toBe('policies/tenants/sample.yaml');
  });

  test('with errors, nothing is planned and nothing is allowed that it may forbid', () => {
    const loaded = load({
      tenants: { sample: tenantText('') },
      settings: 'review:\n  allowUnreviewedAply: false\n',
    });
    expect(loaded.findings.map(({ rule, at }) => `${at?.line}:${at?.column} ${rule}`)).toEqual([
      '1:1 settings-broken',
      '2:3 unknown-key',
    ]);
    expect(loaded.settings.review.allowUnreviewedApply).toBe(false);
    expect(loaded.tenants).toEqual([]);
    expect(loaded.broken).toEqual(['sample']);
  });

  test('the most cautious values count where settings.yaml has errors, the usual ones where there is none', () => {
    const broken = load({ tenants: {}, settings: 'review:\n  approvals: many\n' });
    expect(broken.settings.review).toEqual({
      allowUnreviewedApply: false,
      approvals: 10,
      allowDirectPush: false,
    });
    const none = load({ tenants: {} });
    expect(none.settings.review).toEqual({
      allowUnreviewedApply: true,
      approvals: 1,
      allowDirectPush: false,
    });
    expect(none.settings.journal).toEqual({ branch: 'iosmail-journal' });
  });

  test('review and journal are read as written, with their places', () => {
    const settings = [
      'review:',
      '  approvals: 0',
      '  allowDirectPush: true',
      '  app: our-planner',
      'journal:',
      '  branch: records/mail',
      '',
    ].join('\n');
    const loaded = load({ tenants: { sample: tenantText('') }, settings });
    expect(loaded.findings).toEqual([]);
    expect(loaded.settings.review).toEqual({
      allowUnreviewedApply: true,
      approvals: 0,
      allowDirectPush: true,
      app: 'our-planner',
    });
    expect(loaded.settings.journal.branch).toBe('records/mail');
    expect(loaded.settings.origins['/review/app']?.line).toBe(4);
    expect(loaded.settings.origins['/journal/branch']?.line).toBe(6);
  });

  test.each([
    ['review:\n  approvals: -1\n'],
    ['review:\n  approvals: 11\n'],
    ['review:\n  app: Our App\n'],
    ['journal:\n  branch: -x\n'],
    ['journal:\n  branch: a..b\n'],
    ['journal:\n  branch: a:b\n'],
  ])('refused: %j', (settings) => {
    const loaded = load({ tenants: { sample: tenantText('') }, settings });
    expect(loaded.broken).toEqual(['sample']);
  });

  test.each([
    ['rings:\n  - name: pilot\n', '1:1'],
    ['drift:\n  issue: true\n', '1:1'],
  ])('not supported yet: %j', (settings, place) => {
    const { findings } = load({ tenants: { sample: tenantText('') }, settings });
    expect(findings.map(({ rule, at }) => `${at?.line}:${at?.column} ${rule}`)).toContain(
      `${place} not-supported-yet`,
    );
  });
});

describe('two files for one tenant', () => {
  test('one id twice is told at both places', () => {
    const loaded = load({
      tenants: { a: tenantText('', 'a'), b: tenantText('', 'b', SAMPLE_ID.toUpperCase()) },
    });
    expect(loaded.findings.map(({ rule, at, message }) => [rule, at?.file, at?.line, message])).toEqual([
      [
        'duplicate-tenant',
        'policies/tenants/a.yaml',
        3,
        'The same tenant id stands in policies/tenants/b.yaml.',
      ],
      [
        'duplicate-tenant',
        'policies/tenants/b.yaml',
        3,
        'The same tenant id stands in policies/tenants/a.yaml.',
      ],
    ]);
    expect(loaded.tenants).toEqual([]);
  });

  test('one name twice as well', () => {
    const loaded = load({
      tenants: { a: tenantText('', 'a'), b: tenantText('', 'a', SAMPLE_ID.replace('8', '9')) },
    });
    expect(loaded.findings.map(({ rule, at }) => `${at?.file} ${rule}`)).toEqual([
      'policies/tenants/a.yaml duplicate-tenant',
      'policies/tenants/b.yaml duplicate-tenant',
      'policies/tenants/b.yaml tenant-name-is-not-file-name',
    ]);
  });
});
