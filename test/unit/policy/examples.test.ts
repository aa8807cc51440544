import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Desired } from '../../../src/core/state.ts';
import { loadPolicies } from '../../../src/policy/load.ts';
import { DAY } from './sample.ts';

const root = new URL('../../../', import.meta.url);
const loaded = await loadPolicies('policies', DAY);

function policyOf(name: string): Desired {
  const policy = loaded.tenants.find(({ desired }) => desired.tenant.name === name);
  if (policy === undefined) throw new Error(`no policy ${name}`);
  return policy.desired;
}

describe('the example policies', () => {
  test('cover the eight sandbox tenants, each with the tenant id that docs/sandbox.md gives', () => {
    const guide = readFileSync(new URL('docs/sandbox.md', root), 'utf8');
    const rows = [...guide.matchAll(/^\| (\w+) \| `([0-9a-f-]{36})` \| [\d,]+ \|/gm)].map(([, name, id]) => [
      name,
      id,
    ]);
    expect(rows).toHaveLength(8);
    expect(loaded.tenants.map(({ desired }) => [desired.tenant.name, desired.tenant.id]).sort()).toEqual(
      rows.sort(),
    );
  });

  test('say exactly this', () => {
    expect(loaded.broken).toEqual([]);
    expect(
      loaded.findings.map(({ rule, severity, at }) => `${at?.file.split('/').at(-1)} ${severity} ${rule}`),
    ).toEqual([
      'contoso.yaml info user-consent-is-tenant-wide',
      'fabrikam.yaml warning open-to-everyone',
      'litware.yaml info user-consent-is-tenant-wide',
      'litware.yaml warning expired-entry',
      'tailspin.yaml info user-consent-is-tenant-wide',
      'wingtip.yaml info user-consent-is-tenant-wide',
    ]);
  });

  test('name their schema for editors, and the schema is there', () => {
    for (const [folder, kind] of [
      ['tenants', 'tenant'],
      ['baselines', 'baseline'],
    ] as const) {
      for (const file of readdirSync(new URL(`policies/${folder}/`, root))) {
        const text = readFileSync(new URL(`policies/${folder}/${file}`, root), 'utf8');
        const header = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1];
        expect(header, file).toBe(`../../schema/${kind}.schema.json`);
        const schema = readFileSync(
          new URL(header ?? '', new URL(`policies/${folder}/${file}`, root)),
          'utf8',
        );
        expect(JSON.parse(schema).title, file).toMatch(/File$/);
      }
    }
  });

  test('keep planning after the day they were written for', async () => {
    for (const day of ['2026-11-25', '2027-06-30', '2030-12-31']) {
      const later = await loadPolicies('policies', day);
      expect(later.broken, day).toEqual([]);
      expect(
        later.findings.map(({ rule }) => rule),
        day,
      ).not.toContain('expired-exception');
    }
  });
});

describe('what the examples are there to show', () => {
  test('northwind has no group, eleven people, and says that it closes an open tenant', () => {
    const { assignments, exceptions } = policyOf('northwind');
    expect(assignments.groups).toBe('unmanaged');
    expect(assignments.users).toHaveLength(11);
    expect(exceptions.map(({ rule }) => rule)).toEqual(['closes-open-tenant']);
  });

  test('fabrikam reports own grants and takes nothing away', () => {
    const { consent, assignments } = policyOf('fabrikam');
    expect(consent.userGrants).toBe('report');
    expect(assignments).toMatchObject({ users: 'unmanaged', unlisted: 'keep' });
  });

  test('wingtip assigns members one by one, up to a limit', () => {
    const { assignments, consent } = policyOf('wingtip');
    expect(assignments.groups).toEqual([{ name: 'SG-iOS-Mail', as: 'members', limit: 30 }]);
    expect(consent.userConsent).toBe('microsoftManaged');
  });

  test('litware has dates on both sides of the day, and two protected people', () => {
    const { assignments, safety } = policyOf('litware');
    const untils = assignments.users === 'unmanaged' ? [] : assignments.users.map(({ until }) => until);
    expect(untils.filter(Boolean)).toEqual(['2026-11-23', '2026-11-24', '2026-12-31']);
    expect(safety.protected).toEqual(['ceo@litware.example', 'cfo@litware.example']);
  });

  test('proseware leaves the setting alone that its reader may not see', () => {
    expect(policyOf('proseware').consent.userConsent).toBe('unmanaged');
  });
});
