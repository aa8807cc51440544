import { addGroup, addPeople, fillUp, newTenant } from '../directory.ts';
import type { Tenant } from '../tenant.ts';

/** The people with an iPhone. */
export const NORTHWIND_IPHONES = Array.from(
  { length: 11 },
  (_, at) => `sales-${String(at + 1).padStart(3, '0')}@northwind.example`,
);

/** A small shop: 18 people, no Entra ID P1, the app never seen, users may consent to anything. */
export function northwind(): Tenant {
  const tenant = newTenant('northwind', {
    licences: ['O365_BUSINESS_ESSENTIALS'],
    userConsent: ['microsoft-user-default-legacy'],
  });
  addGroup(tenant, 'SG-iOS-Mail', addPeople(tenant, 'sales', NORTHWIND_IPHONES.length));
  fillUp(tenant, 18);
  return tenant;
}
