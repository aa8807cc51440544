import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Entry, recentLosses } from '../../src/apply/journal.ts';
import { codeOfReport, EXIT } from '../../src/commands/exit-code.ts';
import { writtenIn } from './run.ts';
import { reportOf, type Stage, stage } from './stage.ts';
import { writesIn } from './wire.ts';

const NAMES = ['everything-at-once', 'absent-to-gated-consent-open', 'close-open-tenant-to-one-group'];

function fileOf({ world, tenant }: Stage): string {
  return join(world.journal, `${tenant.id}.jsonl`);
}

function entriesIn(staged: Stage): readonly Entry[] {
  const lines = readFileSync(fileOf(staged), 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Entry);
}

describe.each(NAMES)('the journal of %s', (name) => {
  test('has every request before it is done, its answer after it, and a beginning and an end', async () => {
    const staged = await stage(name);
    const { world, tenant, plan, planned, policies } = staged;
    const from = world.wire.length;
    world.sandbox.onCommit = (_, { method, path }) => {
      const last = entriesIn(staged).at(-1);
      expect(last).toMatchObject({ event: 'sending', request: { method, path } });
    };
    expect(reportOf(await world.apply(plan, policies)).outcome).toBe('applied');
    const entries = entriesIn(staged);
    const count = planned.steps.length;
    expect(entries[0]).toMatchObject({ event: 'begin', reviewed: false, steps: count, left: count });
    expect(entries.at(-1)).toMatchObject({ event: 'end', outcome: 'applied' });
    const sent = entries.flatMap((entry) => (entry.event === 'sending' ? [entry.request] : []));
    expect(sent).toEqual(writtenIn(world.wire.slice(from)));
    const steps = entries.filter(({ event }) => event === 'sending' || event === 'answered');
    expect(steps.map(({ event }) => event)).toEqual(planned.steps.flatMap(() => ['sending', 'answered']));
    for (const entry of entries) {
      expect(entry).toMatchObject({ run: 'test', tenant: tenant.id, digest: planned.digest });
      expect(entry.time).toBe(new Date(entry.time).toISOString());
    }
    expect(readFileSync(fileOf(staged), 'utf8')).not.toMatch(/eyJ|sandbox-not-a-secret|Bearer/);
  });

  test('tells where a run was killed, and the next run adds to it', async () => {
    const { planned } = await stage(name);
    for (const { number } of planned.steps) {
      const killer = killing(number);
      const staged = await stage(name, { around: killer.around });
      const { world, plan, policies } = staged;
      await Promise.race([world.apply(plan, policies), killer.killed]);
      killer.revive();
      const before = entriesIn(staged);
      expect(before.at(-1)).toMatchObject({ event: 'sending', step: number });
      expect(reportOf(await world.apply(plan, policies)).outcome).toMatch(/applied|nothing to do/);
      const after = entriesIn(staged);
      expect(after.slice(0, before.length)).toEqual(before);
      expect(after[before.length]).toMatchObject({ event: 'begin', left: planned.steps.length - number });
      expect(after.at(-1)?.event).toBe('end');
    }
  });
});

/** Lets a run die with the answer of its nth write. */
function killing(nth: number) {
  type Around = NonNullable<NonNullable<Parameters<typeof stage>[1]>['around']>;
  const never = new Promise<never>(() => {});
  let left = nth;
  let dead = false;
  let tell = () => {};
  const killed = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const around: Around = (fetch) => async (input, init) => {
    if (dead) return never;
    const { method, url } = new Request(input instanceof Request ? input.clone() : input, init);
    const write = method !== 'GET' && url.includes('/v1.0/') && !url.endsWith('$batch');
    const answer = await fetch(input, init);
    if (!write || --left > 0 || left < 0) return answer;
    dead = true;
    tell();
    return never;
  };
  return { around, killed, revive: () => (dead = false) };
}

describe('a journal that cannot be kept', () => {
  test('or was damaged: nothing is sent', async () => {
    const staged = await stage('swap-groups');
    const { world, plan, policies } = staged;
    writeFileSync(fileOf(staged), '{"event":"losing","people":[\n{"event":"answered"}\n');
    const report = await world.apply(plan, policies);
    expect(codeOfReport(report)).toBe(EXIT.failed);
    expect(reportOf(report).problem?.message).toContain('Line 1 of the journal');
    expect(writesIn(world.wire)).toEqual([]);
  });

  test('or is no folder: nothing is sent', async () => {
    const staged = await stage('swap-groups');
    const { world, plan, policies } = staged;
    rmSync(world.journal, { recursive: true });
    writeFileSync(world.journal, '');
    expect(codeOfReport(await world.apply(plan, policies))).toBe(EXIT.failed);
    expect(writesIn(world.wire)).toEqual([]);
    rmSync(world.journal);
    await world.apply(plan, policies);
  });

  test('any more, half-way: what is not in it is not sent', async () => {
    const staged = await stage('everything-at-once');
    const { world, plan, policies, planned } = staged;
    let commits = 0;
    world.sandbox.onCommit = () => {
      commits += 1;
      if (commits === 3) makeUnwritable(staged);
    };
    const { outcome, problem } = reportOf(await world.apply(plan, policies));
    expect(outcome).toBe('partly applied');
    expect(problem?.message).toContain('journal');
    expect(commits).toBe(3);
    rmSync(fileOf(staged), { recursive: true });
    expect(reportOf(await world.apply(plan, policies)).outcome).toBe('applied');
    expect(commits).toBe(planned.steps.length);
  });

  test('a line that a crash cut off is passed over, now and ever after', async () => {
    const staged = await stage('swap-groups');
    const { world, plan, policies, planned } = staged;
    const cut = '{"time":"2026-11-24T08:59:00.000Z","event":"send';
    writeFileSync(fileOf(staged), cut);
    expect(reportOf(await world.apply(plan, policies)).outcome).toBe('applied');
    const [first, ...rest] = readFileSync(fileOf(staged), 'utf8').trimEnd().split('\n');
    expect(first).toBe(cut);
    expect(rest.map((line) => (JSON.parse(line) as Entry).event)[0]).toBe('begin');
    const lost = recentLosses(world.journal, staged.tenant.id, world.clock.now());
    expect([...lost]).toEqual(planned.impact.lose.map(({ id }) => id));
    expect(reportOf(await world.apply(plan, policies)).outcome).toBe('nothing to do');
  });
});

/** A folder where the file was: not even root can append to it. */
function makeUnwritable(staged: Stage): void {
  rmSync(fileOf(staged));
  mkdirSync(fileOf(staged));
}
