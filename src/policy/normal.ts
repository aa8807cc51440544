import type { Incident } from '../core/incident.ts';
import {
  type Desired,
  type GroupEntry,
  MAIL_SCOPES,
  type Origins,
  type TenantPolicy,
  type Unmanaged,
  type UserEntry,
} from '../core/state.ts';
import type { Layer, Merged } from './baseline.ts';
import { lowerCased, type Settings } from './settings.ts';
import type { TenantFile, WrittenGroup } from './types.gen.ts';

/**
 * What was written → the normal form the core plans from: defaults filled in, GUIDs in lower case, scopes in one order.
 * Same meaning, same JSON.
 */
export function normalise(tenant: Layer<TenantFile>, merged: Merged, settings: Settings): TenantPolicy {
  const { application, consent, assignments, safety } = merged.content;
  const written = tenant.content.tenant;
  const identity = { ...settings.identity, ...lowerCased(written.identity ?? {}) };
  const groups: readonly GroupEntry[] | Unmanaged = mapList(assignments.groups, groupOf);
  const users: readonly UserEntry[] | Unmanaged = mapList(assignments.users, (entry) => ({ ...entry }));
  const managed = groups !== 'unmanaged' || users !== 'unmanaged';
  const exceptions = tenant.content.exceptions ?? [];
  const incident: Incident | undefined = tenant.content.incident ?? settings.freeze;
  const blocked = incident?.kind === 'blocked';
  const desired: Desired = {
    tenant: {
      name: written.name,
      id: written.id.toLowerCase(),
      cloud: written.cloud ?? 'global',
      labels: { ...written.labels },
      ...(Object.keys(identity).length === 0 ? {} : { identity }),
    },
    application: {
      enabledForSignIn: blocked ? false : (application.enabledForSignIn ?? 'unmanaged'),
      assignmentRequired: application.assignmentRequired ?? 'unmanaged',
      visibleToUsers: application.visibleToUsers ?? 'unmanaged',
    },
    consent: {
      tenantWide:
        consent.tenantWide === undefined || consent.tenantWide === 'unmanaged'
          ? 'unmanaged'
          : MAIL_SCOPES.filter((scope) => consent.tenantWide?.includes(scope)),
      userConsent: consent.userConsent ?? 'unmanaged',
      userGrants: consent.userGrants ?? 'keep',
    },
    assignments: {
      groups,
      users,
      ...(managed && assignments.unlisted ? { unlisted: assignments.unlisted } : {}),
    },
    safety: {
      protected: safety.protected ?? [],
      ...(safety.maxRemovals === undefined ? {} : { maxRemovals: safety.maxRemovals }),
      transition: safety.transition ?? 'refuse',
      settle: safety.settle ?? 60,
    },
    ...(incident === undefined ? {} : { incident: { ...incident } }),
    exceptions: exceptions.map((each) => ({
      ...each,
      ...(each.upn === undefined ? {} : { upn: each.upn.toLowerCase() }),
    })),
  };
  const held = blocked ? { '/application/enabledForSignIn': tenant.at('/incident') } : {};
  return {
    desired,
    origins: { ...merged.origins, ...held, ...settingsOrigins(settings), ...ownOrigins(tenant) },
  };
}

function groupOf(entry: WrittenGroup): GroupEntry {
  return {
    ...entry,
    as: entry.as ?? 'group',
    ...(entry.id === undefined ? {} : { id: entry.id.toLowerCase() }),
  };
}

function mapList<From, To>(list: readonly From[] | Unmanaged | undefined, each: (item: From) => To) {
  return list === undefined || list === 'unmanaged' ? 'unmanaged' : list.map(each);
}

/** Origins of what only a tenant file can say. */
function ownOrigins({ content, at }: Layer<TenantFile>): Origins {
  const pointers = [
    ...Object.keys(content.tenant).map((key) => `/tenant/${key}`),
    ...Object.keys(content.tenant.identity ?? {}).map((key) => `/tenant/identity/${key}`),
    ...(content.incident === undefined ? [] : ['/incident']),
    ...(content.exceptions ?? []).map((_, index) => `/exceptions/${index}`),
  ];
  return Object.fromEntries(pointers.map((pointer) => [pointer, at(pointer)]));
}

/** Origins of what settings say for every tenant. */
function settingsOrigins({ origins }: Settings): Origins {
  const freeze = origins['/freeze'];
  const identity = Object.entries(origins).filter(([pointer]) => pointer.startsWith('/identity/'));
  return {
    ...(freeze === undefined ? {} : { '/incident': freeze }),
    ...Object.fromEntries(identity.map(([pointer, at]) => [`/tenant${pointer}`, at])),
  };
}
