import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { githubRecord } from '../../../src/commands/github-record.ts';
import { LOCK } from '../../../src/git/lock.ts';
import { planRoot } from '../../../src/github/record.ts';
import { planJson } from '../../../src/render/plan-json.ts';
import { runGit } from '../git/repository.ts';
import { EXAMPLE, CONTOSO as PLANNED } from '../render/example-plan.ts';
import { CONTOSO, ended, LITWARE, type Recording, recording } from './recording.ts';

const SENT = `{"time":"2026-11-24T08:30:00.000Z","run":"${LITWARE}","tenant":"${CONTOSO}","event":"end","outcome":"applied"}\n`;
/** A ruleset against every push to a branch. */
function forbid(gitDir: string, branch: string): void {
  const rule = `#!/bin/sh
[ "$1" != refs/heads/${branch} ] || { echo "error: GH013: Repository rule violations found for $1." >&2; exit 1; }
`;
  writeFileSync(join(gitDir, 'hooks', 'update'), rule, { mode: 0o755 });
}
const journal = ({ host }: Recording) =>
  host('show', 'iosmail-journal:runs.jsonl')
    .split('\n')
    .map((line) => JSON.parse(line));
const lock = ({ host }: Recording) => host('branch', '--list', LOCK);
const titles = ({ host }: Recording) =>
  host('log', '--reverse', '--format=%s', 'iosmail-journal').split('\n');
const replies = ({ github }: Recording) =>
  [...github.hub.comments.values()].filter(({ body }) => body.includes('<!-- iosmail:apply'));

test('all well: journal first, then a reply on each pull request and the deployment, and the lock last', async () => {
  const here = await recording();
  const { left, report, pull, other, github, writes, commit } = here;
  const done = report(ended(CONTOSO, 'applied', pull), ended(LITWARE, 'nothing to do', other));
  const { code, lines } = await githubRecord(await left(42, done, { sent: { [CONTOSO]: SENT } }));
  expect(lines.join('\n')).not.toContain('error');
  expect(code).toBe(0);
  expect(writes()).toEqual([
    'git',
    `POST /issues/${pull}/comments`,
    `POST /issues/${other}/comments`,
    'POST /deployments',
    expect.stringMatching(/^POST \/deployments\/\d+\/statuses$/),
    'git',
  ]);
  expect(journal(here)).toEqual([
    {
      format: 1,
      time: '2026-11-24T09:00:42.001Z',
      run: 42,
      attempt: 1,
      url: `${github.origin}/octo/tenants/actions/runs/42`,
      by: 'merge',
      commit,
      outcome: 'whole',
      tenants: {
        [CONTOSO]: expect.objectContaining({ outcome: 'applied', pull, approvedBy: ['rita'] }),
        [LITWARE]: expect.objectContaining({ outcome: 'nothing to do', pull: other }),
      },
      left: [],
    },
  ]);
  expect(here.host('show', `iosmail-journal:tenants/${CONTOSO}.jsonl`)).toBe(SENT.trim());
  expect(titles(here)).toEqual(['run 42: 1 applied, 1 nothing to do of 2 tenants']);
  const message = here.host('log', '-1', '--format=%b', 'iosmail-journal');
  expect(message).toContain(`Iosmail-Commit: ${commit}\nIosmail-Pull: #${pull}\nIosmail-Pull: #${other}`);
  const [first, second] = replies(here);
  expect(first?.body).toContain(here.host('rev-parse', 'iosmail-journal').slice(0, 12));
  expect(first?.body).toContain('contoso');
  expect(first?.body).not.toContain('litware');
  expect(second?.on).toBe(other);
  const [deployment] = [...github.hub.deployments.values()];
  expect(deployment).toMatchObject({ sha: commit, environment: 'entra' });
  expect(deployment?.statuses.map(({ state }) => state)).toEqual(['success']);
  expect([...github.hub.issues.values()]).toEqual([]);
  expect(lock(here)).toBe('');
  expect(github.complaints).toEqual([]);
});

test('a failure opens the issue, the next one edits it, and it is closed once all is well', async () => {
  const here = await recording();
  const { left, report, pull, github } = here;
  const issue = () => [...github.hub.issues.values()].map(({ state, body }) => [state, body ?? '']);
  const said = [ended(CONTOSO, 'applied', pull), ended(LITWARE, 'failed', pull)];
  expect((await githubRecord(await left(42, report(...said)))).code).toBe(0);
  expect(issue()).toEqual([['open', expect.stringContaining('runs/42')]]);
  expect(journal(here)[0].left).toEqual([{ tenant: LITWARE, pull }]);
  await githubRecord(await left(43, undefined));
  expect(issue()).toEqual([['open', expect.stringMatching(/runs\/43[\s\S]*not known/)]]);
  // One that is fine says nothing of the other tenant.
  await githubRecord(await left(44, report(ended(CONTOSO, 'applied', pull))));
  expect(issue()).toEqual([['open', expect.stringContaining('runs/43')]]);
  const { lines } = await githubRecord(await left(45, report(ended(LITWARE, 'applied', pull))));
  expect(issue()).toEqual([['closed', expect.any(String)]]);
  expect(lines.join('\n')).toMatch(/Failure issue closed/);
  expect(titles(here)).toEqual([
    'run 42: 1 applied, 1 failed of 2 tenants',
    'run 43: no report, what it sent is not known',
    'run 44: 1 applied of 1 tenant',
    'run 45: 1 applied of 1 tenant',
  ]);
  expect(
    [...github.hub.deployments.values()].map(({ statuses }) => statuses.map(({ state }) => state)),
  ).toEqual([['failure'], ['error'], ['success', 'inactive'], ['success']]);
});

test.each([
  { again: 'the very same job', attempt: 1 },
  { again: 'only the job that records', attempt: 2 },
])('told again ($again), nothing is there twice', async ({ attempt }) => {
  const here = await recording();
  const { left, report, pull, github } = here;
  const said = report(ended(CONTOSO, 'applied', pull), ended(LITWARE, 'failed', pull));
  const sent = { [CONTOSO]: SENT };
  await githubRecord(await left(42, said, { sent }));
  const before = here.host('rev-parse', 'iosmail-journal');
  const [reply] = replies(here);
  const { code, lines } = await githubRecord(await left(42, said, { sent, attempt }));
  expect(code).toBe(0);
  expect(lines[0]).toBe(`Journalled before on iosmail-journal as ${before.slice(0, 12)}.`);
  expect(here.host('rev-parse', 'iosmail-journal')).toBe(before);
  expect(replies(here)).toEqual([reply]);
  expect(github.hub.deployments.size).toBe(1);
  expect([...github.hub.issues.values()].map(({ state }) => state)).toEqual(['open']);
  expect(lock(here)).toBe('');
});

test('a second attempt that did something else is another line, and edits the reply', async () => {
  const here = await recording();
  const { left, report, pull } = here;
  await githubRecord(await left(42, report(ended(CONTOSO, 'failed', pull))));
  await githubRecord(await left(42, report(ended(CONTOSO, 'applied', pull)), { attempt: 2 }));
  expect(journal(here).map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(replies(here)).toHaveLength(1);
  expect(replies(here)[0]?.body).toContain('APPLIED');
  expect(titles(here)[1]).toBe('run 42 (attempt 2): 1 applied of 1 tenant');
});

test('a failure that was settled since is not told anew when its job runs again', async () => {
  const here = await recording();
  const { left, report, pull, github } = here;
  const failed = report(ended(CONTOSO, 'failed', pull));
  await githubRecord(await left(42, failed));
  await githubRecord(await left(43, report(ended(CONTOSO, 'applied', pull))));
  const { code } = await githubRecord(await left(42, failed));
  expect(code).toBe(0);
  expect([...github.hub.issues.values()].map(({ state }) => state)).toEqual(['closed']);
});

test('a run that went well long ago does not close the issue of a later one', async () => {
  const here = await recording();
  const { left, report, pull, github } = here;
  const well = report(ended(CONTOSO, 'applied', pull));
  await githubRecord(await left(42, well));
  await githubRecord(await left(43, report(ended(CONTOSO, 'failed', pull))));
  await githubRecord(await left(42, well));
  expect([...github.hub.issues.values()].map(({ state }) => state)).toEqual(['open']);
});

test('a fresh plan is shown in the reply and whole in the summary, with the digest it is applied by', async () => {
  const here = await recording();
  const { left, report, pull } = here;
  const plan = { ...EXAMPLE, tenants: [PLANNED] };
  const stale = { ...ended(CONTOSO, 'stale', pull), tenant: PLANNED.tenant };
  const options = await left(42, report(stale), { fresh: planJson(plan) });
  const { code, lines } = await githubRecord(options);
  expect(code, lines.join('\n')).toBe(0);
  const summary = readFileSync(options.env.GITHUB_STEP_SUMMARY ?? '', 'utf8');
  const issue = [...here.github.hub.issues.values()][0]?.body ?? '';
  for (const text of [replies(here)[0]?.body ?? '', summary, issue]) {
    expect(text).toContain(`- digest: \`${planRoot(plan)}\``);
    expect(text).toContain('- run: `42`');
  }
  expect(summary).toContain('bea@contoso');
  expect(journal(here)[0].fresh).toBe(planRoot(plan));
});

const REFUSED = { status: 403, body: { message: 'Resource not accessible by integration' } };

test.each([
  { request: /^GET .*\/comments/, missing: 'no reply on pull request' },
  { request: /^POST .*\/comments/, missing: 'no reply on pull request' },
  { request: /^GET .*\/deployments/, missing: 'no deployment was made' },
  { request: /^POST .*\/deployments\?|^POST .*\/deployments$/, missing: 'no deployment was made' },
  { request: /^POST .*\/statuses/, missing: 'no deployment was made' },
  { request: /^GET .*\/issues\?/, missing: 'the failure issue was not written' },
  { request: /^POST .*\/issues$/, missing: 'the failure issue was not written' },
])('$request fails: said, and everything else is done', async ({ request, missing }) => {
  const here = await recording();
  const { left, report, pull, github, writes } = here;
  const options = await left(42, report(ended(CONTOSO, 'failed', pull)));
  github.fault(request, REFUSED, 9);
  const { code, lines } = await githubRecord(options);
  expect(code).toBe(1);
  const errors = lines.filter((line) => line.startsWith('error:'));
  expect(errors).toEqual([expect.stringContaining(missing)]);
  expect(lines.filter((line) => line.startsWith('fix:'))).toEqual([
    expect.stringMatching(/^fix: Give the job `permissions: [a-z-]+: (?:read|write)`/),
  ]);
  const told = missing.startsWith('no reply');
  expect(replies(here)).toHaveLength(told ? 0 : 1);
  expect(github.hub.issues.size).toBe(missing.includes('issue') ? 0 : 1);
  expect([writes()[0], writes().at(-1)]).toEqual(['git', 'git']);
  expect(journal(here)).toHaveLength(1);
  expect(lock(here)).toBe('');
});

test('a GitHub that refuses everything: journalled, lock released, each failure told', async () => {
  const here = await recording();
  const options = await here.left(42, here.report(ended(CONTOSO, 'failed', here.pull)));
  here.github.fault(() => true, { status: 404, body: { message: 'Not Found' } }, 99);
  const { code, lines } = await githubRecord(options);
  expect(code).toBe(1);
  expect(lines.filter((line) => line.startsWith('error:'))).toHaveLength(3);
  expect(journal(here)).toHaveLength(1);
  expect(lock(here)).toBe('');
});

test('a journal that cannot be pushed is said with what to do; people are told all the same, and the issue stays open', async () => {
  const here = await recording();
  const { left, report, pull, github } = here;
  await githubRecord(await left(42, report(ended(CONTOSO, 'failed', pull))));
  forbid(github.gitDir, 'iosmail-journal');
  const { code, lines } = await githubRecord(await left(43, report(ended(CONTOSO, 'applied', pull))));
  expect(code).toBe(1);
  expect(lines.join('\n')).toMatch(
    /^error: the journal was not written: The branch iosmail-journal cannot be written: .*GH013.*\nfix: Let no ruleset forbid/m,
  );
  expect(replies(here)[1]?.body).toContain('the journal could not be written');
  expect([...github.hub.issues.values()].map(({ state }) => state)).toEqual(['open']);
  expect(journal(here)).toHaveLength(1);
  expect(lock(here)).toBe('');
});

test('a lock that cannot be given back is said', async () => {
  const here = await recording();
  const options = await here.left(42, here.report());
  forbid(here.github.gitDir, LOCK);
  const { code, lines } = await githubRecord(options);
  expect(code).toBe(1);
  expect(lines.join('\n')).toMatch(/^error: the lock was not released: /m);
  expect(journal(here)).toHaveLength(1);
});

test('a token that may not push: nothing was journalled, and the fix names the permission', async () => {
  const here = await recording({
    contents: 'read',
    deployments: 'write',
    issues: 'write',
    'pull-requests': 'write',
  });
  const { code, lines } = await githubRecord(
    await here.left(42, here.report(ended(CONTOSO, 'applied', here.pull))),
  );
  expect(code).toBe(1);
  const [error, fix] = lines.filter((line) => !line.startsWith('Replied'));
  expect(error).toMatch(/^error: the journal was not written: .*403/);
  expect(fix).toContain('permissions: contents: write');
  expect(replies(here)).toHaveLength(1);
  // It may not give the lock back either: the next run takes it over.
  expect(lines.join('\n')).toContain('error: the lock was not released');
});

test('a fresh plan that cannot be used is said, and shown to nobody', async () => {
  const here = await recording();
  const options = await here.left(42, here.report(ended(CONTOSO, 'stale', here.pull)), { fresh: '{}' });
  const { code, lines } = await githubRecord(options);
  expect(code).toBe(1);
  expect(lines.join('\n')).toMatch(/^error: the fresh plan cannot be shown: .*\nfix: /m);
  expect(replies(here)[0]?.body).not.toContain('Fresh plan');
  expect(journal(here)[0].fresh).toBeUndefined();
  expect(lock(here)).toBe('');
});

test.each([
  { broken: 'no token', env: { GITHUB_TOKEN: '' }, locked: true },
  { broken: 'no repository', env: { GITHUB_REPOSITORY: 'nobody' }, locked: false },
  { broken: 'no address', env: { GITHUB_API_URL: 'nowhere' }, locked: false },
])(
  'GitHub cannot be opened ($broken): the run is red, and gives the lock back if it can',
  async ({ env, locked }) => {
    const here = await recording();
    const options = await here.left(42, here.report(), { env });
    const { code, lines } = await githubRecord(options);
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/^error: the journal was not written, and nobody was told: GITHUB_/);
    expect(lines.join('\n').includes('the lock was not released')).toBe(locked);
    expect(lock(here) === '').toBe(!locked);
  },
);

test('policies that cannot be read: the journal is the one in force, and everything else is done too', async () => {
  const here = await recording();
  const options = await here.left(42, here.report(ended(CONTOSO, 'applied', here.pull)));
  rmSync(here.policies, { recursive: true });
  writeFileSync(here.policies, 'a file');
  const { code, lines } = await githubRecord(options);
  expect(code, lines.join('\n')).toBe(0);
  expect(journal(here).map(({ run }) => run)).toEqual([42]);
  expect(here.github.hub.deployments.size).toBe(1);
  expect(lock(here)).toBe('');
});

/** Commits settings as they are from now on. */
function settle({ policies }: Recording, text: string): void {
  writeFileSync(join(policies, 'settings.yaml'), text);
  runGit(policies, ['add', '.']);
  runGit(policies, ['commit', '-q', '-m', 'settings']);
}

test.each([
  ['with errors', 'oops: 1\n'],
  ['that name another journal, which no run found in force', 'journal:\n  branch: elsewhere\n'],
])('settings %s: the journal stays where it is', async (_, settings) => {
  const here = await recording();
  const { left, report, pull } = here;
  settle(here, '{}\n');
  settle(here, settings);
  for (const run of [43, 44])
    expect((await githubRecord(await left(run, report(ended(CONTOSO, 'failed', pull))))).code).toBe(0);
  expect(journal(here).map(({ run }) => run)).toEqual([43, 44]);
  expect(here.host('branch', '--list', 'elsewhere')).toBe('');
  expect(lock(here)).toBe('');
});

test.each(['{', '[]', '{"formatVersion":1}'])(
  'a report that is none (%s) is an unknown run',
  async (text) => {
    const here = await recording();
    const { code } = await githubRecord(await here.left(42, text));
    expect(code).toBe(0);
    expect(journal(here)).toEqual([expect.objectContaining({ outcome: 'unknown', tenants: {}, left: [] })]);
    expect([...here.github.hub.issues.values()][0]?.body).toContain('not known');
  },
);

test('a report with what no apply writes does not get into the journal, where it would stop every later run', async () => {
  const here = await recording();
  const { left, report, pull } = here;
  const odd = ended(CONTOSO, 'applied', pull);
  const said = report({ ...odd, review: { kind: 'pull request', pull, approvedBy: ['Ada Example'] } });
  const { code, lines } = await githubRecord(await left(42, said));
  expect(code).toBe(1);
  expect(lines.join('\n')).toMatch(/the journal was not written: The line of run 42 could not be read again/);
  expect(here.host('branch', '--list', 'iosmail-journal')).toBe('');
  expect(lock(here)).toBe('');
});
