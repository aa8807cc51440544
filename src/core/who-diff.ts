import { byText, canonical, type Json } from './json.ts';
import type { Desired, GroupEntry, UserEntry } from './state.ts';

/** Version of what `who --diff --format json` prints; described by schema/who-diff.schema.json. */
export const WHO_DIFF_FORMAT = 1;

/** One thing that two policies of a tenant say differently. `name` is text of the policy. */
export type IntentChange = {
  readonly what: 'tenant' | 'group' | 'user' | 'setting';
  readonly name: string;
  readonly change: 'entered' | 'left' | 'changed';
  /** The values as the policies say them; `null`: not said. */
  readonly before: Json;
  readonly after: Json;
};

type TenantIntent = {
  readonly tenant: { readonly name: string; readonly id: string };
  readonly changes: readonly IntentChange[];
};

/** What the policies of two commits want differently. Nothing of it was read from a tenant. */
export type WhoDiff = {
  readonly formatVersion: typeof WHO_DIFF_FORMAT;
  readonly from: string;
  readonly to: string;
  /** Tenants with a change, by name. */
  readonly tenants: readonly TenantIntent[];
  readonly unchanged: number;
  /** Tenants whose files have errors on one of the sides: they are not compared. */
  readonly notCompared: readonly string[];
};

/** The settings that decide who gets in, by the key of the policy. */
const SETTINGS: { readonly [key: string]: (policy: Desired) => Json } = {
  incident: ({ incident }) => (incident === undefined ? null : { ...incident }),
  'application.enabledForSignIn': ({ application }) => application.enabledForSignIn,
  'application.assignmentRequired': ({ application }) => application.assignmentRequired,
  'application.visibleToUsers': ({ application }) => application.visibleToUsers,
  'consent.tenantWide': ({ consent }) => consent.tenantWide as Json,
  'consent.userConsent': ({ consent }) => consent.userConsent as Json,
  'consent.userGrants': ({ consent }) => consent.userGrants,
  'assignments.groups': ({ assignments }) => (assignments.groups === 'unmanaged' ? 'unmanaged' : 'listed'),
  'assignments.users': ({ assignments }) => (assignments.users === 'unmanaged' ? 'unmanaged' : 'listed'),
  'assignments.unlisted': ({ assignments }) => assignments.unlisted ?? null,
};

/** What entered, left or changed between two policies of one tenant; undefined: there is no policy on that side. */
export function intentChanges(
  before: Desired | undefined,
  after: Desired | undefined,
): readonly IntentChange[] {
  const presence = presenceOf(before, after);
  const settings = Object.entries(SETTINGS).map(([name, of]) =>
    changeOf('setting', name, before && of(before), after && of(after)),
  );
  return [
    ...(presence === undefined ? [] : [presence]),
    ...settings.flatMap((each) => each ?? []),
    ...entries('group', groupsOf(before), groupsOf(after)),
    ...entries('user', usersOf(before), usersOf(after)),
  ];
}

function presenceOf(before: Desired | undefined, after: Desired | undefined): IntentChange | undefined {
  if (before !== undefined && after !== undefined) return undefined;
  const name = (before ?? after)?.tenant.name ?? '';
  return changeOf('tenant', name, before && 'managed', after && 'managed');
}

function changeOf(
  what: IntentChange['what'],
  name: string,
  before: Json | undefined,
  after: Json | undefined,
): IntentChange | undefined {
  const [was, is] = [before ?? null, after ?? null];
  if (canonical(was) === canonical(is)) return undefined;
  return {
    what,
    name,
    change: was === null ? 'entered' : is === null ? 'left' : 'changed',
    before: was,
    after: is,
  };
}

type Entries = ReadonlyMap<string, { readonly name: string; readonly value: Json }>;

function entries(what: 'group' | 'user', before: Entries, after: Entries): readonly IntentChange[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort(byText);
  return keys.flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)];
    return changeOf(what, (is ?? was)?.name ?? key, was?.value, is?.value) ?? [];
  });
}

function groupsOf(policy: Desired | undefined): Entries {
  const list = policy?.assignments.groups;
  if (list === undefined || list === 'unmanaged') return new Map();
  return new Map(
    list.map((entry) => [groupKey(entry), { name: entry.name ?? entry.id ?? '', value: entry as Json }]),
  );
}

/** A pinned group stays itself when it is renamed. */
function groupKey({ id, name }: GroupEntry): string {
  return id === undefined ? `name ${(name ?? '').toLowerCase()}` : `id ${id}`;
}

function usersOf(policy: Desired | undefined): Entries {
  const list = policy?.assignments.users;
  if (list === undefined || list === 'unmanaged') return new Map();
  return new Map(
    list.map((entry: UserEntry) => [entry.upn.toLowerCase(), { name: entry.upn, value: entry as Json }]),
  );
}
