import { expect, test } from 'vitest';
import { acquireLock, LOCK, lockHolder, releaseLock } from '../../../src/git/lock.ts';
import { remote } from './remote.ts';

const holder = (run: number, attempt = 1) => ({
  run,
  attempt,
  url: `https://github.com/o/r/actions/runs/${run}`,
  time: '2026-11-24T09:00:00.000Z',
});
const running = async () => false;
const over = async () => true;

test('of two that ask at once exactly one holds the lock', async () => {
  const origin = remote();
  const [a, b] = [origin.clone('a'), origin.clone('b')];
  const locks = await Promise.all([acquireLock(a, holder(1), running), acquireLock(b, holder(2), running)]);
  expect(locks.map(({ kind }) => kind).sort()).toEqual(['held', 'taken']);
  const winner = locks[0].kind === 'held' ? 1 : 2;
  expect(JSON.parse(origin.run('show', '-s', '--format=%B', LOCK))).toEqual(holder(winner));
  expect(locks[2 - winner]).toEqual({ kind: 'taken', by: holder(winner) });
});

test('of two that take over from a run that is over exactly one does', async () => {
  const origin = remote();
  const [a, b] = [origin.clone('a'), origin.clone('b')];
  await acquireLock(a, holder(1), running);
  const isOver = async (run: number) => run === 1;
  const locks = await Promise.all([acquireLock(a, holder(2), isOver), acquireLock(b, holder(3), isOver)]);
  expect(locks.map(({ kind }) => kind).sort()).toEqual(['held', 'taken']);
});

test('a later attempt of the same run takes over, another run does not', async () => {
  const repo = remote().clone('a');
  await acquireLock(repo, holder(1), running);
  expect(await acquireLock(repo, holder(2), running)).toEqual({ kind: 'taken', by: holder(1) });
  expect(await acquireLock(repo, holder(1, 2), running)).toEqual({ kind: 'held' });
});

test('only its own lock is released', async () => {
  const origin = remote();
  const repo = origin.clone('a');
  await acquireLock(repo, holder(1), running);
  await releaseLock(repo, 2);
  expect(origin.run('branch', '--list', LOCK)).toContain(LOCK);
  await releaseLock(repo, 1);
  expect(origin.run('branch', '--list', LOCK)).toBe('');
  await releaseLock(repo, 1);
});

test('a branch of that name that is no lock is never taken over', async () => {
  const origin = remote();
  const repo = origin.clone('a');
  await acquireLock(repo, holder(1), running);
  const tree = origin.run('rev-parse', `${LOCK}^{tree}`);
  origin.run('update-ref', `refs/heads/${LOCK}`, origin.run('commit-tree', '-m', 'mine', tree));
  await expect(acquireLock(repo, holder(2), over)).rejects.toThrow('not made by iosmail');
});

test('who is overtaken between the look and the push does not hold the lock', async () => {
  const origin = remote();
  const [a, b] = [origin.clone('a'), origin.clone('b')];
  await acquireLock(a, holder(1), running);
  const overtaken = async () => {
    expect(await acquireLock(b, holder(3), over)).toEqual({ kind: 'held' });
    return true;
  };
  expect(await acquireLock(a, holder(2), overtaken)).toEqual({ kind: 'taken', by: holder(3) });
  expect(JSON.parse(origin.run('show', '-s', '--format=%B', LOCK))).toEqual(holder(3));
});

test('who holds the lock is read from the remote as it is now, and nothing is written there', async () => {
  const origin = remote();
  const [a, b] = [origin.clone('a'), origin.clone('b')];
  expect(await lockHolder(b)).toBeUndefined();
  expect(origin.run('branch', '--list')).toBe('');
  await acquireLock(a, holder(1, 2), running);
  expect(await lockHolder(b)).toEqual(holder(1, 2));
  await acquireLock(a, holder(3), over);
  expect(await lockHolder(b)).toEqual(holder(3));
  await releaseLock(a, 3);
  expect(await lockHolder(b)).toBeUndefined();
});
