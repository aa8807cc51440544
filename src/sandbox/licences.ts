import { guid } from './ids.ts';
import type { SubscribedSku } from './tenant.ts';

const PLANS = {
  AAD_PREMIUM: '41781fb2-bc02-4b7c-bd55-b576c07bb09d',
  AAD_PREMIUM_P2: 'eec0eb4f-6444-4f95-aba0-50c24d67f998',
  EXCHANGE_S_STANDARD: '9aaf7827-d63c-4b61-89c3-182f06f82e5c',
  EXCHANGE_S_ENTERPRISE: 'efb87545-963c-4e0d-99df-69c6916d9eb0',
} as const;

/** What the fictional tenants subscribe to, and which service plans of interest come with it. */
const SKUS = {
  SPB: ['AAD_PREMIUM', 'EXCHANGE_S_STANDARD'],
  O365_BUSINESS_ESSENTIALS: ['EXCHANGE_S_STANDARD'],
  O365_BUSINESS_PREMIUM: ['EXCHANGE_S_STANDARD'],
  SPE_E3: ['AAD_PREMIUM', 'EXCHANGE_S_ENTERPRISE'],
  SPE_E5: ['AAD_PREMIUM', 'AAD_PREMIUM_P2', 'EXCHANGE_S_ENTERPRISE'],
  ENTERPRISEPACK: ['EXCHANGE_S_ENTERPRISE'],
  AAD_PREMIUM: ['AAD_PREMIUM'],
  M365EDU_A3_FACULTY: ['AAD_PREMIUM', 'EXCHANGE_S_ENTERPRISE'],
} as const;

export type LicenceName = keyof typeof SKUS;

export function licence(name: LicenceName): SubscribedSku {
  return {
    skuId: guid('sku', name),
    skuPartNumber: name,
    capabilityStatus: 'Enabled',
    units: 100,
    servicePlans: SKUS[name].map((plan) => ({
      servicePlanId: PLANS[plan],
      servicePlanName: plan,
      provisioningStatus: 'Success',
    })),
  };
}

/** Whether the tenant may assign groups to apps: that takes Entra ID P1 or P2. */
export function hasPremium(skus: readonly SubscribedSku[]): boolean {
  return skus.some(
    (sku) =>
      sku.capabilityStatus === 'Enabled' &&
      sku.servicePlans.some(
        (plan) =>
          plan.provisioningStatus === 'Success' &&
          (plan.servicePlanId === PLANS.AAD_PREMIUM || plan.servicePlanId === PLANS.AAD_PREMIUM_P2),
      ),
  );
}
