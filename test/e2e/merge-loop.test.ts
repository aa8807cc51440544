import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { administrator, inPortal } from '../../src/sandbox/portal.ts';
import { setApp } from '../scenarios/portal.ts';
import { count } from '../tally.ts';
import { FILE, GATED, OPEN, openTenant } from './gating.ts';
import { leaksOf, objectsOf } from './marks.ts';
import { openMerging } from './merging.ts';
import { flawsIn, writesIn } from './world.ts';

const commentsOf = ({ github }: Awaited<ReturnType<typeof openMerging>>) =>
  [...github.hub.comments.values()].map(({ author, body }) => ({ author, body }));

test('a pull request that closes an open tenant: planned, changed, approved, merged, applied exactly as shown', async () => {
  const merging = await openMerging([openTenant()], { [FILE]: OPEN });
  const { github, sandbox, push, pushed, git } = merging;
  const before = await git('rev-parse', 'origin/main');

  // The plan appears as a comment and a check run.
  await push('gate', { [FILE]: GATED.replace('CHG-2001', 'CHG-2000') });
  const pull = await github.openPull({ branch: 'gate', author: 'anna' });
  const first = await pushed(pull);
  for (const { jobs } of [first.validate, first.plan]) {
    for (const { steps } of Object.values(jobs))
      for (const step of steps) expect(step.code, `${step.name}: ${step.stderr}${step.stdout}`).toBe(0);
  }
  expect(first.plan.jobs.plan?.result).toBe('success');
  expect(first.plan.jobs.publish?.result).toBe('success');
  const [comment, ...others] = commentsOf(merging);
  expect(others).toEqual([]);
  expect(comment?.author).toBe('github-actions[bot]');
  expect(comment?.body).toMatch(/1 person gains/);
  expect(comment?.body).toContain('CHG-2000');
  const [check] = [...github.hub.checks.values()];
  expect(check).toMatchObject({ name: 'iosmail plan', app: 'github-actions', conclusion: 'success' });
  expect(check?.externalId).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(writesIn(sandbox)).toEqual([]);

  // A second push edits the same comment.
  const head = await push('gate', { [FILE]: GATED });
  await pushed(pull);
  const [again, ...more] = commentsOf(merging);
  expect(more).toEqual([]);
  expect(again?.body).toContain('CHG-2001');
  expect(again?.body).toContain(head.slice(0, 7));

  // Approved and merged: exactly what was shown is applied.
  github.review({ pull, user: 'rita', state: 'APPROVED' });
  const commit = await github.merge(pull, { method: 'merge', by: 'anna' });
  const applied = await merging.merged(commit, before);
  for (const [job, { steps, result }] of Object.entries(applied.jobs)) {
    for (const step of steps) expect(step.code, `${job}, ${step.name}: ${step.stderr}${step.stdout}`).toBe(0);
    expect(result).toBe('success');
    for (const step of steps) expect(flawsIn(step)).toEqual([]);
  }
  const artifact = [...github.hub.artifacts.values()].findLast(({ name }) => name === 'iosmail-plan');
  expect(artifact).toBeDefined();
  expect(writesIn(sandbox)).toHaveLength(5);
  const reply = commentsOf(merging).at(-1)?.body;
  expect(reply).toMatch(/APPLIED/);
  expect(github.hub.deployments.size).toBe(1);
  await git('fetch', '--quiet', 'origin');
  expect((await git('log', '--oneline', 'origin/iosmail-journal')).split('\n')).toHaveLength(1);
  expect(await git('ls-remote', '--heads', 'origin', 'iosmail-lock')).toBe('');

  // Running apply again writes nothing.
  const sent = writesIn(sandbox);
  const repeated = await merging.merged(commit, before);
  expect(repeated.jobs.apply?.result).toBe('success');
  expect(writesIn(sandbox)).toEqual(sent);

  // The look of each morning finds nothing, then what somebody did in the admin centre.
  const look = () => merging.run('drift', { name: 'schedule', sha: commit, payload: {} });
  const quiet = (await look()).jobs.drift;
  expect(quiet?.result).toBe('success');
  expect(quiet?.summary).toContain('0 of 1 tenant differs; 1 as merged');
  const [tenant] = sandbox.tenants.values();
  if (tenant === undefined) throw new Error('there is one');
  inPortal(tenant, administrator(tenant, 'dora'), new Date(), () =>
    setApp(tenant, { appRoleAssignmentRequired: false }),
  );
  const drifted = (await look()).jobs.drift;
  expect(drifted?.result).toBe('failure');
  expect(drifted?.summary).toMatch(/^\*\*drifted in the tenant\*\*$/m);
  expect(drifted?.summary).toMatch(
    /Assignment required\? No → Yes\n {2}- by user `dora@woodgrove\.example` /,
  );
  expect(writesIn(sandbox)).toEqual(sent);
  expect(github.complaints).toEqual([]);

  // Whatever was said, posted, uploaded or pushed on the way: no token of a job is in it.
  const { tokens, artifacts, comments, checks, issues, deployments, statuses } = github.hub;
  const secrets = new Map([...tokens.keys(), github.oidc().token].map((token, at) => [`token ${at}`, token]));
  const listed = [comments, checks, issues, deployments].map((kept) => [...kept.values()]);
  const unpacked = [...artifacts.values()].flatMap(({ zip }) => Object.entries(unzipSync(zip)));
  const places = new Map<string, string | Uint8Array>([
    ['what the jobs said', JSON.stringify([first, applied, repeated, quiet, drifted])],
    ['what GitHub was told', JSON.stringify([listed, statuses])],
    ...unpacked,
    ...(await objectsOf(github.gitDir)),
  ]);
  const { leaks, searched } = leaksOf(secrets, places);
  expect(leaks).toEqual([]);
  const signedIn = [...places].filter(([, text]) =>
    /eyJ[\w-]{10,}\.[\w-]+\./.test(Buffer.from(text).toString()),
  );
  expect(signedIn.map(([where]) => where)).toEqual([]);
  count('secrets searched for', searched);
});
