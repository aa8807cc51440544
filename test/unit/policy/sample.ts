import { readFileSync } from 'node:fs';
import type { Finding } from '../../../src/core/finding.ts';
import { type LoadedPolicies, policiesOf } from '../../../src/policy/policies.ts';

/** The day all policy tests are judged by. */
export const DAY = '2026-11-24';
export const SAMPLE_ID = '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11';
export const SAMPLE_FILE = 'policies/tenants/sample.yaml';

/** A tenant file named sample.yaml with these lines after its `tenant` block, which takes three lines. */
export function tenantText(rest: string, name = 'sample', id = SAMPLE_ID): string {
  return `tenant:\n  name: ${name}\n  id: ${id}\n${rest}`;
}

/** Loads texts as if they lay in policies/: tenants and baselines by file name without `.yaml`. */
export function load(files: {
  readonly tenants: { readonly [name: string]: string | Uint8Array };
  readonly baselines?: { readonly [name: string]: string };
  readonly settings?: string;
}): LoadedPolicies {
  const source = (folder: string) => (entry: readonly [string, string | Uint8Array]) => ({
    name: entry[0],
    file: `policies/${folder}${entry[0]}.yaml`,
    bytes: typeof entry[1] === 'string' ? new TextEncoder().encode(entry[1]) : entry[1],
  });
  return policiesOf(
    {
      tenants: Object.entries(files.tenants).map(source('tenants/')),
      baselines: Object.entries(files.baselines ?? {}).map(source('baselines/')),
      ...(files.settings === undefined ? {} : { settings: source('')(['settings', files.settings]) }),
      isWhole: true,
      findings: [],
    },
    DAY,
  );
}

/** Loads one of test/fixtures/policies as sample.yaml, beside a baseline named `standard`. */
export function loadFixture(defect: string): LoadedPolicies {
  const bytes = readFileSync(new URL(`../../fixtures/policies/${defect}.yaml`, import.meta.url));
  return load({ tenants: { sample: bytes }, baselines: { standard: 'application: {}\n' } });
}

/** Findings as `line:column severity rule`, the form the tables are written in. */
export function placed(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ at, severity, rule }) => `${at?.line}:${at?.column} ${severity} ${rule}`);
}
