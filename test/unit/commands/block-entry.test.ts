import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEntry } from '../../../src/commands/block-entry.ts';
import { repository } from '../git/repository.ts';

const FILE = 'policies/tenants/contoso.yaml';
const POLICY = 'tenant:\n  name: contoso\n';

function committed(text: string): string {
  const { folder, commit } = repository();
  commit({ [FILE]: text });
  return folder;
}

test('an entry is put back byte for byte, unless somebody wrote into the file meanwhile', async () => {
  const folder = committed(POLICY);
  const file = join(folder, FILE);
  const text = () => readFileSync(file, 'utf8');
  const entry = openEntry(join(folder, 'policies'), 'contoso', file, { kind: 'blocked', reason: 'x' });
  await entry.write();
  expect(text()).toContain('kind: blocked');
  expect(await entry.putBack()).toBeUndefined();
  expect(text()).toBe(POLICY);
  await entry.write();
  const theirs = `${text()}# mine\n`;
  writeFileSync(file, theirs);
  expect(await entry.putBack()).toMatch(/may still stand in .*contoso\.yaml: take it out/);
  expect(text()).toBe(theirs);
});

test('a file that cannot be edited keeps no tenant from being blocked', async () => {
  const folder = committed('- a list\n');
  const entry = openEntry(join(folder, 'policies'), 'contoso', join(folder, FILE), {
    kind: 'blocked',
    reason: 'x',
  });
  await entry.write();
  expect(await entry.commit()).toMatchObject({
    kind: 'not committed',
    written: false,
    fix: expect.any(String),
  });
  expect(await entry.putBack()).toBeUndefined();
});
