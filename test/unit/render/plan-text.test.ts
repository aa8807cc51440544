import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { planText } from '../../../src/render/plan-text.ts';
import { plan, withTexts } from './arbitrary-plan.ts';
import { CONTOSO, EXAMPLE, FAILED, planOf, REFUSED, UNCHANGED } from './example-plan.ts';
import { hostile } from './hostile.ts';
import { expectHarmless, outline } from './structure.ts';

const plain = { colour: false, verbose: false };

describe('planText', () => {
  it('tells a change in people first, then why, then the steps', () => {
    expect(planText(planOf(CONTOSO), { ...plain, next: 'iosmail apply --plan plan.json' })).toMatchSnapshot();
  });

  it('says in one line that nothing changes, and how much was looked at', () => {
    expect(planText(planOf(UNCHANGED), plain)).toBe(
      [
        'adatum  No changes. Live settings match the policy (checked 4 settings, left 1 alone).',
        '',
        'Plan: 0 to add, 0 to change, 0 to remove in 0 of 1 tenant; 0 refused; 0 failed.',
        '',
      ].join('\n'),
    );
  });

  it('gives the YAML that would waive a refusal, with its number and a last day', () => {
    const text = planText(planOf(REFUSED), plain);
    expect(text).toContain('fabrikam  REFUSED · nothing will be sent · 12 people would gain, 3 would lose');
    expect(text).toContain(
      '- { rule: removal-limit, limit: 3, reason: "why, with its ticket", until: 2026-12-01 }',
    );
    expect(text).toContain('Plan: 0 to add, 0 to change, 0 to remove in 0 of 1 tenant; 1 refused; 0 failed.');
  });

  it.each([
    ['ceo@fabrikam.example', 'upn: ceo@fabrikam.example,'],
    ["o'neil@fabrikam.example", 'upn: "o\'neil@fabrikam.example",'],
    ['#a,b}@fabrikam.example', 'upn: "#a,b}@fabrikam.example",'],
    ['a@b", reason: x }', 'upn: "a@b\\", reason: x }",'],
  ])('names in that YAML the protected person, as text that YAML reads back: %s', (upn, written) => {
    const [finding] = REFUSED.findings;
    const findings = [{ ...finding!, rule: 'protected-person', waivable: { person: upn } }];
    const line = planText(planOf({ ...REFUSED, findings }), plain)
      .split('\n')
      .find((each) => each.includes('- { rule: protected-person'));
    expect(line).toContain(written);
    expect(parse(line?.trim() ?? '')).toEqual([
      { rule: 'protected-person', upn, reason: 'why, with its ticket', until: '2026-12-01' },
    ]);
  });

  it('offers no exception where none may waive', () => {
    const [finding] = REFUSED.findings;
    const { waivable: _, ...final } = finding!;
    expect(planText(planOf({ ...REFUSED, findings: [final] }), plain)).not.toContain('exceptions:');
  });

  it('tells what broke apart from what was refused', () => {
    const text = planText(planOf(FAILED), plain);
    expect(text).toContain('tailspin  FAILED');
    expect(text).toContain('fix: Renew the secret');
    expect(text).toContain('0 refused; 1 failed.');
  });

  it('never counts what could not be read as nobody', () => {
    const impact = { ...CONTOSO.impact, gain: [], unread: ['members of SG-iOS-Mail'] };
    const text = planText(planOf({ ...CONTOSO, impact }), plain);
    expect(text).toContain('nobody is known to gain, at least 3 people lose, at least 4,180 keep access');
    expect(text).toContain('? not read: members of SG-iOS-Mail; the numbers are a lower bound');
  });

  it('shows in full, when verbose, the requests, the people, the digest and where values come from', () => {
    const text = planText(planOf(CONTOSO), {
      colour: false,
      verbose: true,
      policies: new Map([['contoso', { '/application': { file: 'a.yaml', line: 3, column: 1 } }]]),
    });
    expect(text).toContain('PATCH /servicePrincipals/c1');
    expect(text).toContain('"appRoleAssignmentRequired": true');
    expect(text).toContain('person11@contoso.example');
    expect(text).toContain(CONTOSO.digest);
    expect(text).toMatch(/application\.assignmentRequired = true +a\.yaml:3:1/);
    expect(text).toMatch(/safety\.settle = 60 +default/);
  });

  it('says the same with and without colour', () => {
    fc.assert(
      fc.property(plan, fc.boolean(), (any, verbose) => {
        const told = withTexts(any, ['x']);
        const coloured = planText(told, { colour: true, verbose });
        expect(stripVTControlCharacters(coloured)).toBe(planText(told, { colour: false, verbose }));
      }),
    );
    expect(planText(EXAMPLE, { ...plain, colour: true })).toContain('\u001b[');
  });

  it('keeps its form whatever names and messages say', () => {
    fc.assert(
      fc.property(plan, fc.array(hostile, { minLength: 1 }), fc.boolean(), (any, texts, verbose) => {
        const options = { colour: false, verbose };
        const text = planText(withTexts(any, texts), options);
        expectHarmless(text);
        expect(outline(text)).toEqual(outline(planText(withTexts(any, ['x']), options)));
      }),
    );
  });
});
