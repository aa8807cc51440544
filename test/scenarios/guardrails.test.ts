import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Review } from '../../src/apply/applying.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { TenantPlan } from '../../src/core/plan.ts';
import { guardFrom } from '../../src/guardrails/open.ts';
import { loadPolicies } from '../../src/policy/load.ts';
import { reportOf } from './stage.ts';
import { CONSENT, woodgrove } from './tenant-builder.ts';
import { writesIn } from './wire.ts';
import { only, openWorld } from './world.ts';

const BOTH = 'EAS.AccessAsUser.All EWS.AccessAsUser.All';
const people = Array.from({ length: 12 }, (_, index) => `p${index}`);
const tenant = () =>
  woodgrove({
    people,
    userConsent: CONSENT.none,
    app: { required: true, assigned: people, tenantWide: BOTH },
  });

const rule = (require: string, more = '') =>
  `guardrails:\n  - id: sample\n    severity: error\n    message: Too many lose access.\n    owner: us\n    require: ${require}\n${more}`;
const AT_MOST_3 = rule('size(impact.lose) + recentLosses <= limit', '    limit: 3\n');

/** Policies that let these people in, with guardrails beside them. */
async function policies(who: readonly string[], guardrails?: string, more = '') {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-guardrails-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'tenants'));
  const users = who.map((name) => `    - upn: ${name}@woodgrove.example\n`).join('');
  const head = 'tenant:\n  name: woodgrove\n  id: dfdff506-4bfc-4582-a40c-e1de13c4eaf0\n';
  const rest = `assignments:\n  users:\n${users}  unlisted: remove\nsafety:\n  maxRemovals: 50\n  settle: 0\n`;
  writeFileSync(join(folder, 'tenants', 'woodgrove.yaml'), `${head}${rest}${more}`);
  if (guardrails !== undefined) writeFileSync(join(folder, 'guardrails.yaml'), guardrails);
  return await loadPolicies(folder, '2026-11-24');
}

const about = ({ findings }: Pick<TenantPlan, 'findings'>): readonly Finding[] =>
  findings.filter(({ rule }) => rule === 'guardrail/sample');

const approvedBy = (by: readonly string[], more: Partial<Review> = {}): Review => ({
  under: { kind: 'pull request', pull: 7, approvedBy: by },
  recheck: async () => undefined,
  ...more,
});

const exception = (limit: number, until = '2026-11-30') =>
  `exceptions:\n  - { rule: guardrail/sample, limit: ${limit}, reason: CHG-7 closing, until: ${until} }\n`;

describe('a limit holds across many small runs', () => {
  test('what was taken in the last seven days counts, an exception raises the number, and the window ends', async () => {
    const world = openWorld([tenant()]);
    const first = await policies(people.slice(2), AT_MOST_3);
    const plan = await world.plan(first);
    expect(only(plan).status).toBe('changes');
    expect(about(only(plan))).toEqual([]);
    expect(reportOf(await world.apply(plan, first)).outcome).toBe('applied');

    const next = people.slice(4);
    const second = only(await world.plan(await policies(next, AT_MOST_3)));
    expect(second.status).toBe('refused');
    expect(about(second)).toMatchObject([
      { severity: 'error', waivable: { limit: 4 }, message: expect.stringContaining('the limit is 3') },
    ]);
    expect(about(second)[0]?.fix).toContain('limit: 4');
    // Too small a number changes nothing, and one that ended neither.
    for (const less of [exception(3), exception(4, '2026-11-23')]) {
      expect(only(await world.plan(await policies(next, AT_MOST_3, less))).status).toBe('refused');
    }
    const raised = only(await world.plan(await policies(next, AT_MOST_3, exception(4))));
    expect(raised.status).toBe('changes');
    expect(about(raised)).toMatchObject([
      { severity: 'warning', waived: { reason: 'CHG-7 closing', until: '2026-11-30' } },
    ]);
    await world.clock.sleep(8 * 86_400_000);
    expect(only(await world.plan(await policies(next, AT_MOST_3))).status).toBe('changes');
  });

  test('an exception dies with its last day: a plan reviewed under it is refused afterwards', async () => {
    const world = openWorld([tenant()]);
    const asked = await policies(people.slice(5), AT_MOST_3, exception(5, '2026-11-24'));
    const plan = await world.plan(asked);
    expect(only(plan).status).toBe('changes');
    const report = reportOf(await world.apply(plan, asked, { day: '2026-11-25' }));
    expect(report.outcome).toBe('refused');
    expect(report.problem?.message).toContain('guardrail/sample');
    expect(writesIn(world.wire)).toEqual([]);
  });
});

describe('the guardrails are judged again before the first write', () => {
  test('one that came after the review stops it', async () => {
    const world = openWorld([tenant()]);
    const plan = await world.plan(await policies(people.slice(5)));
    expect(only(plan).status).toBe('changes');
    const report = reportOf(await world.apply(plan, await policies(people.slice(5), AT_MOST_3)));
    expect(report.outcome).toBe('refused');
    expect(report.problem?.message).toMatch(/guardrail\/sample: Too many lose access\..*Nothing was sent/);
    expect(writesIn(world.wire)).toEqual([]);
  });

  test('the one before the change counts beside the one the change brings', async () => {
    const world = openWorld([tenant()]);
    const weak = await policies(people.slice(5), rule('today != ""'));
    const plan = await world.plan(weak);
    expect(only(plan).status).toBe('changes');
    const text = JSON.stringify([
      {
        ...{ id: 'sample', severity: 'error', message: 'Too many lose access.', owner: 'us' },
        require: 'size(impact.lose) <= 3',
      },
    ]);
    const guard = await guardFrom(text);
    if (guard === undefined) throw new Error('no guard');
    const refused = reportOf(await world.apply(plan, weak, { review: approvedBy(['bob'], { guard }) }));
    expect(refused.outcome).toBe('refused');
    expect(refused.problem?.message).toContain('guardrail/sample');
    expect(writesIn(world.wire)).toEqual([]);
    expect(reportOf(await world.apply(plan, weak, { review: approvedBy(['bob']) })).outcome).toBe('applied');
  });

  test('a text that cannot be opened any more lets nothing pass', async () => {
    const guard = await guardFrom(
      '[{"id":"sample","severity":"error","message":"m","owner":"o","require":"foo()"}]',
    );
    const world = openWorld([tenant()]);
    const asked = await policies(people.slice(1));
    const plan = await world.plan(asked);
    const review = approvedBy(['bob'], guard === undefined ? {} : { guard });
    expect(reportOf(await world.apply(plan, asked, { review })).outcome).not.toBe('applied');
    expect(writesIn(world.wire)).toEqual([]);
  });
});

test('a guardrail that asks for two approvals is not satisfied with one, or with a desk', async () => {
  const two = rule('"!change.narrows"', '    approvals: 2\n').replace('error', 'warning');
  const asked = await policies(people.slice(1), two);
  const world = openWorld([tenant()]);
  const plan = await world.plan(asked);
  expect(only(plan)).toMatchObject({ status: 'changes', approvals: 2 });
  expect(about(only(plan))[0]?.message).toContain('It takes 2 approvals.');
  for (const review of [undefined, approvedBy([]), approvedBy(['bob'])]) {
    const report = reportOf(await world.apply(plan, asked, review === undefined ? {} : { review }));
    expect(report.outcome).toBe('refused');
    expect(report.problem?.message).toContain('ask for 2 approvals');
  }
  expect(writesIn(world.wire)).toEqual([]);
  const report = reportOf(await world.apply(plan, asked, { review: approvedBy(['bob', 'cleo']) }));
  expect(report.outcome).toBe('applied');
});

test('while a guardrail is wrong no tenant is planned, and the settings allow nothing', async () => {
  const wrong = await policies(people, rule('policy.consnt.userConsent == "none"'));
  expect(wrong.tenants).toEqual([]);
  expect(wrong.broken).toEqual(['woodgrove']);
  expect(wrong.settings.review.allowUnreviewedApply).toBe(false);
  expect(wrong.findings.map(({ rule }) => rule).sort()).toEqual([
    'guardrail-expression',
    'guardrails-broken',
  ]);
});

test('exceptions name guardrails that are there, with a number where there is a limit', async () => {
  const said = async (guardrails: string, entry: string) => {
    const { findings } = await policies(
      people,
      guardrails,
      `exceptions:\n  - { ${entry}, reason: r, until: 2026-12-01 }\n`,
    );
    return findings.map(({ rule }) => rule);
  };
  expect(await said(AT_MOST_3, 'rule: guardrail/sample')).toEqual(['exception-limit']);
  expect(await said(AT_MOST_3, 'rule: guardrail/simple, limit: 3')).toContain('unknown-exception');
  expect(await said(rule('change.any'), 'rule: guardrail/sample')).toEqual([]);
  expect(await said(rule('change.any'), 'rule: guardrail/sample, limit: 3')).toEqual(['exception-limit']);
  expect(await said(rule('change.any', '    exceptable: false\n'), 'rule: guardrail/sample')).toEqual([
    'unknown-exception',
  ]);
});
