import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { flawsIn, putExamples, serveTenants, type World, writesIn } from './world.ts';

/** adatum needs six writes. */
const WRITES = 6;

async function planned(name = 'adatum'): Promise<World> {
  const world = await serveTenants(...builtInTenants(name));
  putExamples(world, name);
  const plan = await world.run(['plan', '--out', 'plan.json']);
  expect(plan.code, plan.stdout).toBe(0);
  return world;
}

/** Calls back when the answer to the nth write is about to leave, and holds it until that is over. */
function atAnswer(world: World, nth: number, act: () => Promise<void>): void {
  let committed = 0;
  let due = false;
  world.sandbox.onCommit = () => {
    committed += 1;
    due = committed === nth;
  };
  world.passing = async (answer) => {
    if (!due) return answer;
    due = false;
    await act();
    return answer;
  };
}

const FINISHING = 'Finishing the step under way, then stopping. Press Ctrl-C again to stop at once.';

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s once: the step under way is finished and reported; the same apply sends the rest',
  async (signal) => {
    const world = await planned();
    const run = world.start(['apply', '--plan', 'plan.json']);
    atAnswer(world, 2, async () => {
      run.child.kill(signal);
      await run.said(FINISHING);
    });
    const ended = await run.ended;
    expect(ended.code, ended.stdout + ended.stderr).toBe(5);
    expect(ended.stdout).toMatch(/^adatum {2}PARTLY APPLIED · of 6 steps: 2 done, 4 not sent/m);
    expect(ended.stdout).toMatch(
      /error: Interrupted: the step under way was finished, the rest was not sent\.\n {2}fix: Run the same apply again/,
    );
    expect(flawsIn(ended)).toEqual([]);
    expect(writesIn(world.sandbox)).toHaveLength(2);

    const rest = await world.run(['apply', '--plan', 'plan.json']);
    expect(rest.code, rest.stdout).toBe(0);
    expect(rest.stdout).toMatch(/of 6 steps: 4 done, 2 already so · read back: as planned/);
    expect(writesIn(world.sandbox)).toHaveLength(WRITES);
  },
);

test('SIGINT while waiting before a step that takes access away: that step is not sent', async () => {
  const world = await planned();
  const run = world.start(['apply', '--plan', 'plan.json']);
  let committed = 0;
  let stopped = false;
  world.sandbox.onCommit = () => {
    committed += 1;
  };
  world.passing = async (answer, path) => {
    // Four writes are done; what is read now is whether they show, before assignment is required.
    if (committed === 4 && path.endsWith('/$batch') && !stopped) {
      stopped = true;
      run.child.kill('SIGINT');
      await run.said(FINISHING);
    }
    return answer;
  };
  const ended = await run.ended;
  expect(ended.code, ended.stdout + ended.stderr).toBe(5);
  expect(ended.stdout).toMatch(/of 6 steps: 4 done, 2 not sent/);
  expect(writesIn(world.sandbox)).toHaveLength(4);
  expect(journalOf(world)).not.toContain('losing');
  expect((await world.run(['apply', '--plan', 'plan.json'])).code).toBe(0);
  expect(writesIn(world.sandbox)).toHaveLength(WRITES);
});

test('SIGINT twice: stops at once, with the answer outstanding; the same apply sends the rest', async () => {
  const world = await planned();
  const run = world.start(['apply', '--plan', 'plan.json']);
  atAnswer(world, 2, async () => {
    run.child.kill('SIGINT');
    await run.said(FINISHING);
    run.child.kill('SIGINT');
    await run.ended;
  });
  const ended = await run.ended;
  expect(ended.code).toBe(5);
  expect(ended.stderr).toContain('Stopped at once. The same apply reads first, and sends only what is left.');
  expect(flawsIn(ended)).toEqual([]);
  expect(writesIn(world.sandbox)).toHaveLength(2);
  const rest = await world.run(['apply', '--plan', 'plan.json']);
  expect(rest.code, rest.stdout).toBe(0);
  expect(writesIn(world.sandbox)).toHaveLength(WRITES);
});

/** What the journal says, a line each: which step was sent and how it was answered, and how runs began and ended. */
function journalOf({ folder, sandbox }: World): readonly string[] {
  const [tenant] = sandbox.tenants.values();
  const text = readFileSync(join(folder, '.iosmail/journal', `${tenant?.id}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ event, step }: { event: string; step?: number }) =>
      step === undefined ? event : `${event} ${step}`,
    );
}

/** Killed when write `nth` took and before its answer came; then the same command again. */
async function killedAt(nth: number): Promise<void> {
  const world = await planned();
  const run = world.start(['apply', '--plan', 'plan.json']);
  atAnswer(world, nth, async () => {
    run.child.kill('SIGKILL');
    await run.ended;
  });
  expect(await run.ended, `write ${nth}`).toMatchObject({ code: null, signal: 'SIGKILL', stdout: '' });
  const killed = journalOf(world);
  expect(killed[0]).toBe('begin');
  expect(killed.at(-1)).toBe(`sending ${nth}`);
  expect(writesIn(world.sandbox)).toHaveLength(nth);

  const rest = await world.run(['apply', '--plan', 'plan.json']);
  expect(rest.code, `write ${nth}: ${rest.stdout}`).toBe(0);
  expect(writesIn(world.sandbox)).toHaveLength(WRITES);
  const journal = journalOf(world);
  expect(journal.slice(0, killed.length)).toEqual(killed);
  const sent = journal.filter((line) => line.startsWith('sending'));
  expect(sent).toEqual(Array.from({ length: WRITES }, (_, at) => `sending ${at + 1}`));
  expect(journal.at(-1)).toBe('end');
  const after = await world.run(['plan', '--detailed-exitcode']);
  expect(after.code, `write ${nth}: ${after.stdout}`).toBe(0);
}

test('SIGKILL once any write took: the same apply finishes the rest under the same review, and nothing is sent twice', async () => {
  await Promise.all(Array.from({ length: WRITES }, (_, at) => killedAt(at + 1)));
});

test('SIGKILL before a write took: it is sent by the next run', async () => {
  const world = await planned('northwind');
  const run = world.start(['apply', '--plan', 'plan.json']);
  world.sandbox.fault = ({ method, path }) => {
    if (method !== 'POST' || !path.endsWith('/servicePrincipals')) return undefined;
    run.child.kill('SIGKILL');
    delete world.sandbox.fault;
    return { kind: 'reset-before' };
  };
  expect((await run.ended).signal).toBe('SIGKILL');
  expect(journalOf(world).at(-1)).toBe('sending 1');
  const rest = await world.run(['apply', '--plan', 'plan.json']);
  expect(rest.code, rest.stdout).toBe(0);
  expect(rest.stdout).toMatch(/^northwind {2}APPLIED · of 13 steps: 13 done · read back: as planned$/m);
});

test('nobody listens to the output any more: an apply goes on to its end', async () => {
  const world = await planned();
  const run = world.start(['apply', '--plan', 'plan.json']);
  run.child.stdout?.destroy();
  run.child.stderr?.destroy();
  expect((await run.ended).code).toBe(0);
  expect(writesIn(world.sandbox)).toHaveLength(WRITES);
});
