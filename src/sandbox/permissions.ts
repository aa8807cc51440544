/**
 * Who may do what, by Graph application permission, after the published permission tables. `GroupMember.Read.All`
 * covers group basics, and `DelegatedPermissionGrant.Read.All` works for reading grants although the tables do not list it.
 */
export const READ_APPLICATIONS = [
  'Application.Read.All',
  'Application.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
export const WRITE_APPLICATIONS = ['Application.ReadWrite.All', 'Directory.ReadWrite.All'];
export const CREATE_APPLICATIONS = [...WRITE_APPLICATIONS, 'Application.ReadWrite.OwnedBy'];
export const DELETE_ASSIGNMENTS = ['AppRoleAssignment.ReadWrite.All', 'Application.ReadWrite.All'];
/** `AppRoleAssignment.ReadWrite.All` needs a right to read beside it. */
export const CREATE_ASSIGNMENTS = [
  'Application.ReadWrite.All',
  ['AppRoleAssignment.ReadWrite.All', 'Application.Read.All'],
  ['AppRoleAssignment.ReadWrite.All', 'Directory.Read.All'],
];
export const READ_PRINCIPAL_ASSIGNMENTS = ['AppRoleAssignment.ReadWrite.All', 'Directory.Read.All'];
export const READ_GRANTS = [
  'DelegatedPermissionGrant.Read.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
export const WRITE_GRANTS = ['DelegatedPermissionGrant.ReadWrite.All', 'Directory.ReadWrite.All'];
export const READ_AUTHORIZATION = ['Policy.Read.All', 'Policy.ReadWrite.Authorization'];
export const WRITE_AUTHORIZATION = ['Policy.ReadWrite.Authorization'];
export const READ_GRANT_POLICIES = ['Policy.Read.PermissionGrant', 'Policy.ReadWrite.PermissionGrant'];
export const WRITE_GRANT_POLICIES = ['Policy.ReadWrite.PermissionGrant'];
export const READ_GROUPS = [
  'GroupMember.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.Read.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
export const READ_USERS = [
  'User.ReadBasic.All',
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
/** With less than these, a user is no more than name and address. */
export const READ_USERS_FULLY = [
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
export const READ_ROLES = [
  'RoleManagement.Read.Directory',
  'RoleManagement.ReadWrite.Directory',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
export const READ_LICENCES = [
  'LicenseAssignment.Read.All',
  'Organization.Read.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];
export const READ_LOGS = ['AuditLog.Read.All'];
export const READ_CONDITIONAL_ACCESS = ['Policy.Read.All'];
export const ASK_WHAT_IF = ['Policy.Read.ConditionalAccess', 'Policy.Read.All'];
export const READ_ANY = ['Directory.Read.All', 'Directory.ReadWrite.All'];

/** A permission, or several that are needed together. */
export type Allowed = readonly (string | readonly string[])[];

/** Whether the roles of a token satisfy one of the alternatives. */
export function allows(allowed: Allowed, roles: ReadonlySet<string>): boolean {
  return allowed.some((each) =>
    typeof each === 'string' ? roles.has(each) : each.every((role) => roles.has(role)),
  );
}
