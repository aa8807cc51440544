import type { TenantPolicy } from '../core/state.ts';

/** The domain of a sign-in name; unset for an object id. */
function domainOf(asked: string): string | undefined {
  const at = asked.lastIndexOf('@');
  return at < 0 ? undefined : asked.slice(at + 1).toLowerCase();
}

/**
 * The tenants a sign-in name may be of, by what the policies know: the only tenant there is; else those whose policy
 * names somebody of the domain; else those called like its first label. Which domains a tenant has, no policy says.
 */
export function tenantsOf(asked: string, policies: readonly TenantPolicy[]): readonly TenantPolicy[] {
  if (policies.length <= 1) return policies;
  const domain = domainOf(asked);
  if (domain === undefined) return [];
  const naming = policies.filter(({ desired }) => {
    const { users } = desired.assignments;
    const names = [
      ...(users === 'unmanaged' ? [] : users.map(({ upn }) => upn)),
      ...desired.safety.protected,
    ];
    return names.some((name) => domainOf(name) === domain);
  });
  if (naming.length > 0) return naming;
  return policies.filter(({ desired }) => desired.tenant.name.toLowerCase() === domain.split('.')[0]);
}
