import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { DEEP, inDeep } from '../depth.ts';
import { count } from '../tally.ts';
import { flawsIn, putExamples, serveTenants, type World, writesIn } from './world.ts';

/** adatum needs six writes. */
const WRITES = 6;
const APPLY = ['apply', '--plan', 'plan.json'];

async function planned(): Promise<World> {
  const world = await serveTenants(...builtInTenants('adatum'));
  putExamples(world, 'adatum');
  const plan = await world.run(['plan', '--out', 'plan.json']);
  expect(plan.code, plan.stdout).toBe(0);
  return world;
}

/** Has something done once, when the answer to the nth write is about to leave. Says how many writes took. */
function atWrite(world: World, nth: number, act: () => Promise<void>): () => number {
  let committed = 0;
  let done = false;
  world.sandbox.onCommit = () => {
    committed += 1;
  };
  world.passing = async (answer) => {
    if (done || committed !== nth) return answer;
    done = true;
    await act();
    return answer;
  };
  return () => committed;
}

function lockOf({ folder, sandbox }: World): string {
  const [tenant] = sandbox.tenants.values();
  return join(folder, '.iosmail/journal', `${tenant?.id}.lock`);
}

test('two processes, one folder: one applies, the other is refused and told who does', async () => {
  const world = await planned();
  const first = world.start(APPLY);
  atWrite(world, 2, async () => {
    const second = await world.run(APPLY);
    expect(second.code, second.stdout).toBe(3);
    expect(second.stdout).toContain('adatum  REFUSED · nothing was sent');
    expect(second.stdout).toMatch(
      new RegExp(
        `error: Tenant adatum is being applied by process ${first.child.pid} on .+, since .+\\(run .+\\)`,
      ),
    );
    expect(second.stdout).toContain(`fix: Wait until process ${first.child.pid} has ended`);
    expect(flawsIn(second)).toEqual([]);
    expect(writesIn(world.sandbox)).toHaveLength(2);
  });
  const ended = await first.ended;
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  expect(writesIn(world.sandbox)).toHaveLength(WRITES);
  expect(existsSync(lockOf(world))).toBe(false);
  count('runs beside another', 2);
});

inDeep('two processes started at once, one folder: nothing is sent twice', async () => {
  const world = await planned();
  const ended = await Promise.all([world.run(APPLY), world.run(APPLY)]);
  const codes = ended.map(({ code }) => code);
  expect(codes, ended.map(({ stdout }) => stdout).join()).toContain(0);
  for (const code of codes) expect([0, 3]).toContain(code);
  expect(writesIn(world.sandbox)).toHaveLength(WRITES);
  expect(readdirSync(join(world.folder, '.iosmail/journal'))).toHaveLength(1);
  count('runs beside another', 2);
});

inDeep(
  'two processes, a folder each, as on two machines: whoever loses says why, and the same apply ends it',
  async () => {
    const world = await planned();
    const first = world.start([...APPLY, '--journal', 'here']);
    const took = atWrite(world, 3, async () => {
      const second = await world.run([...APPLY, '--journal', 'there']);
      expect(second.code, second.stdout).toBe(0);
    });
    const ended = await first.ended;
    expect(ended.code, ended.stdout + ended.stderr).toBe(5);
    expect(ended.stdout).toMatch(
      /people now: .+ Nobody who was to keep access has lost it\.\n {2}error: .+\n {2}fix: /,
    );
    expect(flawsIn(ended)).toEqual([]);
    // Of one group, what the other has done meanwhile is asked for once more, and found to be so already.
    expect(took()).toBe(WRITES);
    expect((await world.run([...APPLY, '--journal', 'here'])).stdout).toContain('NOTHING TO DO');
    expect((await world.run(['plan', '--detailed-exitcode'])).code).toBe(0);
    count('runs beside another', 2);
  },
);

// The other signals come with the deep run: they leave nothing to be taken over.
const SIGNALS: readonly (readonly NodeJS.Signals[])[] = [
  ['SIGKILL'],
  ['SIGINT'],
  ['SIGTERM'],
  ['SIGINT', 'SIGINT'],
];

test.each(DEEP ? SIGNALS : SIGNALS.slice(0, 1))(
  'after %s %s the same apply goes on',
  async (first, second) => {
    const world = await planned();
    const run = world.start(APPLY);
    atWrite(world, 2, async () => {
      expect(existsSync(lockOf(world))).toBe(true);
      run.child.kill(first);
      if (first !== 'SIGKILL') await run.said('Finishing the step under way');
      if (second !== undefined) run.child.kill(second);
      if (first === 'SIGKILL' || second !== undefined) await run.ended;
    });
    await run.ended;
    // Killed, it leaves the lock behind; the next run sees that it is dead.
    expect(existsSync(lockOf(world))).toBe(first === 'SIGKILL');
    const rest = await world.run(APPLY);
    expect(rest.code, rest.stdout).toBe(0);
    expect(writesIn(world.sandbox)).toHaveLength(WRITES);
    expect(existsSync(lockOf(world))).toBe(false);
  },
);
