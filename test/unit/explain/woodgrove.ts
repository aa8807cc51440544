/** A small tenant with one person of each kind, and the way from it to an explanation: over the wire, as the command does. */
import { APPLE_MAIL, type Day, type Desired, type Origins } from '../../../src/core/state.ts';
import type { DeviceReport, Explanation, GateName } from '../../../src/explain/explanation.ts';
import { connect } from '../../../src/graph/connect.ts';
import { sandboxEdge } from '../../../src/graph/edge.ts';
import { openReader } from '../../../src/graph/open-reader.ts';
import { explainPerson } from '../../../src/planning/explain-person.ts';
import { SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../../../src/sandbox/clients.ts';
import { addGroup, addGuest, addUser, newTenant, userId } from '../../../src/sandbox/directory.ts';
import { addGatedAppleMail, assign, grant } from '../../../src/sandbox/enterprise-app.ts';
import { createSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { ServicePrincipal, Tenant } from '../../../src/sandbox/tenant.ts';
import { checkedFetch } from '../../contract/openapi-check.ts';
import { recordWire, type Sent } from '../../scenarios/wire.ts';

export const BOTH = 'EAS.AccessAsUser.All EWS.AccessAsUser.All';
export const EAS = 'EAS.AccessAsUser.All';
export const EWS = 'EWS.AccessAsUser.All';

/**
 * anna: direct member of the assigned group · ben: assigned directly · nina: by a nested group only · otto: nothing ·
 * gina: Global Administrator, unassigned · dora: disabled, assigned · the guest: assigned.
 */
export function woodgrove(): Tenant {
  const tenant = newTenant('woodgrove', { licences: ['SPE_E3'], userConsent: [] });
  const app = addGatedAppleMail(tenant);
  const [anna, ben, nina, , gina, dora] = ['anna', 'ben', 'nina', 'otto', 'gina', 'dora'].map(
    (name) => addUser(tenant, name, name).id,
  );
  const guest = addGuest(tenant, 'gast', 'partner.example').id;
  for (const role of tenant.roles.values()) role.members.add(gina ?? '');
  const disabled = tenant.users.get(dora ?? '');
  if (disabled) disabled.accountEnabled = false;
  const nested = addGroup(tenant, 'SG-Mail-Nested', [nina ?? '']);
  const mail = addGroup(tenant, 'SG-Mail', [anna ?? '', nested.id]);
  assign(tenant, app, mail.id);
  for (const id of [ben, dora, guest]) assign(tenant, app, id ?? '');
  grant(tenant, app, BOTH);
  tenant.clients.get(SANDBOX_CLIENT_ID)?.permissions.push('User.Read.All');
  return tenant;
}

export const GUEST = 'gast_partner.example#EXT#@woodgrove.example';
export const upn = (name: string) => (name.includes('@') ? name : `${name}@woodgrove.example`);
export const idOf = (name: string) => userId(woodgroveId, name);
const woodgroveId = newTenant('woodgrove', { licences: [], userConsent: [] });

export function appOf(tenant: Tenant): ServicePrincipal {
  const app = [...tenant.servicePrincipals.values()].find(({ appId }) => appId === APPLE_MAIL);
  if (app === undefined) throw new Error('the app is not there');
  return app;
}

/** Takes the app out, with what hangs on it. */
export function withoutApp(tenant: Tenant): void {
  tenant.servicePrincipals.delete(appOf(tenant).id);
  tenant.assignments.clear();
  tenant.grants.clear();
}

export function setGrant(tenant: Tenant, scope: string): void {
  tenant.grants.clear();
  if (scope !== '') grant(tenant, appOf(tenant), scope);
}

export function setUserConsent(tenant: Tenant, ...ids: readonly string[]): void {
  const policy = tenant.policies.get('authorizationPolicy');
  if (policy !== undefined)
    policy.defaultUserRolePermissions.permissionGrantPoliciesAssigned = ids.map(
      (id) => `ManagePermissionGrantsForSelf.${id}`,
    );
}

/** The identity that plans sees of people what most tenants let it see: names. */
export function weak(tenant: Tenant): void {
  const client = tenant.clients.get(SANDBOX_CLIENT_ID);
  if (client) client.permissions = client.permissions.filter((each) => each !== 'User.Read.All');
}

/** What is no longer allowed to the identity that plans. */
export function refuse(tenant: Tenant, ...what: readonly string[]): void {
  tenant.settings.refuse = [...(tenant.settings.refuse ?? []), ...what];
}

export type DesiredParts = {
  readonly application?: Partial<Desired['application']>;
  readonly consent?: Partial<Desired['consent']>;
  readonly assignments?: Partial<Desired['assignments']>;
};

export function desiredOf(tenant: Tenant, parts: DesiredParts = {}): Desired {
  return {
    tenant: { name: tenant.name, id: tenant.id, cloud: 'global', labels: {} },
    application: {
      enabledForSignIn: true,
      assignmentRequired: true,
      visibleToUsers: 'unmanaged',
      ...parts.application,
    },
    consent: { tenantWide: [EAS, EWS], userConsent: 'unmanaged', userGrants: 'keep', ...parts.consent },
    assignments: {
      groups: [{ name: 'SG-Mail', as: 'group' }],
      users: [{ upn: upn('ben') }],
      unlisted: 'keep',
      ...parts.assignments,
    },
    safety: { protected: [], transition: 'refuse', settle: 0 },
    exceptions: [],
  };
}

const DAY: Day = '2026-11-24';

/** Explains one person over the wire of the sandbox, every exchange held against the contract. */
export async function explained(
  tenant: Tenant,
  asked: string,
  how: {
    readonly policy?: DesiredParts;
    readonly origins?: Origins;
    readonly day?: Day;
    readonly fault?: Sandbox['fault'];
  } = {},
): Promise<{ readonly explanation: Explanation; readonly sandbox: Sandbox; readonly wire: readonly Sent[] }> {
  const now = () => new Date(`${DAY}T09:00:00Z`);
  const sandbox = createSandbox({ now, tenants: [tenant] });
  if (how.fault !== undefined) sandbox.fault = how.fault;
  const clock = { now, sleep: async () => {} };
  const { wire, fetch } = recordWire(checkedFetch(sandbox.fetch), clock);
  const edge = sandboxEdge(fetch, clock);
  const env = { AZURE_CLIENT_ID: SANDBOX_CLIENT_ID, AZURE_CLIENT_SECRET: SANDBOX_SECRET };
  const connection = await connect({ id: tenant.id, cloud: 'global' }, 'plan', { env, edge });
  const desired = desiredOf(tenant, how.policy);
  const explanation = await explainPerson(openReader(connection), {
    policy: { desired, origins: how.origins ?? {} },
    asked,
    day: how.day ?? DAY,
    version: '0.0.0',
  });
  return { explanation, sandbox, wire };
}

/** "G3 G4 | G6": the closed gates, then the unknown ones. */
export function told({ closed, unknown }: DeviceReport): string {
  return `${closed.join(' ')} | ${unknown.join(' ')}`.trim();
}

export function gateOf({ gates }: DeviceReport, name: GateName) {
  const gate = gates.find((each) => each.gate === name);
  if (gate === undefined) throw new Error(`no gate ${name}`);
  return gate;
}
