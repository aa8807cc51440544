import type { Finding, Position } from '../core/finding.ts';
import type { TenantPolicy } from '../core/state.ts';
import { nearest } from './nearest.ts';

/** A tenant file whose shape is right. */
export type Candidate = { readonly policy: TenantPolicy; readonly at: (pointer: string) => Position };

/** duplicate-tenant: two files for one tenant would undo each other; said at both. */
export function duplicateTenants(candidates: readonly Candidate[]): readonly Finding[] {
  return (['id', 'name'] as const).flatMap((key) => {
    const places = new Map<string, Position[]>();
    for (const { policy, at } of candidates) {
      const value = policy.desired.tenant[key];
      places.set(value, [...(places.get(value) ?? []), at(`/tenant/${key}`)]);
    }
    return [...places.values()]
      .filter((same) => same.length > 1)
      .flatMap((same) => same.map((at) => duplicateTenant(key, at, same)));
  });
}

function duplicateTenant(key: string, at: Position, same: readonly Position[]): Finding {
  const others = same.filter((other) => other !== at).map((other) => other.file);
  return {
    rule: 'duplicate-tenant',
    severity: 'error',
    message: `The same tenant ${key} stands in ${others.join(', ')}.`,
    fix: 'Keep one file for each tenant.',
    at,
  };
}

/** unknown-baseline: a tenant that names a baseline nobody wrote. */
export function unknownBaseline(name: string, known: readonly string[], at: Position): Finding {
  const guess = nearest(name, known);
  const fix = guess
    ? `Did you mean \`${guess}\`?`
    : `Add baselines/${name}.yaml, or name one of: ${known.join(', ') || 'there is none'}.`;
  return {
    rule: 'unknown-baseline',
    severity: 'error',
    message: `There is no baseline \`${name}\`.`,
    fix,
    at,
  };
}

/** A broken file that others rest on: said once, in that file, with everybody who cannot be checked to the end. */
export function restsOnBroken(rule: string, file: string, tenants: readonly string[]): Finding {
  const some = tenants.slice(0, 10).join(', ');
  const more = tenants.length > 10 ? ` and ${tenants.length - 10} more` : '';
  return {
    rule,
    severity: 'error',
    message: `While this file has errors, these tenants cannot be planned: ${some}${more}.`,
    fix: 'Correct the errors of this file.',
    at: { file, line: 1, column: 1 },
  };
}
