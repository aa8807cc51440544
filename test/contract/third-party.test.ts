import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('where somebody else’s client cannot run, that is said, and no success', () => {
  const ended = spawnSync(process.execPath, ['scripts/third-party-client.mjs'], {
    encoding: 'utf8',
    env: { PATH: '/nonexistent' },
  });
  expect(ended).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^Cannot run the client: a network of its own|^Cannot run the client: this system/,
    ),
  });
});
