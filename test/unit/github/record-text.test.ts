import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, type Json } from '../../../src/core/json.ts';
import { type ReviewRecord, rootOf, sumOf } from '../../../src/github/record.ts';
import { readRecord, recordText } from '../../../src/github/record-text.ts';
import { hostile } from '../render/hostile.ts';
import { expectHarmless, expectInert } from '../render/structure.ts';

const tenant = (at: number, name = `tenant-${at}`) => ({
  name,
  id: `8f1c6a50-0f5c-4c2c-9c47-${String(at).padStart(12, '0')}`,
  digest: sumOf(`digest ${at}`),
  sum: sumOf(`sum ${at}`),
});

const RECORD: ReviewRecord = {
  format: 1,
  pull: 12,
  base: 'b'.repeat(40),
  head: 'a'.repeat(40),
  run: 77,
  comment: { id: 5, sum: sumOf('comment') },
  tenants: [tenant(1), tenant(2)],
};

/** A text that holds any value, with the root that value would have. */
const forged = (value: Json) =>
  readRecord(`\`\`\`json\n${canonical(value)}\n\`\`\`\n`, sumOf(canonical(value)));
const why = expect.objectContaining({ why: expect.any(String) });

describe('recordText', () => {
  it('is a table for people, then the record', () => {
    const text = recordText(RECORD);
    expect(text).toContain(`| tenant-1 | \`${tenant(1).digest}\` |`);
    expect(readRecord(text, rootOf(RECORD))).toEqual(RECORD);
    expect(readRecord(text.replaceAll('\n', '\r\n'), rootOf(RECORD))).toEqual(RECORD);
  });

  it('fits for a hundred tenants', () => {
    const tenants = Array.from({ length: 100 }, (_, at) => tenant(at, `${'n'.repeat(60)}${at}`));
    const text = recordText({ ...RECORD, tenants });
    expect(text.length).toBeLessThan(65_535);
    expect(text).toContain('| Tenant |');
    expect(readRecord(text, rootOf({ ...RECORD, tenants }))).toEqual({ ...RECORD, tenants });
  });

  it('reads back whatever a tenant is called, and no name breaks out', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 5 }), (names) => {
        const record = { ...RECORD, tenants: names.map((name, at) => tenant(at, name)) };
        const text = recordText(record);
        expectHarmless(text);
        expectInert(text);
        expect(readRecord(text, rootOf(record))).toEqual(record);
      }),
    );
  });

  it('reads back without a comment and without tenants', () => {
    const { comment: _, ...none } = { ...RECORD, tenants: [] };
    expect(readRecord(recordText(none), rootOf(none))).toEqual(none);
  });
});

describe('readRecord', () => {
  it('refuses a text that says something else than its external id', () => {
    const text = recordText(RECORD);
    expect(readRecord(text.replace('"run":77', '"run":78'), rootOf(RECORD))).toEqual(why);
    expect(readRecord(text, sumOf('other'))).toEqual(why);
    expect(readRecord(text, '')).toEqual(why);
  });

  it.each(['', 'none', '```json\n{\n```', '```json\n[]\n```', '```json\nnull\n```'])('refuses %j', (text) => {
    expect(readRecord(text, rootOf(RECORD))).toEqual(why);
  });

  it('refuses two records and one that is too long', () => {
    const text = recordText(RECORD);
    expect(readRecord(`${text}\n${text}`, rootOf(RECORD))).toEqual(why);
    expect(readRecord(`${text}${' '.repeat(65_536)}`, rootOf(RECORD))).toEqual(why);
  });

  it('takes the record itself', () => {
    expect(forged(RECORD as Json)).toEqual(RECORD);
  });

  it.each<[string, { readonly [key: string]: Json }]>([
    ['another format', { format: 2 }],
    ['a field more', { extra: 1 }],
    ['a short commit', { head: 'abc' }],
    ['a commit in capitals', { base: 'B'.repeat(40) }],
    ['a run that is text', { run: '77' }],
    ['a run of zero', { run: 0 }],
    ['a pull request that is text', { pull: '12' }],
    ['a pull request of zero', { pull: 0 }],
    ['a comment that is nothing', { comment: null }],
    ['a comment with more', { comment: { id: 1, sum: sumOf(''), x: 1 } }],
    ['a comment without a sum', { comment: { id: 1 } }],
    ['tenants that are none', { tenants: {} }],
    ['a tenant with more', { tenants: [{ ...tenant(1), x: 1 }] }],
    ['a tenant twice', { tenants: [tenant(1), tenant(1)] }],
    ['a tenant without an id', { tenants: [{ ...tenant(1), id: 'x' }] }],
    ['a digest that is none', { tenants: [{ ...tenant(1), digest: 'sha256:' }] }],
    ['a sum that is none', { tenants: [{ ...tenant(1), sum: 7 }] }],
    ['a name that is none', { tenants: [{ ...tenant(1), name: null }] }],
    ['too many tenants', { tenants: Array.from({ length: 101 }, (_, at) => tenant(at)) }],
  ])('refuses %s though the root fits', (_, changed) => {
    expect(forged({ ...(RECORD as { readonly [key: string]: Json }), ...changed })).toEqual(why);
  });

  it.each(['format', 'pull', 'base', 'head', 'run', 'tenants'])('refuses one without %s', (key) => {
    const rest = Object.entries(RECORD).filter(([each]) => each !== key);
    expect(forged(Object.fromEntries(rest) as Json)).toEqual(why);
  });
});
