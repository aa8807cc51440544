/** Random sandbox tenants: small, and odd in the ways real ones are. */
import fc from 'fast-check';
import { APPLE_MAIL, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import { EAS_SCOPE, EWS_SCOPE, HIDE_TAG, LISTED_TAG, MICROSOFT_GRAPH } from '../../src/sandbox/catalogue.ts';
import { conditionSet } from '../../src/sandbox/consent-policies.ts';
import { addGroup, addUser, newTenant, userId } from '../../src/sandbox/directory.ts';
import { addServicePrincipal, assign, classifyLow, grant } from '../../src/sandbox/enterprise-app.ts';
import { classificationId, guid } from '../../src/sandbox/ids.ts';
import type { ConditionSet, Group, PermissionGrantPolicy, Tenant } from '../../src/sandbox/tenant.ts';
import { principalId } from '../scenarios/tenant-builder.ts';

/** A guest, a disabled account and an administrator are among them: to the app all of them are people. */
export const PEOPLE = ['ann', 'bob', 'cho', 'gil', 'dan', 'admin'] as const;
/** Plain, dynamic, a Microsoft 365 group with security, one without: the last can be assigned to no app. */
export const GROUPS = ['SG-Plain', 'SG-Dynamic', 'M365-Secure', 'M365-Plain'] as const;

const KINDS: { readonly [name in (typeof GROUPS)[number]]: Partial<Omit<Group, 'id' | 'members'>> } = {
  'SG-Plain': {},
  'SG-Dynamic': { groupTypes: ['DynamicMembership'], membershipRule: 'user.department -eq "Sales"' },
  'M365-Secure': { groupTypes: ['Unified'], mailEnabled: true },
  'M365-Plain': { groupTypes: ['Unified'], mailEnabled: true, securityEnabled: false },
};

type Conditions = readonly Partial<Omit<ConditionSet, 'id'>>[];
const MAIL = { resourceApplication: EXCHANGE_ONLINE, permissions: [EAS_SCOPE, EWS_SCOPE] };
const SIGN_IN = { resourceApplication: MICROSOFT_GRAPH };

/** Consent policies of the tenant's own, by id: what each lets users consent to, and what it keeps from them. */
export const CUSTOM: {
  readonly [id: string]: { readonly includes: Conditions; readonly excludes?: Conditions };
} = {
  'any-app': { includes: [{}] },
  'Mail-For-Apple': { includes: [{ ...MAIL, clientApplicationIds: [APPLE_MAIL] }, SIGN_IN] },
  'half-eas': { includes: [{ ...MAIL, permissions: [EAS_SCOPE] }, SIGN_IN] },
  'half-ews': { includes: [{ ...MAIL, permissions: [EWS_SCOPE] }, SIGN_IN] },
  'all-but-mail': { includes: [{}], excludes: [MAIL] },
  'all-but-another-app': { includes: [{}], excludes: [{ ...MAIL, clientApplicationIds: [guid('another')] }] },
  'known-publishers': { includes: [{ ...MAIL, clientApplicationPublisherIds: ['1234567'] }, SIGN_IN] },
  'for-administrators': { includes: [{ permissionType: 'application' }] },
};

/** The tool's own consent policy where somebody has been there before: missing, half made, or meddled with. */
const OWN = ['absent', 'half made', 'foreign'] as const;
export const OWN_ID = 'iosmail-apple-internet-accounts';

const SETTINGS: readonly (readonly string[])[] = [
  [],
  ['microsoft-user-default-low'],
  ['microsoft-user-default-recommended'],
  ['microsoft-user-default-recommended', 'microsoft-user-default-allow-consent-apps'],
  ['microsoft-user-default-legacy'],
  ...Object.keys(CUSTOM).map((id) => [id]),
  ['half-eas', 'half-ews'],
  ['all-but-mail', 'Mail-For-Apple'],
];

/** What grants say, as Graph spells it and as it has been seen. */
export const MAIL_TEXTS = [
  '',
  'EAS.AccessAsUser.All EWS.AccessAsUser.All',
  ' EWS.AccessAsUser.All  EAS.AccessAsUser.All',
  ' EAS.AccessAsUser.All',
  'EWS.AccessAsUser.All',
  'IMAP.AccessAsUser.All EAS.AccessAsUser.All EWS.AccessAsUser.All',
  'IMAP.AccessAsUser.All POP.AccessAsUser.All',
] as const;

export type Sketch = {
  readonly app: 'absent' | 'soft-deleted' | 'there';
  readonly enabled: boolean | null;
  readonly required: boolean | null;
  readonly tags: readonly string[];
  readonly members: readonly (readonly string[])[];
  readonly nested: boolean;
  readonly assigned: readonly string[];
  readonly otherRole: readonly string[];
  readonly ghost: boolean;
  readonly tenantWide: string | undefined;
  readonly graphGrant: boolean;
  readonly own: readonly (string | undefined)[];
  readonly consent: readonly string[];
  readonly ownPolicy: (typeof OWN)[number];
  readonly low: 'nothing' | 'sign-in' | 'mail and sign-in';
  readonly premium: boolean;
};

const gate = fc.constantFrom<boolean | null>(true, false, null);
const someOf = <T>(all: readonly T[]) => fc.subarray([...all]);
const rarely = (one: number) => fc.integer({ min: 1, max: one }).map((n) => n === one);

export const sketches: fc.Arbitrary<Sketch> = fc.record({
  app: fc.constantFrom<Sketch['app']>('there', 'there', 'there', 'there', 'absent', 'soft-deleted'),
  enabled: fc.oneof(fc.constant(true), gate),
  required: gate,
  tags: someOf([HIDE_TAG, 'hideapp', 'HIDEAPP', 'HideApplication', 'Owner:Mueller']),
  members: fc.tuple(...GROUPS.map(() => someOf(PEOPLE))),
  nested: fc.boolean(),
  assigned: someOf([...GROUPS.slice(0, 3), ...PEOPLE.slice(0, 5)]),
  otherRole: fc.oneof(fc.constant([]), someOf(['SG-Plain', 'ann'])),
  ghost: rarely(4),
  tenantWide: fc.option(fc.constantFrom(...MAIL_TEXTS), { nil: undefined, freq: 2 }),
  graphGrant: fc.boolean(),
  own: fc.tuple(...PEOPLE.map(() => fc.option(fc.constantFrom(...MAIL_TEXTS), { nil: undefined, freq: 1 }))),
  consent: fc.constantFrom(...SETTINGS),
  ownPolicy: fc.constantFrom(...OWN),
  low: fc.constantFrom<Sketch['low']>('nothing', 'sign-in', 'mail and sign-in'),
  premium: rarely(5).map((without) => !without),
});

/** The tenant of a sketch; the same one each time. */
export function tenantOf(sketch: Sketch): Tenant {
  const { app, enabled, required, tags, members, consent, low, premium } = sketch;
  const tenant = newTenant('woodgrove', {
    licences: [premium ? 'SPB' : 'O365_BUSINESS_PREMIUM'],
    userConsent: consent,
  });
  for (const name of PEOPLE.slice(0, 5)) addUser(tenant, name, name);
  const [gil, dan] = ['gil', 'dan'].map((name) => tenant.users.get(userId(tenant, name)));
  if (gil !== undefined) gil.userType = 'Guest';
  if (dan !== undefined) dan.accountEnabled = false;
  GROUPS.forEach((name, index) => {
    addGroup(
      tenant,
      name,
      (members[index] ?? []).map((person) => userId(tenant, person)),
      KINDS[name],
    );
  });
  // Members of a nested group get nothing from the group around it.
  if (sketch.nested)
    tenant.groups.get(principalId(tenant, 'SG-Plain'))?.members.add(principalId(tenant, 'SG-Dynamic'));
  if (low !== 'nothing') classifyLow(tenant, ['User.Read', 'openid', 'profile', 'email', 'offline_access']);
  if (low === 'mail and sign-in') lowMail(tenant);
  for (const [id, conditions] of Object.entries(CUSTOM)) addConsentPolicy(tenant, id, conditions);
  if (sketch.ownPolicy !== 'absent') {
    const mail = { ...MAIL, clientApplicationIds: [APPLE_MAIL] };
    const includes = sketch.ownPolicy === 'foreign' ? [mail, { ...MAIL, permissions: [EAS_SCOPE] }] : [mail];
    addConsentPolicy(tenant, OWN_ID, { includes });
  }
  if (app === 'soft-deleted') softDeleted(tenant);
  if (app === 'there') addApp(tenant, sketch, { enabled, required, tags });
  return tenant;
}

function addApp(
  tenant: Tenant,
  { assigned, otherRole, ghost, tenantWide, graphGrant, own }: Sketch,
  { enabled, required, tags }: Pick<Sketch, 'enabled' | 'required' | 'tags'>,
): void {
  const apple = addServicePrincipal(tenant, APPLE_MAIL, {
    accountEnabled: enabled,
    appRoleAssignmentRequired: required,
    tags: [LISTED_TAG, ...tags],
  });
  for (const name of assigned) assign(tenant, apple, principalId(tenant, name));
  for (const name of otherRole) {
    const id = principalId(tenant, name);
    const other = { ...assign(tenant, apple, id, undefined, '2024-01-01T00:00:00Z') };
    tenant.assignments.delete(other.id);
    tenant.assignments.set(`${other.id}x`, { ...other, id: `${other.id}x`, appRoleId: guid('another role') });
  }
  if (ghost) assign(tenant, apple, guid('gone'), { principalType: 'Group', principalDisplayName: 'SG-Gone' });
  if (tenantWide !== undefined) grant(tenant, apple, tenantWide);
  if (graphGrant) grant(tenant, apple, 'openid User.Read', null, MICROSOFT_GRAPH);
  PEOPLE.forEach((name, index) => {
    const scope = own[index];
    if (scope === undefined) return;
    grant(tenant, apple, scope, userId(tenant, name));
    grant(tenant, apple, ' User.Read', userId(tenant, name), MICROSOFT_GRAPH);
  });
}

function addConsentPolicy(
  tenant: Tenant,
  id: string,
  { includes, excludes = [] }: (typeof CUSTOM)[string],
): void {
  const sets = (kind: string, all: Conditions) =>
    all.map((given, at) => conditionSet(guid(id, kind, String(at)), given));
  const policy: PermissionGrantPolicy = {
    id,
    displayName: id,
    description: '',
    includes: sets('includes', includes),
    excludes: sets('excludes', excludes),
  };
  tenant.permissionGrantPolicies.set(id, policy);
}

function lowMail(tenant: Tenant): void {
  for (const [permissionName, permissionId] of [
    ['EAS.AccessAsUser.All', EAS_SCOPE],
    ['EWS.AccessAsUser.All', EWS_SCOPE],
  ] as const) {
    const id = classificationId(permissionId);
    const resourceId = guid(tenant.name, 'servicePrincipal', EXCHANGE_ONLINE);
    tenant.classifications.set(id, { id, resourceId, permissionId, permissionName, classification: 'low' });
  }
}

function softDeleted(tenant: Tenant): void {
  const app = addServicePrincipal(tenant, APPLE_MAIL, { deletedDateTime: '2026-11-20T10:00:00Z' });
  tenant.servicePrincipals.delete(app.id);
  const gone = { ...app, id: guid('woodgrove', 'deleted app') };
  tenant.deletedItems.set(gone.id, gone);
}
