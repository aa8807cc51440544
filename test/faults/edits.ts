import { APPLE_MAIL } from '../../src/core/state.ts';
import { addServicePrincipal, assign } from '../../src/sandbox/enterprise-app.ts';
import type { ServicePrincipal, Tenant } from '../../src/sandbox/tenant.ts';
import { appleApp } from '../scenarios/levels.ts';
import * as portal from '../scenarios/portal.ts';
import { MAIL } from '../scenarios/tenant-builder.ts';

/** Something that somebody does in the Entra admin centre while the tool is at work. */
export type Edit = { readonly name: string; readonly make: (tenant: Tenant) => void };

const onApp = (make: (tenant: Tenant, app: ServicePrincipal) => void) => (tenant: Tenant) => {
  const app = appleApp(tenant);
  if (app !== undefined) make(tenant, app);
};

const groupsOf = (tenant: Tenant) => [...tenant.groups.values()];

/** One for every setting that decides who has mail, in both directions. */
export const EDITS: readonly Edit[] = [
  {
    name: 'enabled for sign-in the other way',
    make: onApp((_, app) => {
      app.accountEnabled = app.accountEnabled === false;
    }),
  },
  {
    name: 'assignment required the other way',
    make: onApp((_, app) => {
      app.appRoleAssignmentRequired = app.appRoleAssignmentRequired !== true;
    }),
  },
  {
    name: 'every assignment removed',
    make: onApp((tenant, app) => {
      for (const [id, each] of tenant.assignments)
        if (each.resourceId === app.id) tenant.assignments.delete(id);
    }),
  },
  {
    name: 'every group assigned',
    make: onApp((tenant, app) => {
      for (const { id } of groupsOf(tenant)) {
        const there = [...tenant.assignments.values()].some(
          (each) => each.resourceId === app.id && each.principalId === id,
        );
        if (!there) assign(tenant, app, id);
      }
    }),
  },
  {
    name: 'tenant-wide consent removed',
    make: onApp((tenant, app) => {
      for (const [id, each] of tenant.grants)
        if (each.clientId === app.id && each.consentType === 'AllPrincipals') tenant.grants.delete(id);
    }),
  },
  {
    name: 'tenant-wide consent cut to one scope',
    make: onApp((tenant, app) => {
      for (const each of tenant.grants.values())
        if (each.clientId === app.id && each.consentType === 'AllPrincipals')
          each.scope = MAIL.split(' ')[0] ?? '';
    }),
  },
  {
    name: 'users may consent to all apps',
    make: (tenant) => portal.setUserConsent(tenant, 'microsoft-user-default-legacy'),
  },
  { name: 'users may consent to nothing', make: (tenant) => portal.setUserConsent(tenant) },
  { name: 'app deleted', make: onApp((tenant) => portal.deleteApp(tenant)) },
  { name: 'app deleted and added again', make: onApp((tenant) => portal.recreateApp(tenant)) },
  {
    name: 'app added, open',
    make: (tenant) => {
      if (appleApp(tenant) === undefined) addServicePrincipal(tenant, APPLE_MAIL, {});
    },
  },
];
