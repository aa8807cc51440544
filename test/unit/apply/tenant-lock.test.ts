import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { JournalError } from '../../../src/apply/journal.ts';
import { type Holder, LockHeld, takeLock } from '../../../src/apply/tenant-lock.ts';
import { newProcess } from '../../scenarios/holder.ts';

const TENANT = { name: 'contoso', id: '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11' };
const now = () => new Date('2026-11-24T09:00:00Z');

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'iosmail-lock-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function take(at: string, holder: Holder, run = 'r1'): () => void {
  return takeLock(at, TENANT, { holder, run, now });
}

/** Why a lock is not had. */
function refusal(at: string, holder: Holder): LockHeld {
  try {
    take(at, holder, 'r2');
  } catch (error) {
    if (error instanceof LockHeld) return error;
    throw error;
  }
  throw new Error('the lock was taken');
}

const lockOf = (at: string) => join(at, `${TENANT.id}.lock`);
const living = (pid: number) => newProcess({ pid, lives: () => true });

test('one run has it; the other is told who, and has it once it is given back', () => {
  const at = join(folder(), 'made', 'meanwhile');
  const first = living(11);
  const release = take(at, first);
  const { message, fix } = refusal(at, living(12));
  expect(message).toBe(
    'Tenant contoso is being applied by process 11 on desk, since 2026-11-24T09:00:00.000Z (run r1). Nothing was sent.',
  );
  expect(fix).toBe('Wait until process 11 has ended, then run the same apply again.');
  expect(() => take(at, first), 'the same process twice').toThrow(LockHeld);
  release();
  expect(readdirSync(at)).toEqual([]);
  take(at, living(12))();
});

test('the locks of two tenants have nothing to do with each other', () => {
  const at = folder();
  take(at, living(11));
  takeLock(at, { name: 'fabrikam', id: 'other' }, { holder: living(12), run: 'r2', now });
});

test('what a dead process of this host left behind is taken over', () => {
  const at = folder();
  const first = living(11);
  const late = take(at, first);
  const release = take(at, newProcess({ pid: 12, lives: (pid) => pid !== 11 }), 'r2');
  expect(readdirSync(at)).toEqual([`${TENANT.id}.lock`]);
  // What was taken for dead cannot take away what is no longer its own.
  late();
  expect(readFileSync(lockOf(at), 'utf8')).toContain('"run":"r2"');
  release();
  expect(readdirSync(at)).toEqual([]);
});

test('a number that came back is another process', () => {
  const at = folder();
  take(at, living(11));
  take(at, living(11), 'r2')();
  expect(existsSync(lockOf(at))).toBe(false);
});

test('of many that take over at once one has it, whatever comes between looking and taking', () => {
  const at = folder();
  take(at, newProcess({ pid: 11 }));
  let first: (() => void) | undefined;
  // Whether the old one lives is asked right before the lock is taken over: here comes another run, all the way.
  const between = newProcess({
    pid: 12,
    lives: (pid) => {
      if (pid === 11) first ??= take(at, newProcess({ pid: 13 }), 'r3');
      return pid !== 11;
    },
  });
  expect(refusal(at, between).message).toMatch(/by process 13 on desk, .*\(run r3\)/);
  first?.();
  take(at, newProcess({ pid: 14 }));
  expect(readdirSync(at)).toEqual([`${TENANT.id}.lock`]);
});

test('given back between looking and taking over: it is simply taken', () => {
  const at = folder();
  const release = take(at, newProcess({ pid: 11 }));
  const holder = newProcess({
    pid: 12,
    lives: () => {
      release();
      return false;
    },
  });
  take(at, holder, 'r2');
  expect(readFileSync(lockOf(at), 'utf8')).toContain('"run":"r2"');
  expect(readdirSync(at)).toEqual([`${TENANT.id}.lock`]);
});

test('somebody is taking over already: refused, with the file to delete should they have died of it', () => {
  const at = folder();
  take(at, newProcess({ pid: 11 }));
  writeFileSync(`${lockOf(at)}.takeover`, '');
  const { message, fix } = refusal(at, newProcess({ pid: 12 }));
  expect(message).toBe('Another run is taking over the lock of tenant contoso. Nothing was sent.');
  expect(fix).toContain(`delete ${lockOf(at)}.takeover first`);
});

test.each<readonly [string, Partial<Holder>]>([
  ['of another host', { host: 'laptop' }],
  ['of a container that counts its processes on its own', { space: 'pid:[2]' }],
])('one %s is never taken over: whether it lives cannot be told', (_, given) => {
  const at = folder();
  take(at, newProcess({ pid: 11, ...given }));
  const { message, fix } = refusal(at, newProcess({ pid: 12 }));
  expect(message).toContain(`by process 11 on ${given.host ?? 'desk'}`);
  expect(fix).toBe(
    `Run the same apply again later. Only if nothing applies this tenant any more, on any machine, delete ${lockOf(at)} first.`,
  );
});

test.each([
  '',
  'x',
  '[]',
  '{"pid":0}',
  '{"pid":-1,"started":1,"host":"desk","space":""}',
  '{"pid":1.5}',
  'null',
])('one that says %j is nobody’s to take over', (text) => {
  const at = folder();
  writeFileSync(lockOf(at), text);
  const { message, fix } = refusal(at, newProcess());
  expect(message).toContain(`${lockOf(at)}) cannot be read. Nothing was sent.`);
  expect(fix).toContain(`delete ${lockOf(at)} first`);
  expect(readFileSync(lockOf(at), 'utf8')).toBe(text);
});

test('a folder in its place cannot be read either', () => {
  const at = folder();
  mkdirSync(lockOf(at));
  expect(refusal(at, newProcess()).message).toContain('cannot be read');
});

test('given back when the process is made to end at once, and only once', () => {
  const at = folder();
  const acts = new Set<() => void>();
  const holder = newProcess({
    onExit: (act) => {
      acts.add(act);
      return () => acts.delete(act);
    },
  });
  take(at, holder);
  for (const act of acts) act();
  expect(readdirSync(at)).toEqual([]);
  expect(acts.size).toBe(0);
  take(at, holder)();
  expect(acts.size).toBe(0);
});

test('no journal, no lock, no apply', () => {
  const at = join(folder(), 'file');
  writeFileSync(at, '');
  expect(() => take(at, newProcess())).toThrow(JournalError);
});
