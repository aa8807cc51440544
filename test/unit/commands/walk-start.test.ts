import { describe, expect, test } from 'vitest';
import { journalInForce } from '../../../src/commands/journal-in-force.ts';
import { rulesUpTo, walkStart } from '../../../src/commands/walk-start.ts';
import type { RunLine } from '../../../src/git/journal-branch.ts';
import { type Repository, repository } from '../git/repository.ts';
import { line } from './run-line.ts';

const WORKFLOW = { '.github/workflows/apply.yml': 'name: apply\n' };
const TENANT = 'policies/tenants/contoso.yaml';
const GONE = 'f'.repeat(40);
const settings = (journal: string) => ({
  'policies/settings.yaml': `journal:\n  branch: ${journal}\n`,
});

const start = ({ folder }: Repository, commit: string, ...runs: readonly RunLine[]) =>
  walkStart(folder, 'policies', commit, runs);

describe('a walk', () => {
  test('begins at the commit that brought the workflow, so that no first merge is lost', async () => {
    const repo = repository();
    repo.commit({ [TENANT]: 'a: 1\n' });
    const first = repo.commit(WORKFLOW);
    repo.commit({ [TENANT]: 'a: 2\n' });
    const commit = repo.commit({ 'README.md': 'more\n' });
    expect(await start(repo, commit)).toEqual({ after: first, rules: first, left: [], passed: false });
    // A run that left no report says nothing about where to begin, whatever its event told it.
    const lost = line(1, { outcome: 'unknown', after: commit });
    expect((await start(repo, commit, lost)).after).toBe(first);
  });

  test('begins at a first commit that has both, also where it has no parent', async () => {
    const repo = repository();
    const root = repo.commit({ ...WORKFLOW, [TENANT]: 'a: 1\n' });
    expect((await start(repo, root, line(1, { outcome: 'unknown' }))).after).toBe(root);
    const commit = repo.commit({ [TENANT]: 'a: 2\n' });
    expect((await start(repo, commit, line(1, { outcome: 'unknown' }))).after).toBe(root);
  });

  test('begins at the merge that brought the workflow, and not on the branch that was merged', async () => {
    const repo = repository();
    repo.commit({ 'README.md': 'text\n' });
    repo.run('checkout', '-q', '-b', 'topic');
    repo.commit(WORKFLOW);
    repo.run('checkout', '-q', 'main');
    repo.run('merge', '-q', '--no-ff', '-m', 'Bring it', 'topic');
    const merge = repo.run('rev-parse', 'HEAD');
    expect((await start(repo, repo.commit({ [TENANT]: 'a: 1\n' }))).after).toBe(merge);
  });

  test('without that workflow begins at the first policies', async () => {
    const repo = repository();
    repo.commit({ 'README.md': 'text\n' });
    const first = repo.commit({ [TENANT]: 'a: 1\n' });
    expect((await start(repo, repo.commit({ [TENANT]: 'a: 2\n' }))).after).toBe(first);
  });

  test('goes on after the last commit that was walked', async () => {
    const repo = repository();
    const first = repo.commit({ ...WORKFLOW, [TENANT]: 'a: 1\n' });
    const second = repo.commit({ [TENANT]: 'a: 2\n' });
    const third = repo.commit({ [TENANT]: 'a: 3\n' });
    const runs = [line(1, { commit: second, rules: first }), line(2, { outcome: 'unknown' })];
    expect(await start(repo, third, ...runs)).toMatchObject({ after: second, rules: first, passed: false });
    expect(await start(repo, first, ...runs)).toMatchObject({ after: second, passed: true });
  });

  test.each([
    ['the last applied commit', { commit: GONE }, 'The last applied commit ffffffffffff is not in'],
    ['that of the rules', { rules: GONE }, 'The commit whose rules of review are in force, ffffffffffff'],
  ])('says so where history was rewritten and %s is gone, and names a way on', async (_, more, said) => {
    const repo = repository();
    const commit = repo.commit({ ...WORKFLOW, [TENANT]: 'a: 1\n' });
    const run = line(1, { commit, ...more });
    await expect(start(repo, commit, run)).rejects.toMatchObject({
      name: 'HistoryUnknown',
      message: expect.stringContaining(said),
      fix: expect.stringMatching(/Run workflow on it with both fields left empty/),
    });
    // What a replan journals: the rules are judged anew from the first commit on, never taken as they stand.
    const next = repo.commit({ [TENANT]: 'a: 2\n' });
    expect(await rulesUpTo(repo.folder, 'policies', next, [run])).toBe(commit);
  });

  test('says so where the last applied commit is on another branch', async () => {
    const repo = repository();
    repo.commit({ ...WORKFLOW, [TENANT]: 'a: 1\n' });
    const amended = repo.commit({ [TENANT]: 'a: 2\n' });
    repo.run('reset', '-q', '--hard', 'HEAD~1');
    const commit = repo.commit({ [TENANT]: 'a: 3\n' });
    await expect(start(repo, commit, line(1, { commit: amended }))).rejects.toThrow(/Nothing was sent/);
  });
});

describe('the journal', () => {
  /** A branch with these lines, as a clone knows it. */
  const journalled = (repo: Repository, branch: string, ...runs: readonly RunLine[]) => {
    repo.run('checkout', '-q', '--orphan', branch);
    repo.run('rm', '-rfq', '.');
    repo.commit({ 'runs.jsonl': runs.map((run) => `${JSON.stringify(run)}\n`).join('') });
    repo.run('update-ref', `refs/remotes/origin/${branch}`, 'HEAD');
    repo.run('checkout', '-q', 'main');
  };
  const inForce = async ({ folder }: Repository, commit: string) => {
    const { branch, journal } = await journalInForce(folder, 'policies', commit);
    return { branch, runs: journal.kind === 'read' ? journal.runs.map(({ run }) => run) : 'none' };
  };

  test('stays where it began, whatever the newest settings name and whether that is there or not', async () => {
    const repo = repository();
    const first = repo.commit({ ...WORKFLOW, ...settings('records') });
    const moved = repo.commit(settings('elsewhere'));
    expect(await inForce(repo, moved)).toEqual({ branch: 'records', runs: 'none' });
    journalled(repo, 'elsewhere', line(9, { commit: moved }));
    expect(await inForce(repo, moved)).toEqual({ branch: 'records', runs: 'none' });
    journalled(repo, 'records', line(1, { commit: first }), line(2, { commit: moved, rules: first }));
    expect(await inForce(repo, moved)).toEqual({ branch: 'records', runs: [1, 2] });
  });

  test('goes on where a run found another one in force, and forgets nothing', async () => {
    const repo = repository();
    const first = repo.commit({ ...WORKFLOW, ...settings('records') });
    const moved = repo.commit(settings('elsewhere'));
    journalled(repo, 'records', line(1, { commit: first }), line(2, { commit: moved, rules: moved }));
    expect(await inForce(repo, moved)).toEqual({ branch: 'elsewhere', runs: [1, 2] });
    journalled(repo, 'elsewhere', line(3, { commit: moved, rules: moved }));
    expect(await inForce(repo, moved)).toEqual({ branch: 'elsewhere', runs: [1, 2, 3] });
  });

  test('does not go back to a branch that was left', async () => {
    const repo = repository();
    const first = repo.commit({ ...WORKFLOW, ...settings('records') });
    const moved = repo.commit(settings('elsewhere'));
    const back = repo.commit(settings('records'));
    journalled(repo, 'records', line(1, { commit: first }), line(2, { commit: moved }));
    journalled(repo, 'elsewhere', line(3, { commit: back }));
    expect(await inForce(repo, back)).toEqual({ branch: 'elsewhere', runs: [1, 2, 3] });
  });
});
