/** Random policies for a generated tenant, as people write them, and an independent reading of what they ask for. */
import fc from 'fast-check';
import { stringify } from 'yaml';
import { APPLE_MAIL, DEFAULT_ROLE, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { appleApp } from '../scenarios/levels.ts';
import { principalId } from '../scenarios/tenant-builder.ts';
import { CUSTOM, GROUPS, OWN_ID, PEOPLE } from './generated-tenant.ts';

type When = 'now' | 'ended' | 'later';
type Entry = { readonly name: string; readonly when: When; readonly spelled: 'as is' | 'loud' | 'by id' };
type GroupEntry = Entry & { readonly as: 'group' | 'members' };

export type Wish = {
  readonly enabled: boolean | undefined;
  readonly required: boolean | undefined;
  readonly visible: boolean | undefined;
  readonly tenantWide: readonly string[] | undefined;
  readonly userConsent: string | undefined;
  readonly userGrants: 'keep' | 'report' | 'revoke' | undefined;
  readonly groups: readonly GroupEntry[] | undefined;
  readonly users: readonly Entry[] | undefined;
  readonly unlisted: 'remove' | 'keep';
  readonly transition: 'refuse' | 'continuity' | 'containment' | undefined;
  readonly excepted: boolean;
};

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
const when = fc.constantFrom<When>('now', 'now', 'now', 'now', 'ended', 'later');
const spelled = fc.constantFrom<Entry['spelled']>('as is', 'as is', 'loud', 'by id');

/** Microsoft's policies that each mode assigns, exactly. */
const MODES: { readonly [mode: string]: readonly string[] } = {
  none: [],
  lowImpact: ['microsoft-user-default-low'],
  microsoftManaged: ['microsoft-user-default-recommended'],
  microsoftManagedMailClients: [
    'microsoft-user-default-allow-consent-apps',
    'microsoft-user-default-recommended',
  ],
  allApps: ['microsoft-user-default-legacy'],
  thisAppOnly: [OWN_ID],
};

export const wishes: fc.Arbitrary<Wish> = fc.record({
  enabled: maybe(fc.integer({ min: 0, max: 3 }).map((n) => n > 0)),
  required: maybe(fc.boolean()),
  visible: maybe(fc.boolean()),
  tenantWide: maybe(
    fc.constantFrom(
      ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'],
      ['EWS.AccessAsUser.All', 'EAS.AccessAsUser.All'],
      ['EAS.AccessAsUser.All'],
      ['EWS.AccessAsUser.All'],
      [],
    ),
  ),
  userConsent: maybe(fc.constantFrom(...Object.keys(MODES), ...Object.keys(CUSTOM))),
  userGrants: maybe(fc.constantFrom<'keep' | 'report' | 'revoke'>('keep', 'report', 'revoke', 'revoke')),
  groups: maybe(
    fc.uniqueArray(
      fc.record({
        // The group that no app can have comes seldom: it refuses everything else.
        name: fc.constantFrom(...GROUPS.slice(0, 3), ...GROUPS.slice(0, 3), ...GROUPS),
        when,
        spelled,
        as: fc.constantFrom<'group' | 'members'>('group', 'group', 'members'),
      }),
      { selector: ({ name }) => name, maxLength: 3 },
    ),
  ),
  users: maybe(
    fc.uniqueArray(fc.record({ name: fc.constantFrom(...PEOPLE), when, spelled }), {
      selector: ({ name }) => name,
      maxLength: 4,
    }),
  ),
  unlisted: fc.constantFrom<'remove' | 'keep'>('remove', 'remove', 'keep'),
  transition: maybe(
    fc.constantFrom<'refuse' | 'continuity' | 'containment'>('refuse', 'continuity', 'containment'),
  ),
  excepted: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
});

const DATES: { readonly [each in When]: object } = {
  now: {},
  ended: { until: '2026-11-23', reason: 'for the fair' },
  later: { from: '2026-11-25' },
};

/** The policy file. */
export function yamlOf(wish: Wish, tenant: Tenant): string {
  const { enabled, required, visible, tenantWide, userConsent, userGrants, groups, users } = wish;
  const loud = (entry: Entry, text: string) => (entry.spelled === 'loud' ? text.toUpperCase() : text);
  const exceptions = ['closes-open-tenant', 'empties-access', 'no-consent-route'].map((rule) => ({
    rule,
    reason: 'CHG-2001',
    until: '2026-12-31',
  }));
  return stringify({
    tenant: { name: tenant.name, id: tenant.id },
    application: { enabledForSignIn: enabled, assignmentRequired: required, visibleToUsers: visible },
    consent: {
      tenantWide,
      userConsent: userConsent === undefined || userConsent in MODES ? userConsent : { custom: userConsent },
      userGrants,
    },
    assignments: {
      groups: groups?.map((entry) => ({
        ...(entry.spelled === 'by id'
          ? { id: principalId(tenant, entry.name) }
          : { name: loud(entry, entry.name) }),
        ...(entry.as === 'members' ? { as: 'members', limit: 50 } : {}),
        ...DATES[entry.when],
      })),
      users: users?.map((entry) => ({
        upn: loud(entry, `${entry.name}@${tenant.domain}`),
        ...DATES[entry.when],
      })),
      ...(groups === undefined && users === undefined ? {} : { unlisted: wish.unlisted }),
    },
    safety: { maxRemovals: 1000, transition: wish.transition },
    ...(wish.excepted ? { exceptions } : {}),
  });
}

/** What a policy can manage, as it is in a tenant. */
export type Managed = {
  readonly app:
    | { readonly enabled: boolean; readonly required: boolean; readonly hidden: boolean }
    | 'absent';
  readonly mail: readonly string[];
  readonly consent: readonly string[];
  /** Principals with Default Access. */
  readonly assigned: readonly string[];
  /** Grant ids of people's own. */
  readonly own: readonly string[];
};

/** Reads a tenant's tables. */
export function managedIn(tenant: Tenant): Managed {
  const app = appleApp(tenant);
  const exchange = [...tenant.servicePrincipals.values()].find(({ appId }) => appId === EXCHANGE_ONLINE);
  const grants = [...tenant.grants.values()].filter(({ clientId }) => clientId === app?.id);
  const everybody = grants.find(
    (each) => each.consentType === 'AllPrincipals' && each.resourceId === exchange?.id,
  );
  const entries =
    tenant.policies.get('authorizationPolicy')?.defaultUserRolePermissions.permissionGrantPoliciesAssigned ??
    [];
  return {
    app:
      app === undefined
        ? 'absent'
        : {
            enabled: app.accountEnabled !== false,
            required: app.appRoleAssignmentRequired === true,
            hidden: app.tags.some((tag) => tag.toLowerCase() === 'hideapp'),
          },
    mail: (everybody?.scope ?? '')
      .split(' ')
      .filter((scope) => /^E[AW]S\.AccessAsUser\.All$/.test(scope))
      .sort(),
    consent: entries
      .filter((entry) => /ForSelf\./i.test(entry))
      .map((entry) => entry.slice(entry.indexOf('.') + 1).toLowerCase())
      .sort(),
    assigned: [...tenant.assignments.values()]
      .filter((each) => each.resourceId === app?.id && each.appRoleId === DEFAULT_ROLE)
      .map((each) => each.principalId)
      .sort(),
    own: grants
      .filter(({ consentType }) => consentType === 'Principal')
      .map(({ id }) => id)
      .sort(),
  };
}

/** Where the policy leads, by the words of the documentation. */
export function wished(wish: Wish, tenant: Tenant): Managed {
  const now = managedIn(tenant);
  const { enabled, required, visible, tenantWide, userConsent } = wish;
  const consent =
    userConsent === undefined
      ? now.consent
      : [...(MODES[userConsent] ?? [userConsent])].map((id) => id.toLowerCase()).sort();
  const inForce = [...(wish.groups ?? []), ...(wish.users ?? [])].some((entry) => entry.when === 'now');
  const needed =
    enabled === false || required === true || visible === false || (tenantWide ?? []).length > 0 || inForce;
  if (now.app === 'absent' && !needed) return { ...now, consent };
  const app = now.app === 'absent' ? { enabled: true, required: false, hidden: false } : now.app;
  return {
    app: {
      enabled: enabled ?? app.enabled,
      required: required ?? app.required,
      hidden: visible === undefined ? app.hidden : !visible,
    },
    mail: tenantWide === undefined ? now.mail : [...tenantWide].sort(),
    consent,
    assigned: [...assignedBy(wish, tenant, now.assigned)].sort(),
    own: wish.userGrants === 'revoke' ? [] : now.own,
  };
}

function assignedBy(wish: Wish, tenant: Tenant, now: readonly string[]): ReadonlySet<string> {
  const principals = (at: When) =>
    new Set([
      ...(wish.groups ?? [])
        .filter((entry) => entry.when === at)
        .flatMap((entry) => {
          const id = principalId(tenant, entry.name);
          if (entry.as === 'group') return [id];
          return [...(tenant.groups.get(id)?.members ?? [])].filter((member) => tenant.users.has(member));
        }),
      ...(wish.users ?? [])
        .filter((entry) => entry.when === at)
        .map((entry) => principalId(tenant, entry.name)),
    ]);
  const [listed, ended] = [principals('now'), principals('ended')];
  const managed = (id: string) =>
    (tenant.groups.has(id) && wish.groups !== undefined) ||
    (tenant.users.has(id) && wish.users !== undefined);
  const stays = (id: string) => !ended.has(id) && !(wish.unlisted === 'remove' && managed(id));
  return new Set([...listed, ...now.filter(stays)]);
}

/** The rules that say no to a policy whatever the order, besides those about people. */
export function saysNo(wish: Wish, tenant: Tenant, premium: boolean): ReadonlySet<string> {
  const now = new Set(managedIn(tenant).assigned);
  const groups = (wish.groups ?? []).filter(({ as, when: at }) => as === 'group' && at === 'now');
  const missing = groups.filter(({ name }) => !now.has(principalId(tenant, name)));
  const own = tenant.permissionGrantPolicies.get(OWN_ID);
  return new Set([
    ...(missing.length > 0 && !premium ? ['group-needs-p1'] : []),
    ...(groups.some(({ name }) => name === 'M365-Plain') ? ['not-a-security-group'] : []),
    ...(wish.userConsent === 'thisAppOnly' &&
    (own?.includes.length ?? 0) > 1 &&
    own?.includes.some(
      ({ permissions, clientApplicationIds }) =>
        permissions.length === 1 || !clientApplicationIds.includes(APPLE_MAIL),
    )
      ? ['consent-policy-differs']
      : []),
  ]);
}
