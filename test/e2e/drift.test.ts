import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { iosmail, ROOT } from './iosmail.ts';
import { flawsIn } from './world.ts';

test('the commands of the guide, as they stand there', async () => {
  const guide = readFileSync(join(ROOT, 'docs/drift.md'), 'utf8');
  const block = /```\n(iosmail drift [\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const commands = block.trim().split('\n');
  expect(commands).toHaveLength(3);
  const [all, some, one] = await Promise.all(commands.map((command) => iosmail(command.split(' ').slice(1))));
  expect([all?.code, some?.code, one?.code]).toEqual([0, 0, 0]);
  expect(all?.stdout).toMatch(/^Drift: 6 of 8 tenants differ; 2 as merged; 0 failed\.$/m);
  expect(some?.stdout).toMatch(/^\*\*Drift: 1 of 2 tenants differs; 1 as merged; 0 failed\.\*\*$/m);
  expect(one?.stdout).toMatch(/^contoso \S+ {2}as merged$/m);
  for (const run of [all, some, one]) if (run !== undefined) expect(flawsIn(run)).toEqual([]);
});

test('drift is exit code 2 only where it is asked for, and a journal that is not here is unknown', async () => {
  const run = await iosmail([
    'drift',
    '--sandbox',
    '--tenant',
    'adatum',
    '--detailed-exitcode',
    '--format',
    'json',
  ]);
  expect(run.code).toBe(2);
  const { formatVersion, tenants } = JSON.parse(run.stdout);
  expect([formatVersion, tenants[0].status]).toEqual([1, 'differs']);
  expect(new Set(tenants[0].settings.map(({ kind }: { readonly kind: string }) => kind))).toEqual(
    new Set(['unknown']),
  );
});
