import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { iosmail, ROOT } from './iosmail.ts';
import { flawsIn } from './world.ts';

test('the commands of the guide, as they stand there: drift is exit code 2 only where that is asked for', async () => {
  const guide = readFileSync(join(ROOT, 'docs/drift.md'), 'utf8');
  const block = /```\n(iosmail drift [\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const commands = block.trim().split('\n');
  expect(commands).toHaveLength(2);
  const runs = await Promise.all(commands.map((command) => iosmail(command.split(' ').slice(1))));
  expect(runs.map(({ code }) => code)).toEqual([0, 2]);
  for (const run of runs) expect(flawsIn(run)).toEqual([]);
  const [text, json] = runs.map(({ stdout }) => stdout);
  expect(text).toMatch(/^contoso \S+ {2}as merged$/m);
  expect(text).toMatch(/^Drift: 1 of 2 tenants differs; 1 as merged; 0 failed\.$/m);
  const { formatVersion, tenants } = JSON.parse(json ?? '');
  expect([formatVersion, tenants[0].status]).toEqual([1, 'differs']);
  // Whether it ever was applied, a journal would have to tell.
  const kinds: readonly string[] = tenants[0].settings.map(({ kind }: { readonly kind: string }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['unknown']));
});
