import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApplyReport, TenantReport } from '../../../src/core/report.ts';
import { FAILURE_MARKER, failureBody } from '../../../src/render/failure-issue.ts';
import { journalMessage } from '../../../src/render/journal-message.ts';
import { freshSummary, replyMarkdown } from '../../../src/render/reply.ts';
import { CONTOSO } from './example-plan.ts';
import { hostile } from './hostile.ts';
import { expectHarmless, expectInert } from './structure.ts';

const RUN = { id: 42, url: 'https://github.com/octo/tenants/actions/runs/42' };
const DIGEST = `sha256:${'d'.repeat(64)}`;
const ABOUT = { run: RUN, journal: { commit: 'c'.repeat(40), branch: 'iosmail-journal' } };
const tenant = (name: string, outcome: TenantReport['outcome'], message?: string): TenantReport => ({
  tenant: { ...CONTOSO.tenant, name },
  outcome,
  steps: [],
  ...(message === undefined ? {} : { problem: { message, fix: message } }),
});
const report = (tenants: readonly TenantReport[]): ApplyReport => ({
  formatVersion: 1,
  tool: { name: 'iosmail', version: '1' },
  tenants,
});
const fresh = {
  plan: {
    formatVersion: 1 as const,
    createdAt: '2026-11-24T09:00:00.000Z',
    day: '2026-11-24',
    tool: { name: 'iosmail' as const, version: '1' },
    tenants: [CONTOSO],
    cost: { roundTrips: 1, requests: 1, signIn: 0 },
  },
  digest: DIGEST,
};

test('the reply to a merged pull request', () => {
  expect(
    replyMarkdown(
      report([tenant('contoso', 'applied'), tenant('litware', 'refused', 'No approval.')]),
      ABOUT,
    ),
  ).toMatchSnapshot();
});

test('without anything sent it says nothing of effects', () => {
  expect(replyMarkdown(report([tenant('contoso', 'stale')]), ABOUT)).not.toContain('takes effect');
});

test('a fresh plan comes with how to apply exactly it', () => {
  const reply = replyMarkdown(report([tenant('contoso', 'stale')]), { ...ABOUT, fresh });
  expect(reply).toContain('- run: `42`');
  expect(reply).toContain(`- digest: \`${DIGEST}\``);
});

test('however many tenants: it fits, failures come first, and how to go on is never cut off', () => {
  const long = 'x'.repeat(900);
  const many = [
    ...Array.from({ length: 500 }, (_, at) => tenant(`${at}${long}`, 'applied')),
    tenant('litware', 'partly applied'),
  ];
  const reply = replyMarkdown(report(many), { ...ABOUT, fresh });
  expect(reply.length).toBeLessThanOrEqual(60_000);
  expect(reply).toContain(`- digest: \`${DIGEST}\``);
  expect(reply).toContain('commit cccccccccccc');
  expect(reply.split('\n').find((line) => line.startsWith('- '))).toBe('- litware: partly applied');
  expect(reply).toMatch(/^- and \d+ more$/m);
  const failed = many.map((each) => ({ ...each, outcome: 'failed' as const }));
  expect(failureBody(report(failed), RUN).length).toBeLessThanOrEqual(60_000);
});

const long = 'x'.repeat(900);
const hundreds = Array.from({ length: 100 }, (_, at) => tenant(`${at}${long}`, 'applied'));
const planOf = (count: number) => ({
  ...fresh,
  plan: {
    ...fresh.plan,
    tenants: Array.from({ length: count }, (_, at) => ({
      ...CONTOSO,
      tenant: { ...CONTOSO.tenant, name: `t${at}` },
    })),
  },
});

test('where not all fits, the fresh plan is shown whole and the steps are not', () => {
  const reply = replyMarkdown(report(hundreds), { ...ABOUT, fresh });
  expect(reply.length).toBeLessThanOrEqual(60_000);
  expect(reply).toContain('bea@contoso');
  expect(reply).toContain('artifact `iosmail-apply`');
  expect(reply).toContain(`- digest: \`${DIGEST}\``);
});

test('a fresh plan that is too long says where it can be read, and keeps the digest', () => {
  const reply = replyMarkdown(report([tenant('contoso', 'stale')]), { ...ABOUT, fresh: planOf(60) });
  expect(reply.length).toBeLessThanOrEqual(60_000);
  expect(reply).not.toContain('bea@contoso');
  expect(reply).toContain(`[summary of the run](${RUN.url}), under \`record\`, before you have it applied`);
  expect(reply).toContain('`fresh.json` in the artifact `iosmail-fresh`');
  expect(reply).toContain('- run: `42`');
  expect(reply).toContain(`- digest: \`${DIGEST}\``);
});

test('the summary has the fresh plan whole, with how to apply exactly it', () => {
  const summary = freshSummary(planOf(60), 42);
  for (let at = 0; at < 60; at += 1) expect(summary).toContain(`### t${at}\n`);
  expect(summary).not.toContain('not shown');
  expect(summary).toContain('- run: `42`');
  expect(summary).toContain(`- digest: \`${DIGEST}\``);
});

test('a fresh plan longer than even a summary says how many tenants are not shown', () => {
  const summary = freshSummary(planOf(2_000), 42);
  expect(new TextEncoder().encode(summary).length).toBeLessThanOrEqual(1_000_000);
  const missing = Number(/^\*\*([\d,]+) more tenants are not shown/.exec(summary)?.[1]?.replace(',', ''));
  expect(missing).toBeGreaterThan(0);
  const shown = summary.match(/^### t\d+$/gm)?.length ?? 0;
  expect(shown).toBe(2_000 - missing);
  expect(shown).toBeGreaterThan(0);
  expect(summary).toContain('having it applied applies all of them');
  expect(summary).toContain(`- digest: \`${DIGEST}\``);
});

test('the title of a commit of the journal reads well in a list', () => {
  const run = { id: 42, attempt: 1, url: RUN.url, by: 'merge' } as const;
  const title = (...args: Parameters<typeof journalMessage>) => journalMessage(...args).split('\n')[0];
  const two = report([tenant('contoso', 'applied'), tenant('litware', 'stale')]);
  expect(title(two, run)).toBe('run 42: 1 applied, 1 stale of 2 tenants');
  expect(title(two, { ...run, attempt: 3, by: 'fresh plan' })).toBe(
    'run 42 (attempt 3), fresh plan: 1 applied, 1 stale of 2 tenants',
  );
  expect(title(report([]), run)).toBe('run 42: no tenant had anything to apply');
  expect(title(undefined, run)).toBe('run 42: no report, what it sent is not known');
});

test('foreign text in a reply or issue does nothing', () => {
  fc.assert(
    fc.property(hostile, hostile, (name, message) => {
      const told = report([tenant(name, 'failed', message)]);
      for (const text of [replyMarkdown(told, { run: RUN }), failureBody(told, RUN)]) expectHarmless(text);
      expectInert(replyMarkdown(told, { run: RUN }).replace(/^<sub>.*$/m, ''));
    }),
  );
});

test('the failure issue names what did not end as planned, and says so when nobody knows', () => {
  const body = failureBody(report([tenant('contoso', 'applied'), tenant('litware', 'failed', 'Lost.')]), RUN);
  expect(body.startsWith(FAILURE_MARKER)).toBe(true);
  expect(body).toContain('litware');
  expect(body).not.toContain('contoso');
  expect(failureBody(undefined, RUN)).toContain('What it sent is not known');
});
