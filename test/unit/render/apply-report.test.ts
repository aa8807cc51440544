import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplyReport, TenantReport } from '../../../src/core/report.ts';
import { applyJson } from '../../../src/render/apply-json.ts';
import { applyMarkdown } from '../../../src/render/apply-markdown.ts';
import { applyText } from '../../../src/render/apply-text.ts';
import { CONTOSO } from './example-plan.ts';
import { hostile } from './hostile.ts';
import { expectHarmless, expectInert, markdownForm, outline } from './structure.ts';

const [grant, assign, require] = CONTOSO.steps.map(({ number, changes, request }) => ({
  number,
  changes,
  what: request.what,
}));

const APPLIED: TenantReport = {
  tenant: CONTOSO.tenant,
  outcome: 'applied',
  steps: [
    { ...grant!, result: 'done' },
    { ...assign!, result: 'already so' },
    { ...require!, result: 'done' },
  ],
  verification: { result: 'as planned', notes: [] },
};

const PARTLY: TenantReport = {
  tenant: { ...CONTOSO.tenant, name: 'wingtip' },
  outcome: 'partly applied',
  steps: [
    { ...grant!, result: 'done' },
    { ...assign!, result: 'failed', note: '403 Forbidden' },
    { ...require!, result: 'not sent' },
  ],
  verification: { result: 'not as planned', notes: ['Users and groups: SG-iOS-Mail is not assigned.'] },
  standing: {
    known: true,
    value: {
      people: { has: 1312, may: 3, none: 1, unknown: 2 },
      everyoneElse: 'none',
      lost: [
        { id: 'a', name: 'ada@contoso.example', level: 'none' },
        { id: 'b', name: 'ben@contoso.example', level: 'unknown' },
      ],
      beyond: ['c', 'd', 'e', 'f', 'g', 'h'].map((id) => ({
        id,
        name: `${id}@contoso.example`,
        level: 'has',
      })),
    },
  },
  problem: {
    message: 'Graph refused step 2: Insufficient privileges.',
    fix: 'Grant AppRoleAssignment.ReadWrite.All to the apply identity, then apply again.',
  },
};

const STALE: TenantReport = {
  tenant: { ...CONTOSO.tenant, name: 'litware' },
  outcome: 'stale',
  steps: [],
  moved: {
    reviewed: { 'application/assignmentRequired': false, 'consent/tenantWide': ['EAS.AccessAsUser.All'] },
    live: { 'application/assignmentRequired': true, 'consent/tenantWide': ['EAS.AccessAsUser.All'] },
  },
  problem: {
    message: 'The tenant changed after the review.',
    fix: 'Plan again and have the new plan reviewed.',
  },
};

function reportOf(...tenants: readonly TenantReport[]): ApplyReport {
  return { formatVersion: 1, tool: { name: 'iosmail', version: '0.1.0' }, tenants };
}

/** A report with every kind of foreign text in it. */
function foreignReport([
  name = '',
  label = '',
  note = '',
  told = '',
  value = '',
]: readonly string[]): ApplyReport {
  const change = { setting: 'x', label, subject: name, before: value, after: [value] };
  const step = { number: 1, what: label, changes: [change, change], result: 'failed', note } as const;
  const person = { id: 'x', name, level: 'none' } as const;
  const people = { has: 1, may: 0, none: 1, unknown: 0 };
  return reportOf(
    { tenant: CONTOSO.tenant, outcome: 'failed', steps: [], standing: { known: false, why: told } },
    {
      tenant: { ...CONTOSO.tenant, name },
      outcome: 'partly applied',
      standing: { known: true, value: { people, everyoneElse: 'may', lost: [person], beyond: [person] } },
      steps: [step, { ...step, changes: [] }],
      verification: { result: 'not as planned', notes: [told, note] },
      problem: { message: told, fix: note },
    },
  );
}

const schema = JSON.parse(
  readFileSync(new URL('../../../schema/apply.schema.json', import.meta.url), 'utf8'),
) as object;
const isReport = new Ajv2020({ strict: true }).compile(schema);

const foreign = fc.array(hostile, { minLength: 5, maxLength: 5 });
const BLAND = foreignReport(['x', 'x', 'x', 'x', 'x']);

describe('applyText', () => {
  it('tells each tenant, each step, what moved, what to do, and the sum', () => {
    const next = 'iosmail plan --tenant wingtip';
    expect(applyText(reportOf(APPLIED, PARTLY, STALE), { colour: false, next })).toMatchSnapshot();
  });

  it('does not speak of steps where there was nothing to do', () => {
    const report = reportOf({ tenant: CONTOSO.tenant, outcome: 'nothing to do', steps: [] });
    expect(applyText(report, { colour: false })).toBe(
      'contoso  NOTHING TO DO · the live settings are the planned ones already\n\nApply: 1 nothing to do of 1 tenant.\n',
    );
  });

  it('keeps its form whatever the texts say', () => {
    fc.assert(
      fc.property(foreign, (texts) => {
        const text = applyText(foreignReport(texts), { colour: false });
        expectHarmless(text);
        expect(outline(text)).toEqual(outline(applyText(BLAND, { colour: false })));
      }),
    );
  });

  it('shows what moved harmlessly, whatever the settings hold', () => {
    fc.assert(
      fc.property(hostile, hostile, (reviewed, live) => {
        const report = reportOf({
          ...STALE,
          moved: { reviewed: { x: reviewed }, live: { x: live, [live]: 1 } },
        });
        expectHarmless(applyText(report, { colour: false }));
        expectInert(applyMarkdown(report));
      }),
    );
  });
});

describe('applyMarkdown', () => {
  it('has the sum first and the steps folded', () => {
    expect(applyMarkdown(reportOf(APPLIED, PARTLY, STALE))).toMatchSnapshot();
  });

  it('keeps its form whatever the texts say', () => {
    fc.assert(
      fc.property(foreign, (texts) => {
        const text = applyMarkdown(foreignReport(texts));
        expectHarmless(text);
        expectInert(text);
        expect(markdownForm(text)).toEqual(markdownForm(applyMarkdown(BLAND)));
      }),
    );
  });
});

describe('applyJson', () => {
  it('says the same as the report', () => {
    const report = reportOf(APPLIED, PARTLY, STALE);
    expect(JSON.parse(applyJson(report))).toEqual(report);
  });

  it('is what its schema describes, whatever the texts say', () => {
    const accepted = (report: ApplyReport) => isReport(JSON.parse(applyJson(report)));
    expect(accepted(reportOf(APPLIED, PARTLY, STALE)), JSON.stringify(isReport.errors)).toBe(true);
    fc.assert(fc.property(foreign, (texts) => accepted(foreignReport(texts))));
    expect(isReport({ ...reportOf(APPLIED), surprise: 1 })).toBe(false);
    expect(isReport({ ...reportOf(APPLIED), formatVersion: 2 })).toBe(false);
  });
});

it('does not call against the plan who gained beside it where it was read back as planned', () => {
  const note = '1 person gains access beyond those reviewed, because group membership moved meanwhile.';
  const text = applyMarkdown(reportOf({ ...APPLIED, verification: { result: 'as planned', notes: [note] } }));
  expect(text).toContain('**since the review**: 1 person gains');
  expect(text).not.toContain('not as planned');
});
