import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addGroup, addPeople, newTenant } from '../src/sandbox/directory.ts';
import { addGatedAppleMail, assign, grant } from '../src/sandbox/enterprise-app.ts';
import type { Tenant } from '../src/sandbox/tenant.ts';

/** Names of tenants that exist for a measurement: bench-0001, bench-0002, … */
export function fleetNames(size: number): readonly string[] {
  return Array.from({ length: size }, (_, at) => `bench-${String(at + 1).padStart(4, '0')}`);
}

const GROUPS = ['SG-iOS-Mail-Office', 'SG-iOS-Mail-Field', 'SG-iOS-Mail-Management'];

/** A tenant that is what its policy says: three groups of ten people, assigned and consented. */
export function steadyTenant(name: string): Tenant {
  const tenant = newTenant(name, { licences: ['SPE_E3'], userConsent: [] });
  const app = addGatedAppleMail(tenant);
  const people = addPeople(tenant, 'person', 30);
  GROUPS.forEach((group, at) => {
    assign(tenant, app, addGroup(tenant, group, people.slice(at * 10, at * 10 + 10)).id);
  });
  grant(tenant, app, 'EAS.AccessAsUser.All EWS.AccessAsUser.All');
  return tenant;
}

/** Runs the work with a policies folder that holds one file for each tenant, and removes it. */
export async function withPolicies<T>(
  tenants: readonly { readonly name: string; readonly id: string }[],
  work: (policies: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'iosmail-bench-'));
  try {
    await mkdir(join(folder, 'tenants'));
    for (const { name, id } of tenants) {
      const groups = GROUPS.map((group) => `    - name: ${group}\n`).join('');
      const text = `tenant:
  name: ${name}
  id: ${id}
application:
  enabledForSignIn: true
  assignmentRequired: true
  visibleToUsers: false
consent:
  tenantWide: [EAS.AccessAsUser.All, EWS.AccessAsUser.All]
  userConsent: none
assignments:
  groups:
${groups}  users: []
  unlisted: remove
`;
      await writeFile(join(folder, 'tenants', `${name}.yaml`), text);
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
