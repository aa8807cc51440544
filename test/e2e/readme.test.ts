import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import pkg from '../../package.json' with { type: 'json' };
import { iosmail, ROOT } from './iosmail.ts';
import { serveTenants } from './world.ts';

const FILE = join(ROOT, 'README.md');
const readme = readFileSync(FILE, 'utf8');
const PICTURE = /(<!-- plan:adatum -->\n```\n)([\s\S]*?)(```\n<!-- \/plan -->)/;

test('the picture is what a plan of adatum prints (UPDATE_README=1 takes it over)', async () => {
  const run = await iosmail(['plan', '--sandbox', '--tenant', 'adatum', '--policies', 'policies']);
  expect(run.code, run.stderr).toBe(0);
  if (process.env.UPDATE_README === '1') {
    writeFileSync(
      FILE,
      readme.replace(PICTURE, (_all, before, _old, after) => `${before}${run.stdout}${after}`),
    );
  } else {
    expect(PICTURE.exec(readme)?.[2]).toBe(run.stdout);
  }
});

test('the policy is valid', async () => {
  const policy = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const name = /^ {2}name: (\S+)/m.exec(policy)?.[1];
  const world = await serveTenants();
  world.put(`policies/tenants/${name}.yaml`, policy);
  const run = await world.run(['validate', '--format', 'json']);
  expect(run.code, run.stdout).toBe(0);
  const { findings, tenants } = JSON.parse(run.stdout);
  expect(tenants).toEqual([name]);
  expect(findings.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);
});

test('its commands are commands, with options that are there', async () => {
  const commands = [...readme.matchAll(/^(?: *)(?:node dist\/cli\.js|iosmail) ([^\n#]+)/gm)].map(
    ([, words = '']) => words.trim().split(/ +/),
  );
  expect(commands.length).toBeGreaterThan(3);
  for (const [command = '', ...words] of commands) {
    const help = await iosmail([command, '--help']);
    expect(help.code, command).toBe(0);
    for (const option of words.filter((word) => word.startsWith('--')))
      expect(help.stdout, `${command} ${option}`).toContain(option);
  }
  const scripts: readonly string[] = [
    ...readme.matchAll(/npm (?:run )?(start|test|check|bench|build)\b/g),
  ].map(([, script = '']) => script);
  for (const script of scripts) expect(Object.keys(pkg.scripts)).toContain(script);
});

test('its exit codes are those of --help', async () => {
  const { stdout } = await iosmail(['--help']);
  const helped = [...stdout.matchAll(/^ {2}(\d+) {2,}\S/gm)].map(([, code]) => code);
  const section = /## Exit codes\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
  const told = [...section.matchAll(/`(\d+)`/g)].map(([, code]) => code);
  expect(told.toSorted()).toEqual(helped.toSorted());
  expect(/counts: ([\d, ]+)$/m.exec(stdout)?.[1]?.split(', ').concat('0')).toEqual(told);
});
