import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { validate } from '../../../src/commands/validate.ts';
import { loadPolicies } from '../../../src/policy/load.ts';
import { DAY, tenantText } from './sample.ts';

let root: string;
let policies: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'iosmail-policies-'));
  policies = join(root, 'policies');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(policies, file)), { recursive: true });
  writeFileSync(join(policies, file), text);
}

/** `file severity rule` of all findings, files relative to the directory. */
const said = async () =>
  (await loadPolicies(policies, DAY)).findings.map(
    ({ at, severity, rule }) => `${at?.file.replace(`${policies}/`, '')} ${severity} ${rule}`,
  );

describe('what is read', () => {
  test('tenants by name, whatever the order on disk', async () => {
    for (const [index, name] of ['b', 'a-b', 'a', 'c'].entries()) {
      write(`tenants/${name}.yaml`, tenantText('', name, `${index}f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11`));
    }
    const { tenants, findings } = await loadPolicies(policies, DAY);
    expect(findings).toEqual([]);
    expect(tenants.map(({ desired }) => desired.tenant.name)).toEqual(['a', 'a-b', 'b', 'c']);
  });

  test('positions name files as the user would type them', async () => {
    const { findings } = await loadPolicies('test/fixtures/nowhere/', DAY);
    expect(findings.map(({ rule, at }) => [rule, at?.file])).toEqual([
      ['policies-missing', 'test/fixtures/nowhere/'],
    ]);
    const examples = await loadPolicies('./policies/', DAY);
    expect(examples.tenants[0]?.origins['/tenant/name']?.file).toBe('policies/tenants/adatum.yaml');
  });

  test('a directory without a tenant policy is an error, not a success', async () => {
    write('settings.yaml', 'review: { allowUnreviewedApply: false }\n');
    expect(await said()).toEqual(['tenants error no-tenants']);
    const loaded = await loadPolicies(policies, DAY);
    expect(loaded.settings.review.allowUnreviewedApply).toBe(false);
  });
});

describe('what is not read is said', () => {
  beforeEach(() => write('tenants/sample.yaml', tenantText('')));

  test.each([
    ['tenants/other.yml', 'tenants/other.yml error not-yaml-suffix'],
    ['tenants/OTHER.YAML', 'tenants/OTHER.YAML error not-yaml-suffix'],
    ['baselines/standard.yml', 'baselines/standard.yml error not-yaml-suffix'],
    ['settings.yml', 'settings.yml error not-yaml-suffix'],
    ['tenants/notes.txt', 'tenants/notes.txt warning unknown-file'],
    ['tenant/other.yaml', 'tenant warning unknown-file'],
    ['contoso.yaml', 'contoso.yaml warning unknown-file'],
    ['guardrails.yml', 'guardrails.yml error not-yaml-suffix'],
  ])('%s', async (file, finding) => {
    write(file, 'x: 1\n');
    expect(await said()).toEqual([finding]);
  });

  test.each(['guardrails.yaml', 'settings.yml'])(
    '%s may forbid something: no tenant is planned',
    async (file) => {
      write(file, 'x: 1\n');
      const loaded = await loadPolicies(policies, DAY);
      expect(loaded.tenants).toEqual([]);
      expect(loaded.broken).toEqual(['sample']);
      expect(loaded.settings.review.allowUnreviewedApply).toBe(false);
    },
  );

  test('README.md and dot files are nobody’s policy', async () => {
    write('README.md', '# policies\n');
    write('.gitkeep', '');
    write('tenants/.gitkeep', '');
    expect(await said()).toEqual([]);
  });
});

describe('files that are no plain files in this directory', () => {
  beforeEach(() => write('tenants/sample.yaml', tenantText('')));

  test('a link out of the directory is refused', async () => {
    writeFileSync(
      join(root, 'elsewhere.yaml'),
      tenantText('', 'linked', '1f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11'),
    );
    symlinkSync(join(root, 'elsewhere.yaml'), join(policies, 'tenants/linked.yaml'));
    expect(await said()).toEqual(['tenants/linked.yaml error link-outside']);
    expect((await loadPolicies(policies, DAY)).broken).toEqual(['linked']);
  });

  test('so is a linked folder, and a link to nowhere', async () => {
    mkdirSync(join(root, 'baselines'));
    symlinkSync(join(root, 'baselines'), join(policies, 'baselines'));
    symlinkSync(join(root, 'nothing.yaml'), join(policies, 'tenants/dangling.yaml'));
    expect(await said()).toEqual([
      'baselines error link-outside',
      'tenants/dangling.yaml error link-outside',
    ]);
  });

  test('a link within the directory is the same file twice', async () => {
    symlinkSync(join(policies, 'tenants/sample.yaml'), join(policies, 'tenants/twin.yaml'));
    const findings = await said();
    expect(findings.filter((each) => each.endsWith('duplicate-tenant'))).toHaveLength(4);
  });

  test('a folder with the name of a file', async () => {
    mkdirSync(join(policies, 'tenants/folder.yaml'));
    expect(await said()).toEqual(['tenants/folder.yaml error cannot-read']);
  });

  test('a file with the name of a folder', async () => {
    write('baselines', 'x');
    expect(await said()).toEqual(['baselines error cannot-read']);
  });

  test('2 MiB are refused without reading them', async () => {
    write('tenants/big.yaml', 'x'.repeat(2 * 1_048_576));
    expect(await said()).toEqual(['tenants/big.yaml error file-too-large']);
  });
});

describe('validate', () => {
  beforeEach(() => {
    write('tenants/good.yaml', tenantText('', 'good'));
    write('tenants/bad.yaml', tenantText('x: 1\n', 'bad', '1f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11'));
    write('baselines/odd.yaml', 'y: 1\n');
  });

  test('tells about everything', async () => {
    const result = await validate({ policies, tenant: [], day: DAY });
    expect(result.tenants).toEqual(['good']);
    expect(result.broken).toEqual(['bad']);
    expect(result.findings.map(({ rule }) => rule)).toEqual(['unknown-key', 'unknown-key']);
  });

  test('with names, leaves out the files of other tenants only', async () => {
    const result = await validate({ policies, tenant: ['good'], day: DAY });
    expect(result.tenants).toEqual(['good']);
    expect(result.broken).toEqual([]);
    expect(result.findings.map(({ at }) => at?.file)).toEqual([`${policies}/baselines/odd.yaml`]);
  });

  test('a name without a file is a finding with a guess', async () => {
    const { findings } = await validate({ policies, tenant: ['goood'], day: DAY });
    expect(findings[0]).toMatchObject({
      rule: 'unknown-tenant',
      severity: 'error',
      fix: 'Did you mean `good`?',
    });
  });
});
