import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { DEEP } from '../depth.ts';
import { flawsIn, putExamples, serveTenants, type World, writesIn } from './world.ts';

/** adatum needs six writes. */
const WRITES = 6;

/** Made once: adatum is the same in every world. */
let plan: string | undefined;

async function planned(): Promise<World> {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  if (plan === undefined) {
    const made = await world.run(['plan', '--out', 'plan.json']);
    expect(made.code, made.stdout).toBe(0);
    plan = readFileSync(join(world.folder, 'plan.json'), 'utf8');
  } else world.put('plan.json', plan);
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

test.each(DEEP ? (['SIGINT', 'SIGTERM'] as const) : (['SIGINT'] as const))(
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

/** The events of the journal, a line each. */
function journalOf({ folder, sandbox }: World): readonly string[] {
  const [tenant] = sandbox.tenants.values();
  const text = readFileSync(join(folder, '.iosmail/journal', `${tenant?.id}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): string => JSON.parse(line).event);
}

test('nobody listens to the output any more: an apply goes on to its end', async () => {
  const world = await planned();
  const run = world.start(['apply', '--plan', 'plan.json']);
  run.child.stdout?.destroy();
  run.child.stderr?.destroy();
  expect((await run.ended).code).toBe(0);
  expect(writesIn(world.sandbox)).toHaveLength(WRITES);
});
