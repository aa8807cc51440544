import type { Tenant } from './tenant.ts';
import { adatum } from './tenants/adatum.ts';
import { contoso } from './tenants/contoso.ts';
import { fabrikam } from './tenants/fabrikam.ts';
import { litware } from './tenants/litware.ts';
import { northwind } from './tenants/northwind.ts';
import { proseware } from './tenants/proseware.ts';
import { tailspin } from './tenants/tailspin.ts';
import { wingtip } from './tenants/wingtip.ts';

const BUILDERS: { readonly [name: string]: () => Tenant } = {
  contoso,
  fabrikam,
  northwind,
  adatum,
  wingtip,
  tailspin,
  litware,
  proseware,
};

/** Fresh copies of the eight built-in tenants, or of the named ones: nothing is shared between two calls. */
export function builtInTenants(...names: readonly string[]): Tenant[] {
  const wanted = names.length === 0 ? Object.keys(BUILDERS) : names;
  return wanted.map((name) => {
    const build = BUILDERS[name];
    if (!build) throw new Error(`No built-in tenant is called "${name}".`);
    return build();
  });
}
