import { expect, test } from 'vitest';
import { type Entry, JournalError, lossesIn } from '../../../src/apply/journal.ts';

const NOW = new Date('2026-11-24T12:00:00.000Z');
const [ADA, BEN] = ['aaaaaaaa-2222-4333-8444-555555555555', 'bbbbbbbb-2222-4333-8444-555555555555'];
const head = {
  time: '2026-11-24T09:00:00.000Z',
  run: '4c2c9c47-0f5c-4c2c-9c47-0d6a1c9b2e11',
  tenant: '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11',
  digest: `sha256:${'a'.repeat(64)}`,
};
const request = { method: 'PATCH', path: `/servicePrincipals/${ADA}`, body: { displayName: 'Zoë' } } as const;
const line = (entry: Entry) => JSON.stringify(entry);
const BEGIN = line({ ...head, event: 'begin', reviewed: true, steps: 1, left: 1 });
const LOSING = line({ ...head, event: 'losing', people: [ADA, BEN] });
const SENDING = line({ ...head, event: 'sending', step: 1, request });
const ANSWERED = line({ ...head, event: 'answered', step: 1, result: 'accepted', status: 204 });
const END = line({ ...head, event: 'end', outcome: 'applied' });
const RUN = [BEGIN, LOSING, SENDING, ANSWERED, END];

/** What a crash leaves of a text: so many bytes, read as the tool reads a file. */
const cut = (text: string, bytes: number) => Buffer.from(text).subarray(0, bytes).toString('utf8');

test('a journal cut off at any byte counts whoever its whole lines name, and the next run adds to it', () => {
  const text = `${RUN.join('\n')}\n`;
  const whole = Buffer.byteLength(`${BEGIN}\n${LOSING}`);
  for (let bytes = 0; bytes <= Buffer.byteLength(text); bytes += 1) {
    const left = cut(text, bytes);
    const expected = bytes >= whole ? [ADA, BEN] : [];
    expect([...lossesIn(left, NOW)], `${bytes} bytes`).toEqual(expected);
    const ended = left === '' || left.endsWith('\n') ? left : `${left}\n`;
    expect([...lossesIn(`${ended}${RUN.join('\n')}\n`, NOW)], `${bytes} bytes, then a run`).toEqual([
      ADA,
      BEN,
    ]);
  }
});

test('a run that is cut off while it writes that it begins, or that it ends, cuts off a second line: passed over too', () => {
  const first = cut(SENDING, 180);
  for (const next of [BEGIN, END]) {
    for (let bytes = 1; bytes < next.length; bytes += 1) {
      const text = [BEGIN, LOSING, first, cut(next, bytes), cut(next, bytes)].join('\n');
      expect([...lossesIn(text, NOW)], `${bytes} bytes`).toEqual([ADA, BEN]);
      expect([...lossesIn(`${text}\n${BEGIN}\n`, NOW)], `${bytes} bytes, then a run`).toEqual([ADA, BEN]);
    }
  }
});

test.each([
  ['in the middle of a run', [BEGIN, cut(LOSING, 200), SENDING]],
  ['before the end of what no crash explains', [BEGIN, cut(SENDING, 200), cut(LOSING, 270), BEGIN]],
  ['twice in the middle of a run', [BEGIN, cut(LOSING, 200), cut(BEGIN, 200), SENDING]],
])('a line that is damaged %s: the journal cannot be trusted', (_, lines) => {
  expect(() => lossesIn(`${lines.join('\n')}\n`, NOW)).toThrow(JournalError);
  expect(() => lossesIn(`${lines.join('\n')}\n`, NOW)).toThrow('Line 2 of the journal is damaged.');
});
