import { type Answer, notFound } from '../answers.ts';
import { countOf, one, page, requireEventual, type Shape } from '../page.ts';
import { type GraphRequest, param } from '../request.ts';
import type { Group, Tenant, User } from '../tenant.ts';
import { findUser, userShape } from './users.ts';

export const GROUP: Shape<Group> = {
  type: 'group',
  filterable: ['id', 'displayName', 'mailNickname', 'securityEnabled', 'mailEnabled'],
  full: (group) => ({
    id: group.id,
    deletedDateTime: null,
    classification: null,
    createdDateTime: '2025-03-03T08:15:00Z',
    description: null,
    displayName: group.displayName,
    expirationDateTime: null,
    groupTypes: [...group.groupTypes],
    isAssignableToRole: group.isAssignableToRole,
    mail: group.mailEnabled ? `${group.mailNickname}@mail.example` : null,
    mailEnabled: group.mailEnabled,
    mailNickname: group.mailNickname,
    membershipRule: group.membershipRule,
    membershipRuleProcessingState: group.membershipRule === null ? null : 'On',
    onPremisesDomainName: null,
    onPremisesLastSyncDateTime: null,
    onPremisesNetBiosName: null,
    onPremisesProvisioningErrors: [],
    onPremisesSamAccountName: null,
    onPremisesSecurityIdentifier: null,
    onPremisesSyncEnabled: group.onPremisesSyncEnabled,
    preferredDataLocation: null,
    preferredLanguage: null,
    proxyAddresses: [],
    renewedDateTime: '2025-03-03T08:15:00Z',
    securityEnabled: group.securityEnabled,
    securityIdentifier: null,
    serviceProvisioningErrors: [],
    theme: null,
    visibility: null,
  }),
};

export function findGroup(request: GraphRequest, segment: string): Group {
  const group = request.tenant.groups.get(segment.toLowerCase());
  if (!group) throw notFound(segment);
  return group;
}

export function listGroups(request: GraphRequest): Answer {
  return page(request, request.tenant.groups.values(), (group) => group.id, GROUP, 'groups');
}

export function getGroup(request: GraphRequest): Answer {
  return one(request, GROUP, findGroup(request, param(request, 0)), 'groups');
}

type Members = { readonly users: User[]; readonly groups: Group[] };

function members(request: GraphRequest, transitive: boolean): Members {
  const { tenant } = request;
  const users = new Map<string, User>();
  const groups = new Map<string, Group>();
  const walk = (group: Group): void => {
    for (const id of group.members) {
      const user = tenant.users.get(id);
      if (user) users.set(id, user);
      const nested = tenant.groups.get(id);
      if (!nested || groups.has(id)) continue;
      groups.set(id, nested);
      if (transitive) walk(nested);
    }
  };
  walk(findGroup(request, param(request, 0)));
  return { users: [...users.values()], groups: [...groups.values()] };
}

/** Direct members, or with `transitive` everybody below, of every kind. */
export function listMembers(transitive: boolean): (request: GraphRequest) => Answer {
  return (request) => {
    const { users, groups } = members(request, transitive);
    const asUser = userShape(request);
    const rows = [
      ...users.map((user) => ({ user, id: user.id })),
      ...groups.map((group) => ({ group, id: group.id })),
    ];
    return page<(typeof rows)[number]>(
      request,
      rows,
      (row) => row.id,
      (row) =>
        'user' in row
          ? { ...asUser, full: () => asUser.full(row.user) }
          : { type: GROUP.type, filterable: [], full: () => GROUP.full(row.group) },
      'directoryObjects',
    );
  };
}

/** Members of one kind: a cast, so an advanced query. */
export function listMembersOf(
  kind: 'user' | 'group',
  transitive: boolean,
): (request: GraphRequest) => Answer {
  return (request) => {
    requireEventual(request, true);
    const { users, groups } = members(request, transitive);
    return kind === 'user'
      ? page(request, users, (user) => user.id, userShape(request), 'users')
      : page(request, groups, (group) => group.id, GROUP, 'groups');
  };
}

export function countMembers(
  kind: 'any' | 'user' | 'group',
  transitive: boolean,
): (request: GraphRequest) => Answer {
  return (request) => {
    const { users, groups } = members(request, transitive);
    const many = (kind === 'group' ? 0 : users.length) + (kind === 'user' ? 0 : groups.length);
    return countOf(request, many);
  };
}

/** The groups a user is a direct member of; a cast, so an advanced query. */
export function listGroupsOfUser(request: GraphRequest): Answer {
  requireEventual(request, true);
  const user = findUser(request, param(request, 0));
  const groups = [...request.tenant.groups.values()].filter((group) => group.members.has(user.id));
  return page(request, groups, (group) => group.id, GROUP, 'groups');
}

/** Every group that has this object below it, at whatever depth. */
export function allGroupsOf(tenant: Tenant, id: string): readonly Group[] {
  const found = new Map<string, Group>();
  const climb = (member: string): void => {
    for (const group of tenant.groups.values()) {
      if (!group.members.has(member) || found.has(group.id)) continue;
      found.set(group.id, group);
      climb(group.id);
    }
  };
  climb(id);
  return [...found.values()];
}

/** The groups a user is in, nested ones too. Roles and administrative units, which Graph lists as well, are not played. */
export function listAllGroupsOfUser(request: GraphRequest): Answer {
  const user = findUser(request, param(request, 0));
  return page(
    request,
    allGroupsOf(request.tenant, user.id),
    (group) => group.id,
    () => ({ type: GROUP.type, filterable: [], full: GROUP.full }),
    'directoryObjects',
  );
}
