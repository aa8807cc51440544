import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Octokit } from 'octokit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeGitHub, serveGitHub } from '../github/fake.ts';
import type { Scopes } from '../github/hub.ts';

const run = promisify(execFile);
const at = { owner: 'contoso', repo: 'policies' } as const;
const ALL: Scopes = {
  contents: 'write',
  'pull-requests': 'write',
  issues: 'write',
  checks: 'write',
  actions: 'read',
  deployments: 'write',
  statuses: 'write',
};

let fake: FakeGitHub;
let work: string;
let gitToken: string;

const client = (auth: string) =>
  new Octokit({ auth, baseUrl: fake.apiUrl, throttle: { enabled: false }, retry: { enabled: false } });
const workflow = (permissions: Scopes = ALL) => client(fake.workflowToken(permissions));

async function git(...args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: work,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
  const { stdout } = await run('git', ['-C', work, ...args], { env });
  return stdout.trim();
}

/** Commits one file as somebody, and gives the commit. */
async function commit(
  file: string,
  content: string,
  by = 'ada',
  message = `Change ${file}`,
): Promise<string> {
  writeFileSync(join(work, file), content);
  await git('add', '--all');
  await git('-c', `user.name=${by}`, '-c', `user.email=${by}@users.test`, 'commit', '--quiet', '-m', message);
  return await git('rev-parse', 'HEAD');
}

/** A branch off main with one commit for each file, pushed. */
async function branch(name: string, ...files: readonly string[]): Promise<string> {
  await git('checkout', '--quiet', '-B', name, 'main');
  for (const file of files) await commit(file, `${name}\n`);
  await git('push', '--quiet', '--force', 'origin', name);
  return await git('rev-parse', 'HEAD');
}

beforeEach(async () => {
  fake = await serveGitHub({
    ...at,
    users: {
      contoso: { permission: 'admin', id: 1 },
      ada: { permission: 'write', id: 2 },
      bob: { permission: 'maintain', id: 3 },
      eve: { permission: 'read', id: 4 },
    },
  });
  work = mkdtempSync(join(tmpdir(), 'github-fake-test-'));
  gitToken = fake.token({ login: 'ada', permissions: { contents: 'write' } });
  await git('clone', '--quiet', fake.cloneUrl(gitToken), '.');
  await git('checkout', '--quiet', '-B', 'main');
  await commit('README.md', 'hello\n');
  await git('push', '--quiet', 'origin', 'main');
});

afterEach(async () => {
  // The slice holds what the product asks for; the fake knows a little more.
  expect(fake.complaints.filter((each) => !each.includes('outside the slice'))).toEqual([]);
  await fake.close();
  rmSync(work, { recursive: true, force: true });
});

describe('pull requests follow Git', () => {
  it('moves the head with a push, and tells the files', async () => {
    const first = await branch('change', 'a.yaml');
    const pull = await fake.openPull({ branch: 'change', author: 'ada' });
    const { rest } = workflow();
    const before = await rest.pulls.get({ ...at, pull_number: pull.number });
    expect(before.data).toMatchObject({
      state: 'open',
      changed_files: 1,
      head: { sha: first, ref: 'change' },
    });
    const second = await commit('b.yaml', 'more\n');
    await git('push', '--quiet', 'origin', 'change');
    const after = await rest.pulls.get({ ...at, pull_number: pull.number });
    expect(after.data).toMatchObject({ commits: 2, head: { sha: second }, mergeable: true, merged: false });
    const files = await rest.pulls.listFiles({ ...at, pull_number: pull.number });
    expect(files.data.map(({ filename, status }) => [filename, status])).toEqual([
      ['a.yaml', 'added'],
      ['b.yaml', 'added'],
    ]);
    const found = await rest.pulls.list({ ...at, head: 'contoso:change' });
    expect(found.data.map(({ number }) => number)).toEqual([pull.number]);
  });

  it('merges with a merge commit', async () => {
    const head = await branch('change', 'a.yaml');
    const pull = await fake.openPull({ branch: 'change', author: 'ada' });
    const merged = await fake.merge(pull, { method: 'merge', by: 'bob' });
    await git('fetch', '--quiet', 'origin');
    expect(await git('rev-parse', 'origin/main')).toBe(merged);
    expect(await git('rev-parse', 'origin/main^2')).toBe(head);
    const { data } = await workflow().rest.pulls.get({ ...at, pull_number: pull.number });
    expect(data).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: merged,
      head: { sha: head },
    });
  });
});
