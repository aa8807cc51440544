import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type Ended, type Environment, iosmail } from './iosmail.ts';
import { flawsIn } from './world.ts';

const HEAD = 'tenant:\n  name: sample\n  id: 8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11\n';
const FILE = 'policies/tenants/sample.yaml';
const bomb = (width: number) =>
  `${HEAD}a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from(
    { length: width },
    (_, at) =>
      `${String.fromCharCode(98 + at)}: &${String.fromCharCode(98 + at)} [${`*${String.fromCharCode(97 + at)},`.repeat(9)}]\n`,
  ).join('')}`;

type Files = { readonly [file: string]: string | Uint8Array };

async function validated(files: Files, format = 'text', env: Environment = {}): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-bad-'));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    return await iosmail(['validate', '--format', format], { cwd: folder, env });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is wrong, the files, and the place, rule and way out that must be told. */
const CASES: readonly (readonly [string, Files, RegExp])[] = [
  [
    'a misspelt key',
    { [FILE]: `${HEAD}aplication:\n  enabledForSignIn: true\n` },
    /sample\.yaml:4:1: error: .*\[unknown-key\]\n {2}fix: Did you mean `application`\?/,
  ],
  [
    'a wrong type',
    { [FILE]: `${HEAD}application:\n  enabledForSignIn: sometimes\n` },
    /sample\.yaml:5:21: error: .*\[wrong-value\]\n {2}fix: \S/,
  ],
  [
    'a duplicate key',
    { [FILE]: `${HEAD}application:\n  enabledForSignIn: true\n  enabledForSignIn: false\n` },
    /sample\.yaml:6:3: error: .*\[duplicate-key\]\n {2}fix: \S/,
  ],
  [
    'an unknown tag',
    { [FILE]: `${HEAD}application: !!js/function x\n` },
    /sample\.yaml:4:14: error: .*\[unknown-tag\]\n {2}fix: \S/,
  ],
  ['an alias bomb', { [FILE]: bomb(10) }, /sample\.yaml:\d+:\d+: error: .*\[too-many-aliases\]\n {2}fix: \S/],
  [
    'a file of 2 MiB',
    { [FILE]: `${HEAD}#${'x'.repeat(2 * 1024 * 1024)}\n` },
    /sample\.yaml:1:1: error: .*\[file-too-large\]\n {2}fix: \S/,
  ],
  ['an empty file', { [FILE]: '' }, /sample\.yaml:1:1: error: .*\[empty-file\]\n {2}fix: \S/],
  [
    'a file that is not UTF-8',
    { [FILE]: new Uint8Array([...Buffer.from(HEAD), 0x23, 0xff, 0xfe, 0x0a]) },
    /sample\.yaml:\d+:\d+: error: .*\[not-utf-8\]\n {2}fix: \S/,
  ],
  [
    'an unknown baseline',
    { [FILE]: `${HEAD}baseline: standart\n`, 'policies/baselines/standard.yaml': 'safety:\n  settle: 60\n' },
    /sample\.yaml:4:1: error: .*\[unknown-baseline\]\n {2}fix: Did you mean `standard`\?/,
  ],
  [
    'two files for one tenant',
    { [FILE]: HEAD, 'policies/tenants/other.yaml': HEAD.replace('sample', 'other') },
    /other\.yaml:3:3: error: .*sample\.yaml.*\[duplicate-tenant\][\s\S]*sample\.yaml:3:3: error: .*other\.yaml/,
  ],
  [
    'a list without `unlisted`',
    { [FILE]: `${HEAD}assignments:\n  users:\n    - upn: a@b.example\n` },
    /sample\.yaml:5:3: error: .*\[unlisted-missing\]\n {2}fix: \S/,
  ],
  [
    '`[]` with `keep`',
    { [FILE]: `${HEAD}assignments:\n  users: []\n  unlisted: keep\n` },
    /sample\.yaml:5:3: error: .*\[empty-list-with-keep\]\n {2}fix: \S/,
  ],
  [
    'a key that is not supported yet',
    { [FILE]: HEAD, 'policies/settings.yaml': 'drift:\n  schedule: daily\n' },
    /settings\.yaml:\d+:\d+: error: .*\[not-supported-yet\]\n {2}fix: Remove it\./,
  ],
  [
    'a guardrail that names what is not there',
    {
      [FILE]: HEAD,
      'policies/guardrails.yaml':
        'guardrails:\n  - id: typo\n    severity: error\n    message: No.\n    owner: us\n    require: policy.consnt.userConsent == "none"\n',
    },
    /guardrails\.yaml:6:20: error: .*There is no field `consnt`.*\[guardrail-expression\]\n {2}fix: \S/,
  ],
  ['no policies folder', {}, /error: There is no directory policies\. \[policies-missing\]\n {2}fix: \S/],
  [
    'a policies folder without a tenant',
    { 'policies/settings.yaml': 'review:\n  allowUnreviewedApply: true\n' },
    /error: There is no tenant policy\. \[no-tenants\]\n {2}fix: \S/,
  ],
  [
    'YAML that is none',
    { [FILE]: `${HEAD}application: [\n` },
    /sample\.yaml:\d+:\d+: error: .*\[yaml-syntax\]\n {2}fix: \S/,
  ],
  [
    'hostile text in keys and values',
    { [FILE]: `${HEAD}"\\e[2J\\u202E::error::boo": true\nbaseline: "::warning::\\u0007"\n` },
    /sample\.yaml:4:1: error: Unknown key "\\u001b\[2J\\u\{202E\}::error::boo"\. \[unknown-key\]\n {2}fix: \S/,
  ],
];

test.concurrent.each(CASES)('%s is told with its place and a fix, exit 1', async (_name, files, says) => {
  const run = await validated(files);
  expect(run).toMatchObject({ code: 1, stderr: '' });
  expect(run.stdout).toMatch(says);
  expect(run.stdout).toMatch(/^Checked \d tenants?: \d+ errors?/m);
  expect(run.stdout).not.toMatch(/^::/m);
  expect(flawsIn(run)).toEqual([]);
});

test('everything wrong is told at once, in every format', async () => {
  const files = Object.fromEntries(
    CASES.flatMap(([, each], at) =>
      Object.entries(each)
        .filter(([file]) => file === FILE)
        .map(([file, text]) => [file.replace('sample', `case-${at}`), text]),
    ),
  );
  const [text, json, markdown] = await Promise.all(
    ['text', 'json', 'markdown'].map((format) => validated(files, format)),
  );
  const found: readonly { rule: string; severity: string; fix?: string; at?: { file: string } }[] =
    JSON.parse(json!.stdout).findings;
  expect(new Set(found.map(({ at }) => at?.file)).size).toBe(Object.keys(files).length);
  for (const { severity, fix } of found) if (severity === 'error') expect(fix).toMatch(/\S/);
  for (const run of [text, json, markdown]) {
    expect(run?.code).toBe(1);
    for (const { rule } of found) expect(run?.stdout).toContain(rule);
    expect(flawsIn(run!)).toEqual([]);
  }
});

test.each(['text', 'json', 'markdown'])(
  'in a workflow the findings are annotations as well, beside the same %s',
  async (format) => {
    const files = { [FILE]: `${HEAD}aplication:\n  enabledForSignIn: true\n` };
    const [usual, workflow] = [
      await validated(files, format),
      await validated(files, format, { GITHUB_ACTIONS: 'true' }),
    ];
    expect(workflow).toMatchObject({ code: usual.code, stdout: usual.stdout });
    expect(usual.stderr).toBe('');
    expect(workflow.stderr).toMatch(
      /^::error file=policies\/tenants\/sample\.yaml,line=4,col=1,title=unknown-key::.* Fix: Did you mean `application`\?$/m,
    );
    expect(
      workflow.stderr
        .trimEnd()
        .split('\n')
        .every((line) => line.startsWith('::')),
    ).toBe(true);
  },
);
