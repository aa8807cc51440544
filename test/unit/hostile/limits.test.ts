import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROWS = [...readFileSync('docs/limits.md', 'utf8').matchAll(/^\|.*\| `(\S+)` `(.+)` \|$/gm)];

test('the documented limits are those of the source', () => {
  expect(ROWS.length).toBeGreaterThan(10);
  for (const [, file = '', definition = ''] of ROWS)
    expect(readFileSync(file, 'utf8'), file).toContain(`const ${definition};`);
});
