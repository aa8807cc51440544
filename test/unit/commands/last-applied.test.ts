// Which policy a tenant was brought to last, by the journal: what tells drift from what was merged and never applied.
import { describe, expect, test } from 'vitest';
import { appliedPolicies, lastLine } from '../../../src/commands/last-applied.ts';
import type { RunLine } from '../../../src/git/journal-branch.ts';
import { loadPolicies } from '../../../src/policy/load.ts';
import { type Repository, repository } from '../git/repository.ts';
import { line } from './run-line.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const DAY = '2026-11-24';
const TENANT = 'policies/tenants/contoso.yaml';
const WORKFLOW = { '.github/workflows/apply.yml': 'name: apply\n' };
const policy = (visible: boolean) =>
  `tenant:\n  name: contoso\n  id: ${ID}\napplication:\n  visibleToUsers: ${visible}\n`;

const applied = { [ID]: { outcome: 'applied' as const } };

/** Puts a journal where a clone has the branch of the remote. */
function journal(
  { run, commit }: Repository,
  runs: readonly RunLine[],
  entries: readonly object[] = [],
): void {
  const jsonl = (lines: readonly object[]) => lines.map((each) => `${JSON.stringify(each)}\n`).join('');
  run('checkout', '-q', '--orphan', 'journal');
  run('rm', '-rfq', '.');
  const at = commit({ 'runs.jsonl': jsonl(runs), [`tenants/${ID}.jsonl`]: jsonl(entries) });
  run('update-ref', 'refs/remotes/origin/iosmail-journal', at);
  run('checkout', '-q', 'main');
}

async function found({ folder }: Repository) {
  const { tenants } = await loadPolicies(`${folder}/policies`, DAY);
  expect(tenants).toHaveLength(1);
  const all = await appliedPolicies(`${folder}/policies`, tenants, DAY);
  const one = all.get(ID);
  return { last: one?.last, visible: one?.policy?.desired.application.visibleToUsers };
}

describe('in a repository', () => {
  test('the policy of the commit of the last apply, and when that had read the tenant back', async () => {
    const repo = repository();
    const old = repo.commit({ ...WORKFLOW, [TENANT]: policy(false) });
    repo.commit({ [TENANT]: policy(true) });
    const end = (time: string) => ({ time, run: 'r', event: 'end', outcome: 'applied' });
    journal(
      repo,
      [line(1, { commit: old, tenants: applied })],
      [end('2026-11-20T08:00:00.000Z'), end('2026-11-21T08:58:00.000Z'), end('2026-11-21T09:30:00.000Z')],
    );
    expect(await found(repo)).toEqual({
      last: { kind: 'known', time: '2026-11-21T08:58:00.000Z' },
      visible: false,
    });
  });

  test('a run with nothing to do counts, from three hours before it was journalled on', async () => {
    const repo = repository();
    const commit = repo.commit({ ...WORKFLOW, [TENANT]: policy(true) });
    journal(repo, [line(1, { commit, tenants: { [ID]: { outcome: 'nothing to do' } } })]);
    expect(await found(repo)).toEqual({
      last: { kind: 'known', time: '2026-11-21T06:00:00.000Z' },
      visible: true,
    });
  });

  test.each<readonly [string, (repo: Repository, commit: string) => void, unknown]>([
    [
      'no journal branch',
      () => {},
      { kind: 'unknown', why: expect.stringContaining('there is no journal here') },
    ],
    [
      'a commit that is not here',
      (repo) => journal(repo, [line(1, { commit: 'f'.repeat(40), tenants: applied })]),
      { kind: 'unknown', why: expect.stringContaining('not in this clone') },
    ],
    [
      'a damaged journal',
      (repo, commit) => journal(repo, [line(1, { commit }), { run: 1 } as never]),
      { kind: 'unknown', why: expect.stringContaining('could not be read') },
    ],
    [
      'only applies that did not go through',
      (repo, commit) => journal(repo, [line(1, { commit, tenants: { [ID]: { outcome: 'refused' } } })]),
      { kind: 'never' },
    ],
    [
      'only applies of others',
      (repo, commit) => journal(repo, [line(1, { commit })]),
      { kind: 'unknown', why: 'the journal knows of no apply of this tenant' },
    ],
  ])('%s', async (_, prepare, last) => {
    const repo = repository();
    prepare(repo, repo.commit({ ...WORKFLOW, [TENANT]: policy(true) }));
    expect((await found(repo)).last).toEqual(last);
  });

  test('a folder outside any repository', async () => {
    const { tenants } = await loadPolicies('policies', DAY);
    const all = await appliedPolicies('/nowhere', tenants, DAY);
    expect(all.size).toBe(tenants.length);
    for (const { last } of all.values()) expect(last.kind).toBe('unknown');
  });
});

describe('by the runs', () => {
  const A = 'a'.repeat(40);
  const B = 'b'.repeat(40);
  test.each<readonly [string, readonly RunLine[], object]>([
    [
      'the newest that went through',
      [line(1, { commit: A, tenants: applied }), line(2, { commit: B, tenants: applied })],
      { commit: B },
    ],
    [
      'a later one that failed before it sent',
      [
        line(1, { commit: A, tenants: applied }),
        line(2, { commit: B, tenants: { [ID]: { outcome: 'failed' } } }),
      ],
      { commit: A },
    ],
    [
      'a later one that ended in part',
      [
        line(1, { commit: A, tenants: applied }),
        line(2, { commit: B, tenants: { [ID]: { outcome: 'partly applied' } } }),
      ],
      { commit: A, but: 'the last apply ended in part' },
    ],
    [
      'a later one that was lost',
      [line(1, { commit: A, tenants: applied }), line(2, { outcome: 'unknown' })],
      { commit: A, but: expect.stringContaining('without a report') },
    ],
    [
      'a fresh plan: the commit of the run that posted it',
      [
        line(1, { commit: A, fresh: 'sha256:1', tenants: { [ID]: { outcome: 'stale' } } }),
        line(2, { by: 'fresh plan', tenants: applied }),
      ],
      { commit: A },
    ],
    [
      'a fresh plan that nobody posted',
      [line(2, { by: 'fresh plan', tenants: applied })],
      { last: { kind: 'unknown', why: expect.stringContaining('which commit') } },
    ],
    ['nothing but a lost run', [line(1, { outcome: 'unknown' })], { last: { kind: 'unknown' } }],
  ])('%s', (_, runs, expected) => {
    const told = lastLine(runs, ID);
    expect(told).toMatchObject(expected);
    if (!('but' in expected)) expect(told).not.toHaveProperty('but');
  });
});
