import { APPLE_MAIL, EXCHANGE_ONLINE } from '../../src/core/state.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { mayConsent } from '../../src/sandbox/self-consent.ts';
import type { ServicePrincipal, Tenant } from '../../src/sandbox/tenant.ts';
import * as oracle from '../unit/core/oracle.ts';

/** Everybody's level in every world, at one moment. */
type Moment = { readonly what: string; readonly levels: readonly oracle.OracleLevel[] };

/** What a tenant's people can do, told by an independent reading of the access model from the sandbox's own tables. */
export function levelsOf(tenant: Tenant): readonly oracle.OracleLevel[] {
  return oracle.profile(asOracle(tenant), directoryOf(tenant));
}

/** Everybody of a tenant, with the direct members of its groups. */
export function directoryOf({ users, groups }: Tenant): oracle.Directory {
  return {
    people: [...users.keys()],
    members: new Map([...groups].map(([id, { members }]) => [id, members])),
    nested: new Map(),
  };
}

/** Watches a tenant: everybody's level now and after every write that takes, whoever sent it. */
export function watch(sandbox: Sandbox, tenant: Tenant): Moment[] {
  const moments: Moment[] = [{ what: 'before', levels: levelsOf(tenant) }];
  const already = sandbox.onCommit;
  sandbox.onCommit = (at, { method, path, body }) => {
    already?.(at, { method, path, body });
    if (at === tenant) moments.push({ what: `${method} ${path}`, levels: levelsOf(tenant) });
  };
  return moments;
}

/**
 * The moments at which a hard rule is broken for somebody: who has mail before and at the end has it throughout, who
 * has none before and at the end never has any.
 */
export function broken(
  moments: readonly Moment[],
  end: readonly oracle.OracleLevel[],
  rules: oracle.Rules = oracle.BOTH,
): readonly string[] {
  const start = moments[0]?.levels ?? [];
  return moments.filter(({ levels }) => oracle.breaks(start, levels, end, rules)).map(({ what }) => what);
}

/** The Apple app of a tenant, if it has one. */
export function appleApp(tenant: Tenant): ServicePrincipal | undefined {
  return [...tenant.servicePrincipals.values()].find(({ appId }) => appId === APPLE_MAIL);
}

/** A tenant in the words of the oracle. Any role of the app lets its holder through the gate of assignment. */
export function asOracle(tenant: Tenant): oracle.Tenant {
  const app = appleApp(tenant);
  const exchange = [...tenant.servicePrincipals.values()].find(({ appId }) => appId === EXCHANGE_ONLINE);
  const assigned = [...tenant.assignments.values()].filter((each) => each.resourceId === app?.id);
  const grants = [...tenant.grants.values()].filter(
    (each) => each.clientId === app?.id && each.resourceId === exchange?.id,
  );
  const idsOf = (type: string) =>
    new Set(assigned.filter((each) => each.principalType === type).map((each) => each.principalId));
  const tenantWide = grants.find((each) => each.consentType === 'AllPrincipals');
  return {
    app:
      app === undefined
        ? 'absent'
        : { enabled: app.accountEnabled !== false, required: app.appRoleAssignmentRequired === true },
    tenantWide: scopesIn(tenantWide?.scope ?? ''),
    consentLets: mayConsent(tenant),
    directUsers: idsOf('User'),
    assignedGroups: idsOf('Group'),
    own: new Map(
      grants.flatMap(({ principalId, scope }) =>
        principalId === null ? [] : [[principalId, scopesIn(scope)] as const],
      ),
    ),
  };
}

function scopesIn(text: string): ReadonlySet<oracle.Scope> {
  const names: readonly oracle.Scope[] = ['EAS', 'EWS'];
  return new Set(names.filter((name) => text.split(' ').includes(`${name}.AccessAsUser.All`)));
}
