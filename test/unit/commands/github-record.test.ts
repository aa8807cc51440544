import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { githubRecord } from '../../../src/commands/github-record.ts';
import { acquireLock, LOCK } from '../../../src/git/lock.ts';
import { remote } from '../git/remote.ts';

async function refusing(): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{"message":"Not Found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

test('a run that died, on a GitHub that refuses everything: journalled as unknown, lock released, failures told', async () => {
  const origin = remote();
  const repository = origin.clone('a');
  const now = () => new Date('2026-11-24T09:00:00.000Z');
  const holder = {
    run: 42,
    attempt: 1,
    url: 'https://github.com/o/r/actions/runs/42',
    time: now().toISOString(),
  };
  await acquireLock(repository, holder, async () => false);
  const policies = join(repository, 'policies');
  mkdirSync(policies);
  writeFileSync(join(policies, 'settings.yaml'), '{}\n');
  const { code, lines } = await githubRecord({
    repository,
    policies,
    journal: join(repository, 'no-journal'),
    day: '2026-11-24',
    version: '1',
    now,
    env: {
      GITHUB_TOKEN: 'token',
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_RUN_ID: '42',
      GITHUB_API_URL: await refusing(),
      GITHUB_SHA: 'c'.repeat(40),
    },
  });
  expect(code).toBe(1);
  expect(lines.join('\n')).toContain('error: no deployment was made');
  expect(lines.join('\n')).toContain('error: the failure issue was not written');
  expect(JSON.parse(origin.run('show', 'iosmail-journal:runs.jsonl'))).toMatchObject({
    run: 42,
    outcome: 'unknown',
  });
  expect(origin.run('branch', '--list', LOCK)).toBe('');
});
