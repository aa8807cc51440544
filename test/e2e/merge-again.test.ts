import { expect, test } from 'vitest';
import { inDeep } from '../depth.ts';
import { FILE, GATED, OPEN, openTenant } from './gating.ts';
import { openMerging } from './merging.ts';
import { writesIn } from './world.ts';

// What running again means on GitHub: all jobs, or only those that failed and what needs them.

/** Files of the repository that are named as those a run makes: never taken for them. */
const TRAPS = Object.fromEntries(
  ['report.json', 'fresh.json', 'plan.json', 'kept/report.json', 'kept/plan.json'].map((file) => [
    file,
    '{}',
  ]),
);

/** A planned and approved pull request. */
async function approved() {
  const merging = await openMerging([openTenant()], { [FILE]: OPEN, ...TRAPS });
  const { git, github, push, pushed, merged } = merging;
  const before = await git('rev-parse', 'origin/main');
  await push('gate', { [FILE]: GATED });
  const pull = await github.openPull({ branch: 'gate', author: 'anna' });
  const { plan } = await pushed(pull);
  github.review({ pull, user: 'rita', state: 'APPROVED' });
  const merge = async () => await merged(await github.merge(pull, { method: 'merge', by: 'anna' }), before);
  /** Its first attempt dies before anything was sent, and gives the lock back. */
  const failed = async () => {
    github.fault(/^GET .*\/check-runs/, { status: 401, body: { message: 'Bad credentials' } }, 1);
    const ended = await merge();
    expect(ended.jobs.apply?.result).toBe('failure');
    expect(await lock(merging)).toBe('');
    return ended;
  };
  return { ...merging, pull, plan, merge, failed };
}

type World = Pick<Awaited<ReturnType<typeof openMerging>>, 'git' | 'github'>;

const lock = ({ git }: World) => git('ls-remote', '--heads', 'origin', 'iosmail-lock');

/** Puts the lock there as if that attempt of that run had taken it. */
async function take({ git }: World, run: number, attempt: number): Promise<void> {
  const holder = {
    run,
    attempt,
    url: `https://github.com/o/r/actions/runs/${run}`,
    time: '2026-11-24T09:00Z',
  };
  const tree = await git('rev-parse', 'HEAD^{tree}');
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@users.test'];
  const commit = await git(...who, 'commit-tree', tree, '-m', JSON.stringify(holder));
  await git('push', '--quiet', 'origin', `${commit}:refs/heads/iosmail-lock`);
}

async function journal({ git }: World): Promise<readonly { readonly [name: string]: unknown }[]> {
  await git('fetch', '--quiet', 'origin');
  const lines = (await git('show', 'origin/iosmail-journal:runs.jsonl')).split('\n');
  return lines.map((line) => JSON.parse(line));
}

const replies = ({ github }: World) =>
  [...github.hub.comments.values()].filter(({ body }) => body.includes('iosmail:apply'));

test('failed jobs run again without the lock: refused with nothing sent, and all jobs run again bring it home', async () => {
  const world = await approved();
  const { failed, rerun, sandbox } = world;
  const again = await rerun(await failed(), { jobs: 'failed' });
  expect(again.jobs.begin?.steps).toMatchObject([{}, {}, { name: 'Take the lock', outcome: 'success' }]);
  const step = again.jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'));
  expect(step?.code, step?.stderr).toBe(3);
  expect(step?.stderr).toMatch(
    /no run holds the lock\. Nothing was sent\.\nfix: Re-run all jobs of this run/,
  );
  expect(writesIn(sandbox)).toEqual([]);
  expect((await journal(world)).at(-1)).toMatchObject({ attempt: 2, outcome: 'nothing sent' });

  const whole = await rerun(again, { jobs: 'all' });
  expect(whole.jobs.apply?.result).toBe('success');
  expect(writesIn(sandbox)).toHaveLength(5);
  expect((await journal(world)).at(-1)).toMatchObject({ attempt: 3, outcome: 'whole' });
  expect(await lock(world)).toBe('');
});

inDeep(
  'failed jobs run again while another run holds the lock: refused with nothing sent, and that lock stays',
  async () => {
    const world = await approved();
    const ended = await world.failed();
    await take(world, 77, 1);
    const again = await world.rerun(ended, { jobs: 'failed' });
    const step = again.jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'));
    expect(step?.code, step?.stderr).toBe(3);
    expect(step?.stderr).toMatch(
      /another apply holds the lock since .*\/actions\/runs\/77\. Nothing was sent/,
    );
    expect(writesIn(world.sandbox)).toEqual([]);
    expect(await lock(world)).not.toBe('');
  },
);

inDeep('a lock that an earlier attempt left does not do: another run may be taking it over', async () => {
  const world = await approved();
  const ended = await world.failed();
  await take(world, ended.id, 1);
  const again = await world.rerun(ended, { jobs: 'failed' });
  const step = again.jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'));
  expect(step?.code, step?.stderr).toBe(3);
  expect(step?.stderr).toMatch(/attempt 1 took the lock, and this is attempt 2/);
  expect(writesIn(world.sandbox)).toEqual([]);
});

test('a lock that is lost while the apply decides: nothing is sent', async () => {
  const world = await approved();
  const { github, merge, sandbox } = world;
  const lose = (request: string) => {
    if (/^GET .*\/check-runs/.test(request))
      github.hub.bare.tryGit(['update-ref', '-d', 'refs/heads/iosmail-lock']);
    return false;
  };
  github.fault(lose, 'reset');
  const ended = await merge();
  const step = ended.jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'));
  expect(step?.code, step?.stderr).toBe(3);
  expect(step?.stderr).toMatch(/no run holds the lock\. Nothing was sent/);
  expect(writesIn(sandbox)).toEqual([]);
});

inDeep('a fresh plan by hand needs the lock too', async () => {
  const { dispatched, rerun, sandbox, github } = await approved();
  github.artifacts.put(77, 'iosmail-fresh', { 'fresh.json': 'no plan' });
  const failed = await dispatched({ run: '77', digest: 'none' });
  const stepOf = ({ jobs }: typeof failed) =>
    jobs.apply?.steps.find(({ name }) => name === 'Apply the fresh plan');
  expect(stepOf(failed)?.code).toBe(1);
  const again = stepOf(await rerun(failed, { jobs: 'failed' }));
  expect(again?.code, again?.stderr).toBe(3);
  expect(again?.stderr).toMatch(/no run holds the lock\. Nothing was sent/);
  expect(writesIn(sandbox)).toEqual([]);
});

test('an attempt whose apply died is told as unknown, whatever an earlier attempt kept', async () => {
  const world = await approved();
  const { merge, rerun, sandbox, github } = world;
  const first = await merge();
  expect(first.jobs.record?.result).toBe('success');
  const [told] = replies(world).map(({ body }) => body);
  const sent = writesIn(sandbox);
  expect(sent).toHaveLength(5);

  const again = await rerun(first, { jobs: 'all', lost: 'apply' });
  expect(again.jobs.record?.steps.find(({ name }) => name === 'Fetch what was done')?.outcome).toBe(
    'skipped',
  );
  expect((await journal(world)).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
    [1, 'whole'],
    [2, 'unknown'],
  ]);
  expect(replies(world).map(({ body }) => body)).toEqual([told]);
  const [issue] = [...github.hub.issues.values()];
  expect(issue?.body).toMatch(/left no report/);
  expect(writesIn(sandbox)).toEqual(sent);
  expect(await lock(world)).toBe('');
});

inDeep('a record that failed is made again from the report of the apply it belongs to', async () => {
  const world = await approved();
  const { merge, rerun, sandbox, github } = world;
  github.fault(/^POST .*\/deployments/, { status: 403, body: { message: 'Resource not accessible' } }, 1);
  const first = await merge();
  expect(first.jobs.apply?.result).toBe('success');
  expect(first.jobs.record?.result).toBe('failure');
  const sent = writesIn(sandbox);
  const again = await rerun(first, { jobs: 'failed' });
  expect(again.jobs.record?.result).toBe('success');
  expect(again.jobs.apply).toBe(first.jobs.apply);
  const [deployment] = [...github.hub.deployments.values()].map(({ statuses }) => statuses.at(-1)?.state);
  expect(deployment).toBe('success');
  // It is journalled already.
  expect((await journal(world)).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([[1, 'whole']]);
  expect(writesIn(sandbox)).toEqual(sent);
});

inDeep(
  'a plan that died on its second attempt is told as missing, and the first one is not posted again',
  async () => {
    const { plan, rerun, github } = await approved();
    const [posted] = [...github.hub.comments.values()].map(({ body }) => body);
    expect(posted).toMatch(/1 person gains/);
    const again = await rerun(plan, { jobs: 'all', lost: 'plan' });
    const step = again.jobs.publish?.steps.find(({ name }) => name === 'Post and record the plan');
    expect(step?.code, `${step?.stdout}${step?.stderr}`).toBe(1);
    const bodies = [...github.hub.comments.values()].map(({ body }) => body);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).not.toMatch(/1 person gains/);
    expect(again.jobs.publish?.summary).not.toMatch(/1 person gains/);
  },
);
