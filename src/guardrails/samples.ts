import type { Fact, Facts } from './facts.ts';

const [ID, ANNA, CEO] = ['id', 'anna@contoso.example', 'ceo@contoso.example'] as const;

/** The samples of what is given in small letters: ids, addresses, and names of people. */
export const IN_SMALL_LETTERS: ReadonlySet<string> = new Set([ID, ANNA, CEO]);

const person: Fact = { id: ID, name: ANNA, guest: false, via: ['assigned directly'] };
const dated = { from: '2026-01-01', until: '2026-12-31', reason: 'CHG-1', days: 30n };

/** Facts with something everywhere: the shape that names and fields in an expression are looked up in. */
export const FULL: Facts = {
  tenant: { name: 'contoso', id: ID, cloud: 'global', labels: new Map() },
  policy: {
    application: { enabledForSignIn: true, assignmentRequired: false, visibleToUsers: true },
    consent: { tenantWide: ['EAS.AccessAsUser.All'], userConsent: 'none', userGrants: 'keep' },
    assignments: {
      groups: [{ name: 'SG-iOS-Mail', id: ID, as: 'group', limit: 25n, ...dated }],
      users: [{ upn: ANNA, ...dated }],
      unlisted: 'remove',
    },
    safety: { protected: [CEO], maxRemovals: '10%', transition: 'refuse', settle: 60n },
    unmanaged: ['application.visibleToUsers'],
  },
  exceptions: [
    { rule: 'removal-limit', limit: 9n, upn: ANNA, reason: 'CHG-1', until: '2026-12-31', days: 30n },
  ],
  plan: {
    steps: 2n,
    changes: [
      { setting: 'a', label: 'A', direction: 'widens', before: false, after: true },
      { setting: 'b', label: 'B', direction: 'narrows', before: 'x', after: null },
    ],
    findings: [{ rule: 'guest-assigned', severity: 'warning' }],
  },
  impact: {
    gain: [person],
    lose: [person],
    retain: [person],
    unknown: [person],
    everyoneElse: { before: 'none', after: 'may' },
    unread: ['the members of SG-iOS-Mail could not be read'],
  },
  change: { effect: 'widens and narrows', any: true, widens: true, narrows: true },
  recentLosses: 3n,
  today: '2026-12-01',
};

/** The same shape with nothing in it, and everything left alone. */
export const EMPTY: Facts = {
  tenant: { name: 'contoso', id: ID, cloud: 'global', labels: new Map() },
  policy: {
    application: {
      enabledForSignIn: 'unmanaged',
      assignmentRequired: 'unmanaged',
      visibleToUsers: 'unmanaged',
    },
    consent: { tenantWide: [], userConsent: 'unmanaged', userGrants: 'keep' },
    assignments: { groups: [], users: [], unlisted: '' },
    safety: { protected: [], maxRemovals: '', transition: 'refuse', settle: 60n },
    unmanaged: ['application.enabledForSignIn'],
  },
  exceptions: [],
  plan: { steps: 0n, changes: [], findings: [] },
  impact: {
    gain: [],
    lose: [],
    retain: [],
    unknown: [],
    everyoneElse: { before: 'unknown', after: 'unknown' },
    unread: [],
  },
  change: { effect: 'neutral', any: false, widens: false, narrows: false },
  recentLosses: 0n,
  today: '2026-12-01',
};

/** The samples an expression is tried on, for tenants with these labels. */
export function samplesFor(labels: ReadonlyMap<string, string>, limit: number | undefined): readonly Facts[] {
  return [FULL, EMPTY].map(({ tenant, ...rest }) => ({
    ...rest,
    tenant: { ...(tenant as { readonly [key: string]: Fact }), labels },
    ...(limit === undefined ? {} : { limit: BigInt(limit) }),
  }));
}
