import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codeOfReport } from '../../../src/commands/exit-code.ts';
import { unplanned } from '../../../src/commands/fresh-plan.ts';
import { githubRecord } from '../../../src/commands/github-record.ts';
import { orNothingSent, type ReviewedRunOptions } from '../../../src/commands/reviewed-run.ts';
import type { ApplyReport } from '../../../src/core/report.ts';
import { openFresh } from '../../../src/git/open-fresh.ts';
import { isRun } from '../../../src/git/read-run-line.ts';
import { runLineOf } from '../../../src/git/run-lines.ts';
import { planRoot } from '../../../src/github/record.ts';
import { planJson } from '../../../src/render/plan-json.ts';
import { EXAMPLE, CONTOSO as PLANNED } from '../render/example-plan.ts';
import { CONTOSO, ended, LITWARE, type Recording, recording } from './recording.ts';

const WHY = 'The plan file has another digest. Nothing was sent.';
const tool = { name: 'iosmail', version: '1' } as const;
const none: ApplyReport = { formatVersion: 1, tool, tenants: [], nothingSent: WHY };
const BY_HAND = { env: { GITHUB_EVENT_NAME: 'workflow_dispatch' } };
const journal = ({ host }: Recording) =>
  host('show', 'iosmail-journal:runs.jsonl')
    .split('\n')
    .map((line) => JSON.parse(line));
const issue = ({ github }: Recording) => [...github.hub.issues.values()][0];

test('a merge that ended before it could send anything is told as that, and is still to come', async () => {
  const here = await recording();
  const { code } = await githubRecord(await here.left(42, none));
  expect(code).toBe(0);
  expect(journal(here)).toEqual([expect.objectContaining({ outcome: 'nothing sent', by: 'merge' })]);
  expect(journal(here)[0]).not.toHaveProperty('commit');
  expect(issue(here)?.body).toMatch(/ended before it could send anything: The plan file has another digest/);
  expect(issue(here)?.body).not.toMatch(/not known/);
  expect([...here.github.hub.deployments.values()]).toEqual([]);
  await githubRecord(await here.left(43, here.report(ended(CONTOSO, 'applied', here.pull))));
  expect(issue(here)?.state).toBe('closed');
});

test('a fresh plan that ended before it could send anything leaves the issue and its digest as they are', async () => {
  const here = await recording();
  const plan = { ...EXAMPLE, tenants: [PLANNED] };
  const stale = here.report(ended(PLANNED.tenant.id, 'stale', here.pull));
  await githubRecord(await here.left(42, stale, { fresh: planJson(plan) }));
  const told = issue(here)?.body;
  expect(told).toContain(planRoot(plan));
  expect((await githubRecord(await here.left(43, none, BY_HAND))).code).toBe(0);
  expect(issue(here)).toMatchObject({ state: 'open', body: told });
  expect(journal(here).at(-1)).toMatchObject({ outcome: 'nothing sent', by: 'fresh plan' });
  // The next failure keeps the way out that is still open.
  await githubRecord(await here.left(44, none));
  expect(issue(here)?.body).toMatch(new RegExp(`- run: \`42\`\n- digest: \`${planRoot(plan)}\``));
});

test('a run that was rejected at its environment sent nothing; one that was also approved may have', async () => {
  const here = await recording();
  const rejected = { environment: 'apply', state: 'rejected', user: 'rita' } as const;
  here.github.runs.set(42, { answers: [rejected] });
  await githubRecord(await here.left(42, undefined));
  expect(issue(here)?.body).toMatch(/It was rejected at the environment apply\. Nothing was sent/);
  here.github.runs.set(43, { answers: [{ ...rejected, state: 'approved' }, rejected] });
  await githubRecord(await here.left(43, undefined));
  expect(issue(here)?.body).toMatch(/not known/);
  here.github.runs.set(44, { answers: [{ ...rejected, environment: 'publish' }] });
  await githubRecord(await here.left(44, undefined));
  expect(journal(here).map(({ outcome }) => outcome)).toEqual(['nothing sent', 'unknown', 'unknown']);
});

test('what was planned afresh is journalled with its commit, and is no deployment', async () => {
  const here = await recording();
  const { commit, pull } = here;
  const report: ApplyReport = {
    ...here.report(ended(CONTOSO, 'stale', pull), ended(LITWARE, 'nothing to do')),
    merged: { commit, rules: commit },
    afresh: true,
  };
  expect((await githubRecord(await here.left(42, report, BY_HAND))).code).toBe(0);
  expect(journal(here)).toEqual([
    expect.objectContaining({ by: 'all afresh', outcome: 'whole', commit, rules: commit, left: [] }),
  ]);
  expect(issue(here)?.body).toMatch(/Planned afresh by .*differ from the merged policies/);
  expect([...here.github.hub.deployments.values()]).toEqual([]);
  expect(codeOfReport(report)).toBe(0);
  expect(codeOfReport({ ...report, tenants: [ended(CONTOSO, 'failed')] })).toBe(1);
});

test('a tenant without a fresh plan is left for the next run and says why', () => {
  const why = { message: 'No sign-in.', fix: 'Mend it.' };
  const refused = { ...ended(CONTOSO, 'refused', 7), problem: { message: 'Refused.', fix: 'Approve.' } };
  const report = unplanned(refused, why);
  expect(report.problem?.message).toBe('Refused. There is no fresh plan of it: No sign-in.');
  const about = {
    time: '2026-11-24T09:00:00.000Z',
    run: 1,
    attempt: 1,
    url: 'https://example.test/1',
    by: 'merge',
  } as const;
  const merged = { commit: 'a'.repeat(40) };
  const whole = { formatVersion: 1, tool, merged } as const;
  expect(runLineOf({ ...whole, tenants: [report] }, about).left).toEqual([{ tenant: CONTOSO, pull: 7 }]);
  expect(runLineOf({ ...whole, tenants: [refused] }, about).left).toEqual([]);
  expect(isRun(runLineOf({ formatVersion: 1, tool, tenants: [], nothingSent: WHY }, about))).toBe(true);
  const posted = { ...runLineOf({ ...whole, tenants: [refused] }, about), fresh: `sha256:${'b'.repeat(64)}` };
  expect(openFresh([posted])).toEqual({ run: 1, digest: posted.fresh });
  const done = runLineOf({ ...whole, tenants: [ended(CONTOSO, 'applied')] }, { ...about, run: 2 });
  expect(openFresh([posted, done])).toBeUndefined();
});

test('only what ends before the first write leaves the report that nothing was sent', async () => {
  const here = await recording();
  const { report = '', ...job } = await here.left(42, undefined);
  const options: ReviewedRunOptions = {
    ...job,
    report,
    sandbox: false,
    stop: new AbortController().signal,
    stopping: () => false,
  };
  const fails = async ({ onBegin }: ReviewedRunOptions, sends: boolean) => {
    if (sends) onBegin?.();
    throw new Error(WHY);
  };
  await expect(orNothingSent(options, (given) => fails(given, true))).rejects.toThrow(WHY);
  expect(() => readFileSync(report)).toThrow(/ENOENT/);
  await expect(orNothingSent(options, (given) => fails(given, false))).rejects.toThrow(WHY);
  expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ tenants: [], nothingSent: WHY });
});
