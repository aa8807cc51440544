// A consent policy that lets users consent to mail and says nothing of the sign-in permissions: whether it is enough for
// a consent screen is not proven, so nothing may rest on it either way.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EXCHANGE_ONLINE } from '../../src/core/state.ts';
import { loadPolicies } from '../../src/policy/load.ts';
import { EAS_SCOPE, EWS_SCOPE, MICROSOFT_GRAPH } from '../../src/sandbox/catalogue.ts';
import { conditionSet } from '../../src/sandbox/consent-policies.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { CONSENT, woodgrove } from './tenant-builder.ts';
import { only, openWorld } from './world.ts';

function tenant(assigned: readonly string[], signIn: boolean): Tenant {
  const made = woodgrove({ people: ['anna'], userConsent: assigned, app: {} });
  made.permissionGrantPolicies.set('mail', {
    id: 'mail',
    displayName: 'Mail',
    description: 'Mail.',
    includes: [
      conditionSet('c1', { resourceApplication: EXCHANGE_ONLINE, permissions: [EAS_SCOPE, EWS_SCOPE] }),
      ...(signIn ? [conditionSet('c2', { resourceApplication: MICROSOFT_GRAPH })] : []),
    ],
    excludes: [],
  });
  return made;
}

async function planned(at: Tenant, userConsent: string) {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-consent-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'tenants'));
  const text = `tenant:\n  name: woodgrove\n  id: ${at.id}\nconsent:\n  userConsent: ${userConsent}\n`;
  writeFileSync(join(folder, 'tenants', 'woodgrove.yaml'), text);
  return only(await openWorld([at]).plan(await loadPolicies(folder, '2026-11-24')));
}

describe.each([
  [true, 'may'],
  [false, 'unknown'],
] as const)('sign-in let through: %s', (signIn, level) => {
  test('where it is to be assigned, what people can do is not promised', async () => {
    const { impact } = await planned(tenant(CONSENT.none, signIn), '{ custom: mail }');
    expect(impact.everyoneElse).toEqual({ before: 'none', after: level });
  });

  test('where it is assigned and goes, people may lose by it, so that it counts as closing', async () => {
    const { impact, steps, status } = await planned(tenant(['mail'], signIn), 'none');
    expect(impact.everyoneElse).toEqual({ before: level, after: 'none' });
    expect(steps.map(({ group }) => group)).toContain('narrow-user-consent');
    expect(status).toBe('refused');
  });
});
