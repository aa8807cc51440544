import { type Answers, known, type Reading, type ReadRequest, unknown } from '../core/request.ts';
import { optionalText, rowsAt, rowsOf } from './answer.ts';

/** The tenant's subscriptions: assigning a group needs Entra ID P1 or P2, single users do not. */
export const SUBSCRIPTIONS: ReadRequest = {
  method: 'GET',
  path: '/subscribedSkus?$select=skuPartNumber,capabilityStatus,servicePlans',
  shape: 'list',
  what: 'the licences of the tenant',
  permission: 'LicenseAssignment.Read.All',
};

/** Service plans Microsoft Entra ID P1 and P2. */
const PREMIUM = new Set(['41781fb2-bc02-4b7c-bd55-b576c07bb09d', 'eec0eb4f-6444-4f95-aba0-50c24d67f998']);

/** Whether the tenant may assign groups to apps. */
export function mayAssignGroups(answers: Answers): Reading<boolean> {
  const answer = answers.get(SUBSCRIPTIONS.path);
  if (answer === undefined) return unknown('not read');
  if (answer.kind !== 'found') return unknown(answer.kind === 'refused' ? answer.message : 'not found');
  const plans = rowsOf(answers, SUBSCRIPTIONS)
    .filter((sku) => optionalText(sku, 'capabilityStatus') === 'Enabled')
    .flatMap((sku) => rowsAt(sku, 'servicePlans'))
    .filter((plan) => optionalText(plan, 'provisioningStatus') === 'Success');
  return known(plans.some((plan) => PREMIUM.has((optionalText(plan, 'servicePlanId') ?? '').toLowerCase())));
}
