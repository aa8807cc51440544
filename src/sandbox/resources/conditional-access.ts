import { EXCHANGE_ONLINE } from '../../core/state.ts';
import { type Answer, badRequest } from '../answers.ts';
import { one, page, type Shape } from '../page.ts';
import type { GraphRequest } from '../request.ts';
import type { ConditionalAccessPolicy, Tenant } from '../tenant.ts';
import { allGroupsOf } from './groups.ts';

const POLICY: Shape<ConditionalAccessPolicy> = {
  type: 'conditionalAccessPolicy',
  filterable: ['id', 'displayName', 'state'],
  full: ({ id, displayName, state, conditions, grantControls }) => ({
    id,
    templateId: null,
    displayName,
    createdDateTime: '2025-03-03T08:15:00Z',
    modifiedDateTime: null,
    state,
    sessionControls: null,
    conditions: {
      userRiskLevels: [],
      signInRiskLevels: [],
      servicePrincipalRiskLevels: [],
      insiderRiskLevels: null,
      locations: null,
      devices: null,
      clientApplications: null,
      clientAppTypes: [...conditions.clientAppTypes],
      platforms:
        conditions.platforms === undefined
          ? null
          : { includePlatforms: [...conditions.platforms], excludePlatforms: [] },
      applications: {
        includeApplications: [...conditions.applications],
        excludeApplications: [],
        includeUserActions: [],
        includeAuthenticationContextClassReferences: [],
        applicationFilter: null,
      },
      users: {
        includeUsers: [...(conditions.users.includeUsers ?? [])],
        excludeUsers: [...(conditions.users.excludeUsers ?? [])],
        includeGroups: [...(conditions.users.includeGroups ?? [])],
        excludeGroups: [...(conditions.users.excludeGroups ?? [])],
        includeRoles: [],
        excludeRoles: [],
        includeGuestsOrExternalUsers: null,
        excludeGuestsOrExternalUsers: null,
      },
    },
    grantControls: {
      operator: grantControls.operator,
      builtInControls: [...grantControls.builtInControls],
      customAuthenticationFactors: [],
      termsOfUse: [],
    },
  }),
};

export function listConditionalAccess(request: GraphRequest): Answer {
  return page(
    request,
    request.tenant.conditionalAccess,
    (policy) => policy.id,
    POLICY,
    'identity/conditionalAccess/policies',
  );
}

/** The policies that would apply to one person's sign-in; report-only ones among them, as the portal shows both. */
export function evaluateConditionalAccess(request: GraphRequest): Answer {
  const { tenant, body } = request;
  const identity = objectAt(body, 'signInIdentity');
  const context = objectAt(body, 'signInContext');
  const conditions = objectAt(body, 'signInConditions');
  const userId = String(identity.userId ?? '');
  if (!tenant.users.has(userId)) throw badRequest(`The user '${userId}' does not exist.`);
  const asked = {
    userId,
    apps: Array.isArray(context.includeApplications) ? context.includeApplications.map(String) : [],
    platform: String(conditions.devicePlatform ?? ''),
    clientAppType: String(conditions.clientAppType ?? ''),
  };
  const value = tenant.conditionalAccess
    .map((policy) => ({ policy, applies: applies(tenant, policy, asked) }))
    .filter(({ applies: yes }) => yes || body.appliedPoliciesOnly !== true)
    .map(({ policy, applies: yes }) => ({
      ...POLICY.full(policy),
      policyApplies: yes,
      analysisReasons: 'notSet',
    }));
  return {
    status: 200,
    body: { '@odata.context': `${request.root}/$metadata#Collection(whatIfAnalysisResult)`, value },
  };
}

type Asked = {
  readonly userId: string;
  readonly apps: readonly string[];
  readonly platform: string;
  readonly clientAppType: string;
};

/** Nested membership counts here, other than for the assignment to an app. */
function applies(tenant: Tenant, { state, conditions }: ConditionalAccessPolicy, asked: Asked): boolean {
  if (state === 'disabled') return false;
  const groups = new Set(allGroupsOf(tenant, asked.userId).map(({ id }) => id));
  const { includeUsers = [], excludeUsers = [], includeGroups = [], excludeGroups = [] } = conditions.users;
  const named = (users: readonly string[], of: readonly string[]) =>
    users.includes('All') || users.includes(asked.userId) || of.some((id) => groups.has(id));
  const { applications, platforms, clientAppTypes } = conditions;
  return (
    named(includeUsers, includeGroups) &&
    !named(excludeUsers, excludeGroups) &&
    (applications.includes('All') ||
      applications.some((each) => asked.apps.includes(each)) ||
      (applications.includes('Office365') && asked.apps.includes(EXCHANGE_ONLINE))) &&
    (platforms === undefined || platforms.includes('all') || platforms.includes(asked.platform)) &&
    (clientAppTypes.includes('all') || clientAppTypes.includes(asked.clientAppType))
  );
}

function objectAt(body: GraphRequest['body'], key: string): GraphRequest['body'] {
  const value = body[key];
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw badRequest(`The parameter '${key}' is required.`);
  return value as GraphRequest['body'];
}

const DEFAULTS: Shape<Tenant> = {
  type: 'identitySecurityDefaultsEnforcementPolicy',
  filterable: [],
  full: ({ securityDefaults }) => ({
    id: '00000000-0000-0000-0000-000000000005',
    displayName: 'Security Defaults',
    description: 'Basic identity security settings.',
    isEnabled: securityDefaults,
  }),
};

export function getSecurityDefaults(request: GraphRequest): Answer {
  return one(request, DEFAULTS, request.tenant, 'policies/identitySecurityDefaultsEnforcementPolicy');
}
