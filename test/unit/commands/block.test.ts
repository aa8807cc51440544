import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { block, codeOfBlock } from '../../../src/commands/block.ts';
import { builtInTenants } from '../../../src/sandbox/tenants.ts';
import { type Files, repository } from '../git/repository.ts';

const [CONTOSO] = builtInTenants('contoso');
const FILE = 'policies/tenants/contoso.yaml';
const POLICY = `tenant:\n  name: contoso\n  id: ${CONTOSO?.id}\n`;
const EXCEPTION =
  'exceptions:\n  - rule: guardrail/few\n    reason: agreed\n    until: 2026-12-24\n    limit: 3\n';

function guardrails(require: string): string {
  return `guardrails:\n  - id: few\n    severity: error\n    message: No.\n    owner: us\n    require: ${require}\n`;
}

function committed(files: Files): string {
  const { folder, run, commit } = repository();
  run('config', 'user.name', 'Ada');
  run('config', 'user.email', 'ada@x.example');
  commit(files);
  return folder;
}

const blocking = (folder: string) =>
  block({
    policies: join(folder, 'policies'),
    tenant: 'contoso',
    reason: 'INC-204',
    journal: join(folder, 'journal'),
    day: '2026-11-24',
    env: { IOSMAIL_SANDBOX: 'true' },
    confirm: async () => true,
  });

const WRONG: readonly (readonly [string, Files])[] = [
  ['a guardrail with a typo', { 'policies/guardrails.yaml': guardrails('impact.loze.size() == 0') }],
  [
    'guardrails that cannot be read, and an exception from one',
    { 'policies/guardrails.yaml': 'guardrails: [\n', [FILE]: POLICY + EXCEPTION },
  ],
  ['guardrails under a name that is not read', { 'policies/guardrails.yml': guardrails('true') }],
  ['settings with a typo', { 'policies/settings.yaml': 'frese:\n  reason: x\n' }],
];

test.each(WRONG)('%s: no reason not to block', async (_what, files) => {
  const folder = committed({ [FILE]: POLICY, ...files });
  const report = await blocking(folder);
  expect(report).toMatchObject({ sent: { kind: 'blocked' }, kept: { kind: 'committed' } });
  expect(codeOfBlock(report)).toBe(0);
  expect(readFileSync(join(folder, FILE), 'utf8')).toMatch(/^incident:\n {2}kind: blocked$/m);
});

test('what is wrong with the tenant itself still is', async () => {
  const folder = committed({ [FILE]: `${POLICY}oops: 1\n` });
  await expect(blocking(folder)).rejects.toMatchObject({ name: 'NoPolicy' });
});
