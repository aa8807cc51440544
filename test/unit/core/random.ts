/** Random directories, tenants and policies, small enough for brute force and odd enough to matter. */
import fc from 'fast-check';
import type { TenantPolicy } from '../../../src/core/state.ts';
import type { Directory, Scope, Tenant } from './oracle.ts';
import { policy, SCOPE } from './tenant-double.ts';

export const PEOPLE = ['ann', 'bob', 'cho'] as const;
export const GROUPS = ['g1', 'g2', 'g3'] as const;

const someOf = <T extends string>(items: readonly T[]) => fc.subarray([...items]);
const scopes = fc.constantFrom<readonly Scope[]>([], ['EAS', 'EWS'], ['EAS', 'EWS'], ['EAS'], ['EWS']);

export const directories: fc.Arbitrary<Directory> = fc
  .record({ members: fc.tuple(...GROUPS.map(() => someOf(PEOPLE))), nested: someOf(GROUPS) })
  .map(({ members, nested }) => ({
    people: PEOPLE,
    members: new Map(GROUPS.map((g, i) => [g, new Set<string>(members[i] ?? [])])),
    // g2 and g3 hang below g1: their members must get nothing from it.
    nested: new Map([['g1', new Set<string>(nested.filter((g) => g !== 'g1'))]]),
  }));

/** Any tenant; an app that is absent has neither assignments nor grants. */
export const tenants: fc.Arbitrary<Tenant> = fc
  .record({
    present: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    enabled: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
    required: fc.boolean(),
    tenantWide: scopes,
    consentLets: fc.boolean(),
    directUsers: someOf(PEOPLE),
    assignedGroups: someOf(GROUPS),
    own: fc.tuple(...PEOPLE.map(() => fc.oneof(fc.constant<readonly Scope[]>([]), scopes))),
  })
  .map(({ present, enabled, required, ...t }) => ({
    app: present ? { enabled, required } : ('absent' as const),
    tenantWide: new Set(present ? t.tenantWide : []),
    consentLets: t.consentLets,
    directUsers: new Set<string>(present ? t.directUsers : []),
    assignedGroups: new Set<string>(present ? t.assignedGroups : []),
    own: new Map(
      PEOPLE.flatMap((p, i) =>
        present && (t.own[i]?.length ?? 0) > 0 ? [[p, new Set(t.own[i])] as const] : [],
      ),
    ),
  }));

/** What a policy asks for, in the oracle's words; `undefined` leaves it alone. */
export type Wish = {
  enabled: boolean | undefined;
  required: boolean | undefined;
  tenantWide: readonly Scope[] | undefined;
  consentLets: boolean | undefined;
  revokeOwn: boolean;
  groups: readonly string[] | undefined;
  users: readonly string[] | undefined;
  keepUnlisted: boolean;
};

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });

export const wishes: fc.Arbitrary<Wish> = fc.record({
  enabled: maybe(fc.integer({ min: 0, max: 3 }).map((n) => n > 0)),
  required: maybe(fc.boolean()),
  tenantWide: maybe(scopes),
  consentLets: maybe(fc.boolean()),
  revokeOwn: fc.boolean(),
  groups: maybe(someOf(GROUPS)),
  users: maybe(someOf(PEOPLE)),
  keepUnlisted: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});

/** The tenant a wish leads to, by the design's words. */
export function fulfilled(t: Tenant, wish: Wish): Tenant {
  const consentLets = wish.consentLets ?? t.consentLets;
  const creates =
    wish.enabled === false ||
    wish.required === true ||
    (wish.tenantWide?.length ?? 0) > 0 ||
    (wish.groups?.length ?? 0) > 0 ||
    (wish.users?.length ?? 0) > 0;
  if (t.app === 'absent' && !creates) return { ...t, consentLets };
  const app = t.app === 'absent' ? { enabled: true, required: false } : t.app;
  const list = (now: ReadonlySet<string>, wanted: readonly string[] | undefined) =>
    wanted === undefined ? now : new Set([...wanted, ...(wish.keepUnlisted ? now : [])]);
  return {
    app: { enabled: wish.enabled ?? app.enabled, required: wish.required ?? app.required },
    tenantWide: wish.tenantWide === undefined ? t.tenantWide : new Set(wish.tenantWide),
    consentLets,
    directUsers: list(t.directUsers, wish.users),
    assignedGroups: list(t.assignedGroups, wish.groups),
    own: wish.revokeOwn ? new Map() : t.own,
  };
}

/** The same wish as a policy. */
export function asPolicy(wish: Wish): TenantPolicy {
  const { enabled, required, tenantWide, consentLets, groups, users } = wish;
  return policy({
    application: {
      enabledForSignIn: enabled ?? 'unmanaged',
      assignmentRequired: required ?? 'unmanaged',
    },
    consent: {
      tenantWide: tenantWide?.map((s) => SCOPE[s]) ?? 'unmanaged',
      userConsent: consentLets === undefined ? 'unmanaged' : consentLets ? 'allApps' : 'none',
      userGrants: wish.revokeOwn ? 'revoke' : 'keep',
    },
    assignments: {
      groups: groups?.map((id) => ({ name: `SG-${id}`, as: 'group' as const })) ?? 'unmanaged',
      users: users?.map((id) => ({ upn: `${id}@contoso.example` })) ?? 'unmanaged',
      ...(groups !== undefined || users !== undefined
        ? { unlisted: wish.keepUnlisted ? ('keep' as const) : ('remove' as const) }
        : {}),
    },
  });
}
