import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { iosmail, ROOT } from './iosmail.ts';

test('the guide for an existing tenant: its first commands, as they stand there', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'iosmail-import-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const guide = readFileSync(join(ROOT, 'docs/import.md'), 'utf8');
  const block = /```\n(iosmail import [\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const commands = block.trim().split('\n');
  expect(commands).toHaveLength(3);
  const runs = [];
  for (const command of commands) runs.push(await iosmail(command.split(' ').slice(1), { cwd }));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(runs[2]?.stdout).toContain('0 to add, 0 to change, 0 to remove in 0 of 8 tenants');
  const tenants = join(cwd, 'imported', 'tenants');
  expect(readdirSync(tenants)).toHaveLength(8);

  // Again, with nobody to ask: every file stays.
  const before = readdirSync(tenants).map((name) => readFileSync(join(tenants, name), 'utf8'));
  const again = await iosmail(['import', '--sandbox', '--out', 'imported', '--json', '--tenant', 'contoso'], {
    cwd,
  });
  expect(again.code).toBe(1);
  const { formatVersion, tenants: told } = JSON.parse(again.stdout);
  expect([formatVersion, told.length]).toEqual([1, 1]);
  expect(told[0]).toMatchObject({ status: 'failed', error: { fix: expect.stringContaining('--force') } });
  expect(readdirSync(tenants).map((name) => readFileSync(join(tenants, name), 'utf8'))).toEqual(before);
});

test.each([
  [['--sandbox']],
  [['--out', 'x', '--tenant-id', 'contoso', '--name', 'contoso']],
  [['--out', 'x', '--name', 'contoso']],
  [['--out', 'x', '--sandbox', '--tenant-id', '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11', '--name', 'a']],
  [['--out', 'x', '--tenant-id', '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11', '--name', '../a']],
])('wrong arguments: %j', async (argv) => {
  expect((await iosmail(['import', ...argv])).code).toBe(64);
});
