import { expect, test } from 'vitest';
import { inDeep } from '../depth.ts';
import { iosmail, start } from './iosmail.ts';
import { flawsIn } from './world.ts';

// Both wait for settle times most of the while, so they do it together.
test.concurrent('the tour of `npm start` runs the whole loop and ends well', async () => {
  // Another identity of the machine must not get in its way.
  const run = await iosmail(['sandbox', '--tour'], {
    env: { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://localhost:9', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' },
  });
  expect(run.code, run.stdout + run.stderr).toBe(0);
  const codes = [...run.stdout.matchAll(/^\(exit code (\d+)\)$/gm)].map(([, code]) => code);
  expect(codes).toEqual(['0', '0', '0', '0', '0', '0', '2', '5']);
  const lines = [
    /^\$ iosmail validate$/m,
    /^\$ iosmail plan --out PLAN/m,
    /^contoso {2}No changes\. Live settings match the policy/m,
    /^\$ iosmail plan --base main --head change /m,
    /^## 51 people gain, 7 lose, 180 keep access/m,
    /^Tenant +Status +Gain +Lose +Keep +Effect +Changes$/m,
    /^northwind +changes +11 +everyone else +0 +WIDENS AND NARROWS +\+13$/m,
    /^### tailspin$/m,
    /^▸ 9 steps, 47 people, .*\(\d+ lines folded\)$/m,
    /^- 6 tenants with the same effective policy as before: not read, not planned$/m,
    /^- 1 approval is needed on this commit/m,
    /^northwind {2}APPLIED · of \d+ steps: \d+ done · read back: as planned$/m,
    /^Apply: \d+ applied, \d+ nothing to do of 7 tenants\.$/m,
    /^Apply: 7 nothing to do of 7 tenants\.$/m,
    /^Plan: 0 to add, 0 to change, 0 to remove in 0 of 7 tenants; 0 refused; 0 failed\.$/m,
    /^contoso \S+ {2}1 setting differs: 1 unknown$/m,
    /^ +by user admin@contoso\.example /m,
    /^wingtip {2}PARTLY APPLIED/m,
    /Accepted but not effective/,
    /^That was the whole loop\. Nothing left this machine\.$/m,
  ];
  let from = 0;
  for (const line of lines) {
    const at = run.stdout.slice(from).search(line);
    expect(at, `${line} in ${run.stdout.slice(from, from + 2000)}`).toBeGreaterThanOrEqual(0);
    from += at;
  }
  expect(flawsIn(run)).toEqual([]);
  expect(run.stdout).not.toMatch(/<details>|<!--/);
});

inDeep('without Git the tour leaves the pull request out, says so, and ends well', async () => {
  const run = await iosmail(['sandbox', '--tour'], { env: { PATH: '/nonexistent' } });
  expect(run.code, run.stdout + run.stderr).toBe(0);
  expect(run.stdout).toContain('Left out here: Git cannot be started here.');
  expect(run.stdout).toMatch(/^That was the whole loop\./m);
});

test('the served sandbox: what it says to export is all that a plan in another terminal needs', async () => {
  const serving = start(['sandbox', '--port', '0']);
  try {
    await serving.said('Stop with Ctrl-C.');
    const env = Object.fromEntries(
      [...serving.stdout().matchAll(/^ {2}export (\w+)=(.+)$/gm)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    expect(Object.keys(env)).toHaveLength(5);
    const plan = await iosmail(['plan', '--tenant', 'contoso'], { env });
    expect(plan.code, plan.stdout + plan.stderr).toBe(0);
    expect(plan.stdout).toMatch(/^contoso {2}No changes\./m);
  } finally {
    serving.child.kill('SIGINT');
  }
  expect((await serving.ended).code).toBe(0);
});

test('a port that is taken is said, with the way out', async () => {
  const serving = start(['sandbox', '--port', '0']);
  try {
    await serving.said('Stop with Ctrl-C.');
    const port = /localhost:(\d+)/.exec(serving.stdout())?.[1] ?? '';
    const second = await iosmail(['sandbox', '--port', port]);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toBe(
      `error: Nothing can be served on port ${port} (EADDRINUSE).\nfix: Name another with --port; 0 takes any free one.\n`,
    );
  } finally {
    serving.child.kill('SIGTERM');
  }
  expect((await serving.ended).code).toBe(0);
});
