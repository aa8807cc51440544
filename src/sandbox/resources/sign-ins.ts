import { APPLE_MAIL, EXCHANGE_ONLINE } from '../../core/state.ts';
import { type Answer, GraphError } from '../answers.ts';
import { hasPremium } from '../licences.ts';
import { page, type Shape } from '../page.ts';
import type { GraphRequest } from '../request.ts';
import type { SignIn, Tenant, User } from '../tenant.ts';

/** What a page of the log holds when nobody asks for fewer. */
const PAGE = 1000;

type Row = SignIn & { readonly id: string; readonly user: User | undefined };

const SIGN_IN: Shape<Row> = {
  type: 'signIn',
  filterable: ['appId', 'createdDateTime', 'userId', 'userPrincipalName'],
  ordered: ['createdDateTime'],
  full: ({ id, at, userId, errorCode, user, appId = APPLE_MAIL }) => ({
    id,
    createdDateTime: at,
    userDisplayName: user?.displayName ?? '',
    userPrincipalName: user?.userPrincipalName ?? '',
    userId,
    appId,
    appDisplayName: appId === APPLE_MAIL ? 'Apple Internet Accounts' : 'Another app',
    ipAddress: '192.0.2.10',
    clientAppUsed: 'Mobile Apps and Desktop clients',
    correlationId: id,
    conditionalAccessStatus: 'notApplied',
    isInteractive: true,
    riskDetail: 'none',
    riskLevelAggregated: 'none',
    riskLevelDuringSignIn: 'none',
    riskState: 'none',
    riskEventTypes: [],
    resourceDisplayName: 'Office 365 Exchange Online',
    resourceId: EXCHANGE_ONLINE,
    status: {
      errorCode: errorCode ?? 0,
      failureReason: errorCode === undefined ? null : 'Other.',
      additionalDetails: null,
    },
    deviceDetail: {
      deviceId: '',
      displayName: null,
      operatingSystem: 'Ios 18.6',
      browser: 'Mobile Safari',
      isCompliant: null,
      isManaged: null,
      trustType: null,
    },
    location: null,
    appliedConditionalAccessPolicies: [],
  }),
};

/**
 * Interactive sign-ins, newest first, of the last 30 days. @throws GraphError 403 without Entra ID P1, in the words of
 * the service.
 */
export function listSignIns(request: GraphRequest): Answer {
  const { tenant, query, now } = request;
  if (!hasPremium(tenant.subscribedSkus)) {
    throw new GraphError(
      403,
      'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
      "Neither tenant is B2C or tenant doesn't have premium license",
    );
  }
  const oldest = new Date(now.getTime() - KEPT_MS).toISOString();
  const rows = rowsOf(tenant).filter(({ at }) => at >= oldest);
  const asked = query.raw.has('$top') ? request : { ...request, query: { ...query, top: PAGE } };
  return page(asked, rows, newestFirst, SIGN_IN, 'auditLogs/signIns');
}

const KEPT_MS = 30 * 24 * 3_600_000;

function rowsOf(tenant: Tenant): readonly Row[] {
  return tenant.signIns.map((each, index) => ({
    ...each,
    id: `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`,
    user: tenant.users.get(each.userId),
  }));
}

/** Sorts the later of two before the earlier. */
function newestFirst({ at, id }: Row): string {
  return `${String(Number.MAX_SAFE_INTEGER - Date.parse(at))} ${id}`;
}
