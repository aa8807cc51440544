import type { FailedTenant, Plan, TenantPlan } from '../../../src/core/plan.ts';
import type { RestsOn } from '../../../src/core/rests-on.ts';
import type { Desired } from '../../../src/core/state.ts';

const ID = '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11';
const GROUP = '5b0f6c1e-58a4-4f7c-9f0a-1d2c3b4a5968';
const FILE = 'policies/tenants/contoso.yaml';

const POLICY: Desired = {
  tenant: { name: 'contoso', id: ID, cloud: 'global', labels: { ring: 'pilot' } },
  application: { enabledForSignIn: true, assignmentRequired: true, visibleToUsers: 'unmanaged' },
  consent: {
    tenantWide: ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'],
    userConsent: 'unmanaged',
    userGrants: 'keep',
  },
  assignments: {
    groups: [{ name: 'SG-iOS-Mail', as: 'group' }],
    users: 'unmanaged',
    unlisted: 'remove',
  },
  safety: { protected: ['breakglass@contoso.example'], transition: 'refuse', settle: 60 },
  exceptions: [],
};

const person = (at: number) => ({
  id: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
  name: `person${at}@contoso.example`,
  via: ['member of SG-iOS-Mail'],
});

/** An app without scopes for everybody, which users may consent to. */
export const RESTS_ON: RestsOn = {
  exists: true,
  enabledForSignIn: true,
  assignmentRequired: false,
  tenantWide: [],
  userConsent: true,
};

/** Closing an open tenant to one group. */
export const CONTOSO: TenantPlan = {
  tenant: { name: 'contoso', id: ID, cloud: 'global' },
  appId: 'f8d98a96-0999-43f5-8af3-69971c7bb423',
  status: 'changes',
  effect: 'widens and narrows',
  impact: {
    gain: Array.from({ length: 12 }, (_, at) => person(at)),
    lose: [
      { id: person(90).id, name: 'bea@contoso.example', via: ['consented for themselves'] },
      { id: person(91).id, name: 'carl@contoso.example', via: ['consented for themselves'] },
      { id: person(92).id, name: 'dora@contoso.example', via: ['assigned directly'] },
    ],
    retain: Array.from({ length: 4180 }, (_, at) => person(1000 + at)),
    unknown: [],
    everyoneElse: { before: 'may', after: 'none' },
    unread: [],
  },
  steps: [
    {
      number: 1,
      group: 'grant',
      direction: 'widens',
      request: {
        method: 'POST',
        path: '/oauth2PermissionGrants',
        body: {
          clientId: 'c1',
          consentType: 'AllPrincipals',
          scope: 'EAS.AccessAsUser.All EWS.AccessAsUser.All',
        },
        what: 'grant admin consent',
        permission: 'DelegatedPermissionGrant.ReadWrite.All',
      },
      changes: [
        {
          setting: 'consent/tenantWide',
          label: 'Grant admin consent',
          before: null,
          after: ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'],
          at: { file: FILE, line: 12, column: 15 },
        },
      ],
    },
    {
      number: 2,
      group: 'add-assignees',
      direction: 'widens',
      request: {
        method: 'POST',
        path: '/servicePrincipals/c1/appRoleAssignedTo',
        body: { principalId: GROUP },
        what: 'assign SG-iOS-Mail',
        permission: 'AppRoleAssignment.ReadWrite.All',
      },
      changes: [
        {
          setting: `assignments/${GROUP}`,
          label: 'Users and groups',
          subject: 'SG-iOS-Mail (group)',
          before: null,
          after: true,
          at: { file: FILE, line: 17, column: 7 },
        },
      ],
    },
    {
      number: 3,
      group: 'require-assignment',
      direction: 'narrows',
      settle: 60,
      request: {
        method: 'PATCH',
        path: '/servicePrincipals/c1',
        body: { appRoleAssignmentRequired: true },
        what: 'require assignment',
        permission: 'Application.ReadWrite.All',
      },
      changes: [
        {
          setting: 'application/assignmentRequired',
          label: 'Assignment required?',
          before: false,
          after: true,
          at: { file: FILE, line: 9, column: 23 },
        },
      ],
    },
  ],
  order: {
    holdsFor: 'any membership',
    assumptions: ['consent that people gave themselves still counts once assignment is required'],
    gaveWay: [],
    columns: ['now', 'grant', 'add-assignees', 'require-assignment'],
    rows: [
      { who: 'members of SG-iOS-Mail', levels: ['may', 'has', 'has', 'has'] },
      { who: 'everyone else', levels: ['may', 'has', 'has', 'none'] },
    ],
  },
  leftAlone: [
    {
      setting: 'application/visibleToUsers',
      label: 'Visible to users?',
      now: 'Yes',
      why: 'not in the policy',
    },
  ],
  restsOn: RESTS_ON,
  findings: [
    {
      rule: 'listed-twice',
      severity: 'warning',
      message: 'dora@contoso.example is listed directly and by SG-iOS-Mail.',
      fix: 'Remove one of the two entries.',
      at: { file: FILE, line: 21, column: 7 },
    },
    { rule: 'guests', severity: 'info', message: 'SG-iOS-Mail has 1 guest.' },
  ],
  policy: POLICY,
  digest: `sha256:${'ab'.repeat(32)}`,
};

/** A rule said no, with numbers that an exception may override. */
export const REFUSED: TenantPlan = {
  ...CONTOSO,
  tenant: { name: 'fabrikam', id: '11111111-0f5c-4c2c-9c47-0d6a1c9b2e11', cloud: 'usgov' },
  status: 'refused',
  findings: [
    {
      rule: 'removal-limit',
      severity: 'error',
      message: '3 of 20 people would lose access; the limit is 2.',
      fix: 'Remove fewer people at once, or have the number reviewed.',
      at: { file: 'policies/tenants/fabrikam.yaml', line: 30, column: 3 },
      waivable: { limit: 3 },
    },
  ],
};

export const UNCHANGED: TenantPlan = {
  ...CONTOSO,
  tenant: { name: 'adatum', id: '22222222-0f5c-4c2c-9c47-0d6a1c9b2e11', cloud: 'global' },
  status: 'unchanged',
  effect: 'neutral',
  impact: {
    gain: [],
    lose: [],
    retain: [],
    unknown: [],
    everyoneElse: { before: 'none', after: 'none' },
    unread: [],
  },
  steps: [],
  findings: [],
};

export const FAILED: FailedTenant = {
  tenant: { name: 'tailspin', id: '33333333-0f5c-4c2c-9c47-0d6a1c9b2e11', cloud: 'global' },
  status: 'failed',
  error: {
    message: 'AADSTS7000215: Invalid client secret provided.',
    fix: 'Renew the secret of the app registration and set AZURE_CLIENT_SECRET.',
  },
};

export function planOf(...tenants: Plan['tenants']): Plan {
  return { formatVersion: 1, tool: { name: 'iosmail', version: '0.1.0' }, day: '2026-11-24', tenants };
}

export const EXAMPLE = planOf(UNCHANGED, CONTOSO, REFUSED, FAILED);
