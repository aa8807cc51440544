import { EXCHANGE_ONLINE } from '../core/state.ts';
import { MICROSOFT_GRAPH } from './catalogue.ts';
import { registeredClients } from './clients.ts';
import { builtInConsentPolicies } from './consent-policies.ts';
import { addServicePrincipal } from './enterprise-app.ts';
import { guid } from './ids.ts';
import { type LicenceName, licence } from './licences.ts';
import type { Group, Tenant, User } from './tenant.ts';

/** Global Administrator, as every tenant knows the role. */
export const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

/** A tenant with what every tenant has: three accounts, three odd people, three odd groups, the two Microsoft resources. */
export function newTenant(
  name: string,
  shape: { readonly licences: readonly LicenceName[]; readonly userConsent: readonly string[] },
): Tenant {
  const id = guid('tenant', name);
  const tenant: Tenant = {
    id,
    name,
    domain: `${name}.example`,
    users: new Map(),
    groups: new Map(),
    servicePrincipals: new Map(),
    deletedItems: new Map(),
    assignments: new Map(),
    grants: new Map(),
    classifications: new Map(),
    permissionGrantPolicies: new Map(builtInConsentPolicies().map((policy) => [policy.id, policy])),
    policies: new Map([
      [
        'authorizationPolicy',
        {
          allowInvitesFrom: 'adminsAndGuestInviters',
          allowUserConsentForRiskyApps: null,
          defaultUserRolePermissions: {
            allowedToCreateApps: false,
            allowedToCreateSecurityGroups: true,
            allowedToCreateTenants: true,
            allowedToReadBitlockerKeysForOwnedDevice: true,
            allowedToReadOtherUsers: true,
            permissionGrantPoliciesAssigned: [
              ...shape.userConsent.map((policy) => `ManagePermissionGrantsForSelf.${policy}`),
              'ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team',
              'ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-chat',
            ],
          },
        },
      ],
    ]),
    roles: new Map(),
    subscribedSkus: shape.licences.map(licence),
    conditionalAccess: [],
    securityDefaults: false,
    signIns: [],
    audits: [],
    clients: new Map(registeredClients().map((client) => [client.clientId, client])),
    settings: {},
  };
  const admin = addUser(tenant, 'admin', 'Administrator');
  const breakglass = addUser(tenant, 'breakglass', 'Break Glass');
  addUser(tenant, 'sync', 'On-Premises Directory Synchronization');
  addUser(tenant, "o'connor", "Empfang O'Connor");
  addUser(tenant, 'geschaeftsfuehrung', 'Geschäftsführung Größe Müßig');
  addUser(tenant, 'postfach', 'Postfach Zentrale').mail = `vertrieb.zentral@mail.${tenant.domain}`;
  tenant.roles.set(GLOBAL_ADMINISTRATOR, {
    id: guid(name, 'role', GLOBAL_ADMINISTRATOR),
    roleTemplateId: GLOBAL_ADMINISTRATOR,
    displayName: 'Global Administrator',
    members: new Set([admin.id, breakglass.id]),
  });
  const odd = ["o'connor", 'geschaeftsfuehrung'].map((each) => userId(tenant, each));
  addGroup(tenant, 'SG-Geräte-Außendienst-und-Vertretungen-der-Niederlassung-Köln-64', odd);
  addGroup(tenant, 'SG-Projekt-Alpha', odd.slice(0, 1), { key: '1' });
  addGroup(tenant, 'SG-Projekt-Alpha', odd.slice(1), { key: '2' });
  addServicePrincipal(tenant, EXCHANGE_ONLINE, { tags: [] });
  addServicePrincipal(tenant, MICROSOFT_GRAPH, { tags: [] });
  return tenant;
}

/** The object id of the user `<name>@<domain>`, whether or not the user exists. */
export function userId(tenant: Tenant, name: string): string {
  return guid(tenant.name, 'user', name);
}

export function groupId(tenant: Tenant, displayName: string, key = '1'): string {
  return guid(tenant.name, 'group', displayName, key);
}

export function addUser(tenant: Tenant, name: string, displayName: string): User {
  const userPrincipalName = `${name}@${tenant.domain}`;
  const user: User = {
    id: userId(tenant, name),
    displayName,
    userPrincipalName,
    mail: userPrincipalName,
    accountEnabled: true,
    userType: 'Member',
    onPremisesSyncEnabled: null,
  };
  tenant.users.set(user.id, user);
  return user;
}

/** A guest of another organisation: `partner-001` of fabrikam.example becomes `partner-001_fabrikam.example#EXT#@…`. */
export function addGuest(tenant: Tenant, name: string, home: string): User {
  const guest = addUser(tenant, `${name}_${home}#EXT#`, `${name} (Gast)`);
  guest.userType = 'Guest';
  guest.mail = `${name}@${home}`;
  return guest;
}

/** Somebody signed in to Apple Mail; with a code, in vain. `at` is ISO 8601 in UTC. */
export function addSignIn(tenant: Tenant, user: string, at: string, errorCode?: number): void {
  tenant.signIns.push({
    at,
    userId: userId(tenant, user),
    ...(errorCode === undefined ? {} : { errorCode }),
  });
}

/** `count` people of one role, `sales-001` onwards; returns their object ids in that order. */
export function addPeople(tenant: Tenant, role: string, count: number, digits = 3): string[] {
  const ids: string[] = [];
  for (let number = 1; number <= count; number++) {
    const name = `${role}-${String(number).padStart(digits, '0')}`;
    ids.push(addUser(tenant, name, name).id);
  }
  return ids;
}

/** Fills the tenant with office workers up to its stated size. */
export function fillUp(tenant: Tenant, size: number, role = 'staff', digits = 3): void {
  addPeople(tenant, role, size - tenant.users.size, digits);
}

export function addGroup(
  tenant: Tenant,
  displayName: string,
  members: readonly string[],
  given: Partial<Omit<Group, 'id' | 'members'>> & { readonly key?: string } = {},
): Group {
  const { key = '1', ...properties } = given;
  const group: Group = {
    id: groupId(tenant, displayName, key),
    displayName,
    mailNickname: `g${guid(tenant.name, 'nickname', displayName, key).slice(0, 8)}`,
    securityEnabled: true,
    mailEnabled: false,
    groupTypes: [],
    isAssignableToRole: null,
    membershipRule: null,
    onPremisesSyncEnabled: null,
    ...properties,
    members: new Set(members),
  };
  tenant.groups.set(group.id, group);
  return group;
}
