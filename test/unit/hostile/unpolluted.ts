import { afterEach, expect, vi } from 'vitest';
import { DEEP } from '../../depth.ts';

const KEYS = Reflect.ownKeys(Object.prototype).length + Reflect.ownKeys(Array.prototype).length;

/** After every test of the file: what all objects share is as it was. Gives the tests of the deep run their time. */
export function staysUnpolluted(): void {
  vi.setConfig({ testTimeout: DEEP ? 1_800_000 : 60_000 });
  afterEach(() => {
    expect(Reflect.ownKeys(Object.prototype).length + Reflect.ownKeys(Array.prototype).length).toBe(KEYS);
    expect('polluted' in {}).toBe(false);
  });
}

/** What was thrown is a message for a person, with a way out, and no accident of the language. */
export function expectTold(error: unknown, where: string): void {
  expect(error, where).toBeInstanceOf(Error);
  const { message, fix } = error as Error & { fix?: unknown };
  expect(message.length, where).toBeGreaterThan(15);
  expect(String(fix ?? '').length, where).toBeGreaterThan(8);
  // The library that signs in has its own words for an answer it does not understand; ours stand around them.
  if (message.startsWith('Could not sign in to tenant ')) return;
  expect(`${message} ${fix}`, where).not.toMatch(
    /undefined|\[object|call stack|is not (a function|iterable)|Cannot read|defect of iosmail/,
  );
}

/** Milliseconds of computing so far: a busy machine does not make a program slow. */
export function computing(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
