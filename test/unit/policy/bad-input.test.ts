import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { load, loadFixture, placed, SAMPLE_FILE, tenantText } from './sample.ts';

/** Every fixture of test/fixtures/policies with all it has to be told. */
const expected: { readonly [defect: string]: readonly string[] } = {
  'alias-bomb': ['1:1 error too-many-aliases'],
  'alias-inside-itself': ['5:15 error bad-alias'],
  'alias-without-anchor': ['4:11 error bad-alias'],
  'custom-consent-without-id': ['5:3 error missing-key', '5:18 error unknown-key'],
  'duplicate-entries': [
    '7:7 error duplicate-entry',
    '9:7 error duplicate-entry',
    '16:7 error duplicate-entry',
  ],
  'duplicate-key': ['6:3 error duplicate-key'],
  'empty-list-with-keep': ['5:3 error empty-list-with-keep'],
  'empty-value': ['5:9 error wrong-type'],
  'entry-without-name': ['6:7 error missing-key', '8:7 error missing-key'],
  exceptions: [
    '5:5 error unknown-exception',
    '8:5 error exception-limit',
    '11:5 error exception-limit',
    '15:5 error duplicate-exception',
    '15:5 warning expired-exception',
  ],
  'exceptions-for-people': [
    '13:5 error duplicate-exception',
    '17:5 error exception-person',
    '20:5 error exception-person',
    '24:5 error duplicate-exception',
    '24:5 error exception-person',
  ],
  'from-after-until': ['6:7 error from-after-until'],
  'hostile-text': ['4:1 error unknown-key'],
  'key-in-the-wrong-section': ['4:1 error unknown-key'],
  'label-is-a-number': ['4:19 error wrong-type', '4:22 error wrong-value'],
  'leavers-stay': ['7:7 warning leavers-stay'],
  'list-as-root': ['1:1 error wrong-type'],
  'list-without-unlisted': ['5:3 error unlisted-missing', '7:3 error unlisted-missing'],
  'many-at-once': [
    '5:19 error wrong-value',
    '7:15 error wrong-value',
    '10:12 error wrong-value',
    '11:7 error until-without-reason',
    '12:1 error unknown-key',
  ],
  'members-without-limit': ['6:7 error members-without-limit', '8:7 error limit-without-members'],
  'merge-key': ['5:3 error unknown-key'],
  'misspelt-key': ['4:1 error unknown-key'],
  'misspelt-nested-key': ['5:3 error unknown-key'],
  'misspelt-word': ['5:16 error wrong-value', '6:38 error wrong-value'],
  'name-is-not-file-name': ['2:3 error tenant-name-is-not-file-name'],
  'no-calendar-day': ['7:13 error wrong-value', '9:13 error wrong-value'],
  'no-consent-route': ['7:3 error no-consent-route'],
  'no-consent-route-excepted': ['7:3 warning no-consent-route'],
  'no-tenant': ['1:1 error missing-key'],
  'no-tenant-id': ['1:1 error missing-key'],
  'only-comments': ['1:1 error empty-file'],
  'proto-key': ['4:1 error unknown-key'],
  'safety-out-of-range': [
    '5:16 error wrong-value',
    '6:11 error wrong-value',
    '7:15 error wrong-value',
    '8:15 error wrong-value',
  ],
  'several-documents': ['4:1 error several-documents'],
  'tab-as-indent': ['5:1 error yaml-syntax'],
  'tenant-id-is-no-guid': ['3:7 error wrong-value'],
  'timestamp-tag': ['7:14 error unknown-tag'],
  'unfinished-exception': ['5:5 error missing-key'],
  'unknown-baseline': ['4:1 error unknown-baseline'],
  'unknown-tag': ['5:23 error unknown-tag'],
  'until-without-reason': ['7:7 error until-without-reason'],
  'wrong-type': ['5:21 error wrong-value', '7:11 error wrong-value'],
};

describe('each defect is told with file, line, column and rule', () => {
  test.each(Object.entries(expected))('%s', (defect, findings) => {
    const loaded = loadFixture(defect);
    expect(placed(loaded.findings)).toEqual(findings);
    const isBroken = findings.some((each) => each.includes(' error '));
    expect(loaded.broken).toEqual(isBroken ? ['sample'] : []);
    expect(loaded.tenants).toHaveLength(isBroken ? 0 : 1);
    for (const { at, severity, fix } of loaded.findings) {
      expect(at?.file).toBe(SAMPLE_FILE);
      if (severity === 'error') expect(fix).toMatch(/\S/);
    }
  });

  test('every fixture is in the table', () => {
    const files = readdirSync(new URL('../../fixtures/policies/', import.meta.url));
    expect(files.map((file) => file.replace(/\.yaml$/, '')).sort()).toEqual(Object.keys(expected).sort());
  });
});

describe('the way out', () => {
  const fixOf = (defect: string) => loadFixture(defect).findings.map(({ fix }) => fix);

  test('misspelt keys and words get "did you mean"', () => {
    expect(fixOf('misspelt-key')).toEqual(['Did you mean `application`?']);
    expect(fixOf('misspelt-nested-key')).toEqual(['Did you mean `assignmentRequired`?']);
    expect(fixOf('misspelt-word')).toEqual([
      'Did you mean `microsoftManaged`?',
      'Did you mean `EWS.AccessAsUser.All`?',
    ]);
    expect(fixOf('unknown-baseline')).toEqual(['Did you mean `standard`?']);
    expect(fixOf('exceptions')[0]).toBe('Did you mean `removal-limit`?');
  });

  test('a key in the wrong section is sent to the right one', () => {
    expect(fixOf('key-in-the-wrong-section')).toEqual(['It belongs under `application`.']);
  });

  test('merge keys point to baselines', () => {
    expect(fixOf('merge-key')[0]).toMatch(/baseline/);
  });

  test('an excepted finding keeps its reason and last day', () => {
    const [finding] = loadFixture('no-consent-route-excepted').findings;
    expect(finding?.waived).toEqual({
      reason: 'CHG-1 only those who consented long ago',
      until: '2026-11-24',
    });
  });
});

describe('documents that attack the reader', () => {
  const rulesOf = (bytes: string | Uint8Array) =>
    load({ tenants: { sample: bytes } }).findings.map(({ rule }) => rule);

  test.each([
    ['more than 1 MiB', `${tenantText('')}#${'x'.repeat(2 * 1_048_576)}`, 'file-too-large'],
    ['not UTF-8', new Uint8Array([...new TextEncoder().encode(tenantText('#')), 0xff, 0xfe]), 'not-utf-8'],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x74, 0x00, 0x65, 0x00]), 'not-utf-8'],
    ['no byte', '', 'empty-file'],
    ['blanks only', ' \n\t\n', 'empty-file'],
    ['an explicit null', 'null\n', 'empty-file'],
    ['100,000 open flow sequences', '['.repeat(100_000), 'too-deep'],
    ['100,000 open flow mappings', '{a: '.repeat(100_000), 'too-deep'],
    ['100,000 nested block sequences', '- '.repeat(100_000), 'too-deep'],
    ['100,000 explicit keys', '? '.repeat(100_000), 'too-deep'],
    [
      'a deeply indented mapping',
      Array.from({ length: 200 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'too-deep',
    ],
    ['6,000 keys', Array.from({ length: 6_000 }, (_, i) => `a${i}:`).join('\n'), 'too-long'],
    ['6,000 closing brackets', ']'.repeat(6_000), 'too-long'],
    ['6,000 commas', `[${','.repeat(6_000)}`, 'too-long'],
    ['6,000 anchors', '&a '.repeat(6_000), 'too-long'],
    ['a list of 6,000', tenantText(`safety:\n  protected: [${'a@b,'.repeat(6_000)}]\n`), 'too-long'],
    ['4,000 aliases', `a: &a x\nb: [${'*a,'.repeat(4_000)}]`, 'too-many-aliases'],
  ])('%s', (_name, bytes, rule) => {
    expect(rulesOf(bytes)).toEqual([rule]);
  });

  test('a byte order mark is no problem', () => {
    const { tenants, findings } = load({ tenants: { sample: `\uFEFF${tenantText('')}` } });
    expect(findings).toEqual([]);
    expect(tenants).toHaveLength(1);
  });

  test('a thousand problems are counted, a hundred told', () => {
    const rules = rulesOf(
      tenantText(`assignments:\n  users:\n${'    - {}\n'.repeat(400)}  unlisted: remove\n`),
    );
    expect(rules).toHaveLength(101);
    expect(rules).toContain('more-problems');
  });

  test('nothing leaks into other objects', () => {
    loadFixture('proto-key');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('days stay text, whatever YAML version the file claims', () => {
    const rest = 'assignments:\n  users: [{ upn: a@b.example, from: 2026-11-01 }]\n  unlisted: keep\n';
    const { tenants } = load({ tenants: { sample: `%YAML 1.1\n---\n${tenantText(rest)}` } });
    expect(tenants[0]?.desired.assignments.users).toEqual([{ upn: 'a@b.example', from: '2026-11-01' }]);
  });
});
