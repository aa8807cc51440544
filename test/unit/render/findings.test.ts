import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/finding.ts';
import { findingsJson } from '../../../src/render/findings-json.ts';
import { findingsMarkdown } from '../../../src/render/findings-markdown.ts';
import type { FindingsReport } from '../../../src/render/findings-report.ts';
import { findingsText } from '../../../src/render/findings-text.ts';
import { hostile } from './hostile.ts';
import { expectHarmless, expectInert, markdownForm, outline } from './structure.ts';

const FILE = 'policies/tenants/contoso.yaml';

const REPORT: FindingsReport = {
  findings: [
    {
      rule: 'open-to-everyone',
      severity: 'warning',
      message: 'Everyone in the tenant can use Apple Mail.',
      at: { file: FILE, line: 9, column: 3 },
    },
    {
      rule: 'unknown-key',
      severity: 'error',
      message: '`asignments` is not a key here.',
      fix: 'Did you mean `assignments`?',
      at: { file: FILE, line: 4, column: 1 },
    },
    { rule: 'no-policies', severity: 'info', message: 'There is no baseline.' },
  ],
  tenants: ['adatum'],
  broken: [FILE],
};

const schema = JSON.parse(
  readFileSync(new URL('../../../schema/validate.schema.json', import.meta.url), 'utf8'),
) as object;
const isReport = new Ajv2020({ strict: true }).compile(schema);

const foreign = fc.array(hostile, { minLength: 6, maxLength: 6 });

function reportOf([
  rule = '',
  message = '',
  fix = '',
  file = '',
  reason = '',
  tenant = '',
]: readonly string[]) {
  const finding: Finding = {
    rule,
    severity: 'error',
    message,
    fix,
    at: { file, line: 1, column: 2 },
    waived: { reason, until: '2026-12-01' },
  };
  return {
    findings: [finding, { ...finding, severity: 'info' }],
    tenants: [tenant],
    broken: [file],
  } as const;
}

const BLAND = reportOf(['x', 'x', 'x', 'x', 'x', 'x']);

describe('findingsText', () => {
  it('writes place, severity, message, rule and fix the way compilers do, by place', () => {
    expect(findingsText(REPORT, { colour: false })).toBe(
      [
        'info: There is no baseline. [no-policies]',
        `${FILE}:4:1: error: \`asignments\` is not a key here. [unknown-key]`,
        '  fix: Did you mean `assignments`?',
        `${FILE}:9:3: warning: Everyone in the tenant can use Apple Mail. [open-to-everyone]`,
        '',
        'Checked 1 tenant: 1 error, 1 warning, 1 note; 1 file cannot be used.',
        '',
      ].join('\n'),
    );
  });

  it('says how much was checked when there is nothing to say', () => {
    expect(findingsText({ findings: [], tenants: ['a', 'b'], broken: [] }, { colour: false })).toBe(
      'Checked 2 tenants: no problems.\n',
    );
  });

  it('keeps its form whatever the texts say', () => {
    fc.assert(
      fc.property(foreign, (texts) => {
        const text = findingsText(reportOf(texts), { colour: false });
        expectHarmless(text);
        expect(outline(text)).toEqual(outline(findingsText(BLAND, { colour: false })));
      }),
    );
  });
});

describe('findingsMarkdown', () => {
  it('is one table, the sum first', () => {
    expect(findingsMarkdown(REPORT)).toMatchSnapshot();
  });

  it('keeps its form whatever the texts say', () => {
    fc.assert(
      fc.property(foreign, (texts) => {
        const text = findingsMarkdown(reportOf(texts));
        expectHarmless(text);
        expectInert(text);
        expect(markdownForm(text)).toEqual(markdownForm(findingsMarkdown(BLAND)));
      }),
    );
  });
});

describe('findingsJson', () => {
  it('is versioned, in the order of places, and what its schema describes', () => {
    const told = JSON.parse(findingsJson(REPORT)) as { formatVersion: number; findings: Finding[] };
    expect(told.formatVersion).toBe(1);
    expect(told.findings.map(({ rule }) => rule)).toEqual(['no-policies', 'unknown-key', 'open-to-everyone']);
    expect(isReport(told), JSON.stringify(isReport.errors)).toBe(true);
    expect(isReport({ ...told, surprise: 1 })).toBe(false);
  });

  it('is harmless and true to every text', () => {
    fc.assert(
      fc.property(foreign, (texts) => {
        const json = findingsJson(reportOf(texts));
        expectHarmless(json);
        expect(JSON.parse(json)).toEqual({ formatVersion: 1, ...reportOf(texts) });
      }),
    );
  });
});
