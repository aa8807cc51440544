import type { Answer } from '../answers.ts';
import type { Audit } from '../audit-entry.ts';
import { hasPremium } from '../licences.ts';
import { page, type Shape } from '../page.ts';
import type { GraphRequest } from '../request.ts';

/** What a page of the log holds when nobody asks for fewer. */
const PAGE = 1000;
const DAY_MS = 24 * 3_600_000;

const AUDIT: Shape<Audit> = {
  type: 'directoryAudit',
  filterable: [
    'activityDateTime',
    'activityDisplayName',
    'category',
    'correlationId',
    'initiatedBy/app/appId',
    'initiatedBy/user/id',
    'loggedByService',
    'targetResources/id',
  ],
  ordered: ['activityDateTime'],
  full: ({ id, at, activity, category, correlationId, by, targets, result = 'success' }) => ({
    id,
    category,
    correlationId,
    result,
    resultReason: '',
    activityDisplayName: activity,
    activityDateTime: at,
    loggedByService: 'Core Directory',
    operationType: operationOf(activity),
    initiatedBy: {
      app:
        by?.kind === 'app'
          ? {
              appId: by.appId,
              displayName: by.displayName,
              servicePrincipalId: by.servicePrincipalId,
              servicePrincipalName: null,
            }
          : null,
      user:
        by?.kind === 'user'
          ? {
              id: by.id,
              displayName: by.displayName,
              userPrincipalName: by.userPrincipalName,
              ipAddress: '192.0.2.20',
            }
          : null,
    },
    targetResources: targets.map((target) => ({
      id: target.id,
      displayName: target.displayName,
      type: target.type,
      userPrincipalName: null,
      groupType: null,
      modifiedProperties: target.modified.map((each) => ({ ...each })),
    })),
    additionalDetails: [],
  }),
};

/** The directory audit log, newest first: of 30 days, without Entra ID P1 of 7. */
export function listDirectoryAudits(request: GraphRequest): Answer {
  const { tenant, query, now } = request;
  const days = hasPremium(tenant.subscribedSkus) ? 30 : 7;
  const oldest = new Date(now.getTime() - days * DAY_MS).toISOString();
  const newest = new Date(now.getTime() - (tenant.settings.auditLagSeconds ?? 0) * 1000).toISOString();
  const rows = tenant.audits.filter(({ at }) => at >= oldest && at <= newest);
  const asked = query.raw.has('$top') ? request : { ...request, query: { ...query, top: PAGE } };
  return page(asked, rows, newestFirst, AUDIT, 'auditLogs/directoryAudits');
}

function operationOf(activity: string): string {
  if (activity.startsWith('Add')) return 'Add';
  return activity.startsWith('Update') ? 'Update' : 'Delete';
}

/** Sorts the later of two before the earlier. */
function newestFirst({ at, id }: Audit): string {
  return `${String(Number.MAX_SAFE_INTEGER - Date.parse(at))} ${id}`;
}
