import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, onTestFinished, test } from 'vitest';
import { JournalError, lossesIn } from '../../../src/apply/journal.ts';
import { PlanFileError, readPlan } from '../../../src/apply/read-plan.ts';
import { readReport } from '../../../src/apply/read-report.ts';
import { validatedIn } from '../../../src/commands/proposed.ts';
import { GitFailure } from '../../../src/git/git.ts';
import { runsIn } from '../../../src/git/journal-branch.ts';
import { withoutNames } from '../../../src/git/run-lines.ts';
import { artifactFile } from '../../../src/github/artifacts.ts';
import { recordsOf, rootOf } from '../../../src/github/record.ts';
import { readRecord, recordText } from '../../../src/github/record-text.ts';
import { planJson } from '../../../src/render/plan-json.ts';
import { DEEP, sample } from '../../depth.ts';
import { count } from '../../tally.ts';
import { json, page, wire } from '../github/wire.ts';
import { EXAMPLE } from '../render/example-plan.ts';
import { type Spoilt, spoiltOf } from './spoil.ts';
import { computing, expectTold, staysUnpolluted } from './unpolluted.ts';

/** Milliseconds of computing for one file. */
const LONGEST = 6000;

staysUnpolluted();

/** A part of all ways to spoil a text; all of them in the deep run. */
function some(text: string, few: number, most: number): readonly Spoilt[] {
  const all = spoiltOf(text);
  const every = Math.max(1, Math.floor(all.length / most));
  return sample(DEEP ? all.filter((_, index) => index % every === 0) : all, few, ({ name }) => name);
}

/** What reading it comes to: the value, or an error for people, soon either way. */
function tried<T>(read: () => T, where: string): T | Error {
  const start = computing();
  let result: T | Error;
  try {
    result = read();
  } catch (error) {
    expectTold(error, where);
    result = error as Error;
  }
  expect(computing() - start, where).toBeLessThan(LONGEST);
  count('hostile inputs');
  return result;
}

test('a plan file, spoilt in one place, is refused', () => {
  for (const { name, text, kind } of some(planJson(EXAMPLE), 25, 1500)) {
    const result = tried(() => readPlan(text()), name);
    if (result instanceof Error) expect(result, name).toBeInstanceOf(PlanFileError);
    else if (kind === 'missing') expect(result, name).not.toEqual(readPlan(planJson(EXAMPLE)));
  }
});

test('a report, spoilt in one place, is a report or none', () => {
  const report = {
    formatVersion: 1,
    tool: { name: 'iosmail', version: '1.0.0' },
    tenants: [
      {
        tenant: { name: 'a', id: '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11', cloud: 'global' },
        outcome: 'applied',
        steps: [],
      },
    ],
  };
  expect(readReport(JSON.stringify(report))).toEqual(report);
  for (const { name, text, kind } of some(JSON.stringify(report), 20, 400)) {
    const result = tried(() => readReport(text()), name);
    if (kind === 'wrong') expect(result === undefined || !(result instanceof Error), name).toBe(true);
  }
});

const ID = '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11';
const HEAD = { time: '2026-11-24T09:00:00.000Z', run: ID, tenant: ID, digest: `sha256:${'a'.repeat(64)}` };
const NOW = new Date('2026-11-24T10:00:00.000Z');

test('a line of a journal, spoilt in one place, never makes a loss be forgotten silently', () => {
  const losing = JSON.stringify({ ...HEAD, event: 'losing', people: [ID] });
  expect(lossesIn(losing, NOW)).toEqual(new Set([ID]));
  for (const { name, text } of some(losing, 60, 400)) {
    const line = text();
    const lines = `${line}\n${JSON.stringify({ ...HEAD, event: 'sending', step: 1 })}\n`;
    const result = tried(() => lossesIn(lines, NOW), name);
    if (result instanceof Error) expect(result, name).toBeInstanceOf(JournalError);
    else if (!name.startsWith('people/0')) expect([...result], name).toEqual([ID]);
    tried(() => withoutNames(line), name);
  }
});

test('a line of the runs, spoilt in one place, is refused as a whole', () => {
  const run = {
    time: HEAD.time,
    run: 7,
    attempt: 1,
    url: 'https://github.com/a/b/actions/runs/7',
    commit: 'a'.repeat(40),
    after: 'b'.repeat(40),
    by: 'merge',
    outcome: 'whole',
    tenants: { [ID]: { outcome: 'applied' } },
    left: [],
  };
  expect(runsIn(`${JSON.stringify(run)}\n`, 'x')).toEqual([run]);
  for (const { name, text, kind } of some(JSON.stringify(run), 60, 400)) {
    const result = tried(() => runsIn(`${text()}\n`, 'x'), name);
    if (result instanceof Error) expect(result, name).toBeInstanceOf(GitFailure);
    else expect(kind, `${name} was read`).toBe('missing');
  }
});

test('a record of a review, spoilt in one place, is none', () => {
  const [record] = recordsOf(EXAMPLE, { pull: 1, base: 'a'.repeat(40), head: 'b'.repeat(40), run: 7 });
  if (record === undefined) throw new Error('no record');
  expect(readRecord(recordText(record), rootOf(record))).toEqual(record);
  for (const { name, text } of some(JSON.stringify(record), 60, 400)) {
    const result = tried(
      () => readRecord(['', '```json', text(), '```', ''].join('\n'), rootOf(record)),
      name,
    );
    expect(result, name).toHaveProperty('why');
  }
});

describe('the event of a workflow run', () => {
  const EVENT = {
    workflow_run: { head_sha: 'a'.repeat(40), head_branch: 'b', head_repository: { owner: { login: 'c' } } },
    repository: { default_branch: 'main' },
    before: 'd'.repeat(40),
  };

  test('spoilt in one place, or no JSON at all', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iosmail-event-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'event.json');
    const texts = [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '\u0000',
      ...some(JSON.stringify(EVENT), 40, 400).map(({ text }) => text()),
    ];
    for (const text of texts) {
      writeFileSync(file, text);
      const result = await validatedIn(file).catch((error: unknown) => error);
      if (result instanceof Error) expectTold(result, text.slice(0, 200));
      count('hostile inputs');
    }
    rmSync(file);
    expectTold(await validatedIn(file).catch((error: unknown) => error), 'no file');
  });
});

describe('an artifact', () => {
  const read = async (bytes: Uint8Array) => {
    const { github } = await wire((call) =>
      call.path.endsWith('/artifacts')
        ? page(call, [
            {
              total_count: 1,
              artifacts: [{ id: 1, name: 'iosmail-plan', size_in_bytes: 100, expired: false }],
            },
          ])
        : new Response(Buffer.from(bytes), { headers: { 'content-type': 'application/zip' } }),
    );
    return artifactFile(github, 7, 'iosmail-plan', 'plan.json').catch((error: unknown) => error as Error);
  };
  const good = zipSync({ 'plan.json': strToU8('{}') });

  test('whose files have names that lead elsewhere is read for the one file only, and nothing is written', async () => {
    const before = readdirSync('.').join();
    const names = [
      '../plan.json',
      '/plan.json',
      '..\\plan.json',
      'a/plan.json',
      'plan.json/',
      'plan.json\u0000',
      'PLAN.JSON',
    ];
    for (const name of names) expectTold(await read(zipSync({ [name]: strToU8('{}') })), name);
    const all = zipSync({
      ...Object.fromEntries(names.map((name) => [name, strToU8('no')])),
      'plan.json': strToU8('{}'),
    });
    expect(await read(all)).toBe('{}');
    expect(readdirSync('.').join()).toBe(before);
  });

  test('in which a zip file lies, or a bomb under another name, is not unpacked further', async () => {
    const bomb = zipSync({ 'other.json': new Uint8Array(20 * 1024 * 1024), 'plan.json': good }, { level: 1 });
    const start = computing();
    expectTold(await read(bomb), 'nested');
    expect(computing() - start).toBeLessThan(LONGEST);
  });

  test('with any of its bytes changed is read, or is not; told either way', async () => {
    for (const at of good.keys()) {
      for (const value of DEEP ? [0, 1, 0x50, 0x7f, 0x80, 0xff] : [0xff]) {
        const changed = Uint8Array.from(good);
        changed[at] = value;
        const result = await read(changed);
        if (result instanceof Error) expectTold(result, `${at} ${value}`);
        count('hostile inputs');
      }
    }
  });

  test('listed in any other way', async () => {
    const listed = JSON.stringify({
      total_count: 1,
      artifacts: [{ id: 1, name: 'iosmail-plan', size_in_bytes: 100, expired: false }],
    });
    for (const { name, text } of some(listed, 40, 400)) {
      const { github } = await wire((call) =>
        call.path.endsWith('/artifacts') ? json(200, JSON.parse(text())) : new Response(Buffer.from(good)),
      );
      const result = await artifactFile(github, 7, 'iosmail-plan', 'plan.json').catch(
        (error: unknown) => error,
      );
      if (result instanceof Error) expectTold(result, name);
      count('hostile inputs');
    }
  });
});
