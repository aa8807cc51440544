import type { Json } from '../../core/json.ts';
import { type Answer, notFound } from '../answers.ts';
import type { Filter } from '../filter.ts';
import { one, page, type Shape } from '../page.ts';
import { allows, READ_USERS, READ_USERS_FULLY } from '../permissions.ts';
import { type GraphRequest, param } from '../request.ts';
import type { Tenant, User } from '../tenant.ts';

const DEFAULTS = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

/**
 * A user as the caller may see him. Without `User.ReadBasic.All` or more nothing but the id comes; with it name and
 * addresses; whether the account is enabled takes `User.Read.All`. What may not be seen is null.
 */
export function userShape(request: GraphRequest): Shape<User> {
  const basic = allows(READ_USERS, request.roles);
  const fully = allows(READ_USERS_FULLY, request.roles);
  return {
    type: 'user',
    defaults: DEFAULTS,
    filterable: ['id', 'userPrincipalName', 'displayName', 'mail'],
    full: (user) => ({
      businessPhones: [],
      displayName: basic ? user.displayName : null,
      givenName: null,
      jobTitle: null,
      mail: basic ? user.mail : null,
      mobilePhone: null,
      officeLocation: null,
      preferredLanguage: null,
      surname: null,
      userPrincipalName: basic ? user.userPrincipalName : null,
      id: user.id,
      accountEnabled: fully ? user.accountEnabled : null,
      userType: fully ? user.userType : null,
      onPremisesSyncEnabled: fully ? user.onPremisesSyncEnabled : null,
      // A collection is never null: what may not be seen is empty.
      assignedPlans: fully ? plansOf(request.tenant, user) : [],
    }),
  };
}

/** The Exchange Online plan of whoever has a mailbox. */
function plansOf(tenant: Tenant, user: User): Json[] {
  if (!(user.mailbox ?? user.userType === 'Member')) return [];
  const plan = tenant.subscribedSkus
    .flatMap(({ servicePlans }) => servicePlans)
    .find(({ servicePlanName }) => servicePlanName.startsWith('EXCHANGE_'));
  if (plan === undefined) return [];
  const { servicePlanId } = plan;
  return [
    {
      assignedDateTime: '2025-03-03T08:15:00Z',
      capabilityStatus: 'Enabled',
      service: 'exchange',
      servicePlanId,
    },
  ];
}

const byName = new WeakMap<Tenant, Map<string, string>>();

/** By UPN without regard to case. The index heals itself, since anybody may edit the plain data. */
function userByName(tenant: Tenant, name: string): User | undefined {
  const wanted = name.toLowerCase();
  const hit = byName.get(tenant)?.get(wanted);
  const user = hit === undefined ? undefined : tenant.users.get(hit);
  if (user?.userPrincipalName.toLowerCase() === wanted) return user;
  const index = new Map(
    [...tenant.users.values()].map((each) => [each.userPrincipalName.toLowerCase(), each.id]),
  );
  byName.set(tenant, index);
  return tenant.users.get(index.get(wanted) ?? '');
}

/** The user of a path segment: object id or UPN. @throws GraphError 404 */
export function findUser(request: GraphRequest, segment: string): User {
  const user = request.tenant.users.get(segment.toLowerCase()) ?? userByName(request.tenant, segment);
  if (!user) throw notFound(segment);
  return user;
}

/** Spares a walk over everybody where the filter names a few. */
function candidates(tenant: Tenant, filter: Filter | undefined): Iterable<User> {
  if (filter?.kind !== 'eq' && filter?.kind !== 'in') return tenant.users.values();
  const values = (filter.kind === 'eq' ? [filter.value] : filter.values).map(String);
  const { property } = filter;
  if (property !== 'id' && property !== 'userPrincipalName') return tenant.users.values();
  const found = values.map((value) =>
    property === 'id' ? tenant.users.get(value.toLowerCase()) : userByName(tenant, value),
  );
  return new Set(found.filter((user) => user !== undefined));
}

export function listUsers(request: GraphRequest): Answer {
  return page(
    request,
    candidates(request.tenant, request.query.filter),
    (user) => user.id,
    userShape(request),
    'users',
  );
}

export function getUser(request: GraphRequest): Answer {
  return one(request, userShape(request), findUser(request, param(request, 0)), 'users');
}
