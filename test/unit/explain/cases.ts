import { expect, test } from 'vitest';
import { mobileOnly } from '../../../src/sandbox/conditional-access.ts';
import { grant } from '../../../src/sandbox/enterprise-app.ts';
import type { ConditionalAccessPolicy, Tenant } from '../../../src/sandbox/tenant.ts';
import { appOf, type DesiredParts, explained, idOf, refuse, told, upn, woodgrove } from './woodgrove.ts';

/** One person in one tenant. Left of the bar the closed gates, the first of which stops the person; then the unknown ones. */
export type Case = readonly [
  name: string,
  person: string,
  change: Change,
  iPhone: string,
  /** Default: as the iPhone. */
  mac?: string | undefined,
  how?: { readonly policy?: DesiredParts; readonly day?: string },
];

export type Change = (tenant: Tenant) => void;

export const nothing: Change = () => {};
/** Nobody has to be assigned. */
export const open: Change = (tenant) => {
  appOf(tenant).appRoleAssignmentRequired = false;
};
export const off: Change = (tenant) => {
  appOf(tenant).accountEnabled = false;
};
export const both =
  (...changes: readonly Change[]): Change =>
  (tenant) => {
    for (const change of changes) change(tenant);
  };
/** A grant that somebody gave themselves. */
export const own =
  (name: string, scope: string): Change =>
  (tenant) => {
    grant(tenant, appOf(tenant), scope, idOf(name));
  };
export const refused =
  (...what: readonly string[]): Change =>
  (tenant) =>
    refuse(tenant, ...what);
export const ca =
  (...policies: readonly ConditionalAccessPolicy[]): Change =>
  (tenant) => {
    tenant.conditionalAccess.push(...policies);
  };
export const block = (given: Parameters<typeof mobileOnly>[2] = {}) =>
  mobileOnly('CA-Block', ['block'], given);

/** Explains the person of each case and compares all gates of both kinds of device; counts what was asked for. */
export function walk(cases: readonly Case[]): void {
  for (const [name, person, change, iPhone, mac = iPhone, how = {}] of cases) {
    test(name, async () => {
      const tenant = woodgrove();
      change(tenant);
      const asked = /^[0-9a-f-]{36}$/.test(person) ? person : upn(person);
      const { explanation, sandbox } = await explained(tenant, asked, how);
      expect(explanation.devices.map(told)).toEqual([iPhone, mac]);
      const batches = sandbox.log.filter(({ path }) => path.endsWith('/$batch'));
      expect(batches.length).toBeLessThanOrEqual(2);
    });
  }
}
