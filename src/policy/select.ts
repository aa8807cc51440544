import { nearest } from './nearest.ts';
import type { LoadedPolicies } from './policies.ts';

/**
 * The part of the policies that `--tenant NAME…` asks for: these tenants, and all findings that are not about another
 * tenant's file. No names: everything. A name without a file is a finding, unless it is known otherwise.
 */
export function selectTenants(
  loaded: LoadedPolicies,
  names: readonly string[],
  otherwise: readonly string[] = [],
): LoadedPolicies {
  if (names.length === 0) return loaded;
  const wanted = new Set(names);
  const known = [...loaded.tenants.map((each) => each.desired.tenant.name), ...loaded.broken];
  const unknown = [...wanted].filter((name) => !known.includes(name) && !otherwise.includes(name));
  return {
    ...loaded,
    tenants: loaded.tenants.filter((each) => wanted.has(each.desired.tenant.name)),
    broken: loaded.broken.filter((name) => wanted.has(name)),
    findings: [
      ...unknown.map((name) => unknownTenant(name, known)),
      ...loaded.findings.filter(({ at }) => {
        const name = /(?:^|\/)tenants\/([^/]+)\.yaml$/.exec(at?.file ?? '')?.[1];
        return name === undefined || wanted.has(name);
      }),
    ],
  };
}

function unknownTenant(name: string, known: readonly string[]) {
  const guess = nearest(name, known);
  return {
    rule: 'unknown-tenant',
    severity: 'error' as const,
    message: `There is no tenant policy \`${name}\`.`,
    fix: guess ? `Did you mean \`${guess}\`?` : `Add tenants/${name}.yaml, or name another with --tenant.`,
  };
}
