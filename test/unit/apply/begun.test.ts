import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { begunIn, hasBegun, openJournal } from '../../../src/apply/journal.ts';
import { withoutNames } from '../../../src/git/run-lines.ts';

const TENANT = '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11';
const [OURS, OTHER] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
const RUN = '4c2c9c47-0f5c-4c2c-9c47-0d6a1c9b2e11';
const now = () => new Date('2026-11-24T09:00:00.000Z');

function journal(folder: string, digest: string) {
  return openJournal(folder, { run: RUN, tenant: TENANT, digest }, now);
}

test('a plan has begun once a request of it went out, not when a run only looked, and not by another plan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-begun-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(hasBegun(folder, TENANT, OURS)).toBe(false);
  journal(folder, OURS).write({ event: 'begin', reviewed: true, steps: 2, left: 2 });
  const request = { method: 'PATCH', path: '/servicePrincipals/x', body: { note: OURS } } as const;
  journal(folder, OTHER).write({ event: 'sending', step: 1, request });
  expect(hasBegun(folder, TENANT, OURS)).toBe(false);
  journal(folder, OURS).write({ event: 'sending', step: 1, request });
  expect(hasBegun(folder, TENANT, OURS)).toBe(true);
});

test('what the journal branch keeps of a run tells it too, and a line cut off does not', () => {
  const line = JSON.stringify({
    time: now(),
    run: RUN,
    tenant: TENANT,
    digest: OURS,
    event: 'sending',
    step: 1,
  });
  expect(begunIn(withoutNames(`${line}\n`), OURS)).toBe(true);
  expect(begunIn(line.slice(0, -3), OURS)).toBe(false);
});
