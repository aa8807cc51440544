import { expect, test } from 'vitest';
import type { ApplyReport } from '../../../src/core/report.ts';
import { runLineOf, withoutNames } from '../../../src/git/run-lines.ts';

const CONTOSO = '11111111-2222-4333-8444-555555555555';
const ADA = 'aaaaaaaa-2222-4333-8444-555555555555';
const NAMES = /ada|example|contoso/i;
const head = {
  time: '2026-11-24T09:00:00.000Z',
  run: CONTOSO,
  tenant: CONTOSO,
  digest: `sha256:${'a'.repeat(64)}`,
};

test('no name from a run reaches the journal branch, ids do', () => {
  const body = { displayName: 'Ada Example', mail: 'ada@example.com' };
  const entries = [
    { ...head, event: 'losing', people: [ADA, 'ada@example.com', 'Ada Example'] },
    { ...head, event: 'sending', step: 1, request: { method: 'POST', path: `/users/${ADA}`, body } },
    { ...head, event: 'sending', step: 2, request: { method: 'POST', path: '/users/ada@example.com', body } },
    { ...head, event: 'answered', step: 1, result: 'done', status: 204, note: 'Ada Example' },
    { ...head, event: 'end', outcome: 'partly applied', note: 'ada@example.com', who: 'Ada Example' },
    { ...head, event: 'Ada Example', tenant: 'Contoso' },
  ];
  const kept = withoutNames(`${entries.map((each) => JSON.stringify(each)).join('\n')}\n{"cut":"Ada`);
  expect(kept).not.toMatch(NAMES);
  const lines = kept
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each));
  expect(lines).toHaveLength(entries.length);
  expect(lines[0]).toEqual({ ...head, event: 'losing', people: [ADA] });
  expect(lines[1]).toEqual({
    ...head,
    event: 'sending',
    step: 1,
    request: { method: 'POST', path: `/users/${ADA}` },
  });
  expect(lines[3]).toEqual({ ...head, event: 'answered', step: 1, result: 'done', status: 204 });
});

test('the line of a run has outcomes and what is left, and no name', () => {
  const about = { time: head.time, run: 5, attempt: 1, url: 'https://github.com/o/r', by: 'merge' } as const;
  const report: ApplyReport = {
    formatVersion: 1,
    tool: { name: 'iosmail', version: '1' },
    merged: { commit: 'c'.repeat(40) },
    tenants: [
      {
        tenant: { name: 'Contoso', id: CONTOSO, cloud: 'global' },
        review: { kind: 'pull request', pull: 7, approvedBy: ['octo'] },
        outcome: 'failed',
        steps: [],
        problem: { message: 'Ada Example', fix: 'ada@example.com' },
      },
    ],
  };
  const line = runLineOf(report, about);
  expect(JSON.stringify(line)).not.toMatch(NAMES);
  expect(line).toMatchObject({
    commit: 'c'.repeat(40),
    outcome: 'whole',
    left: [{ tenant: CONTOSO, pull: 7 }],
  });
  expect(line.tenants).toEqual({ [CONTOSO]: { outcome: 'failed', pull: 7, approvedBy: ['octo'] } });
  expect(runLineOf(undefined, about)).toMatchObject({ outcome: 'unknown', tenants: {}, left: [] });
});
