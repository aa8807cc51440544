import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forCodeSpan, forCsv, forMarkdown, forTerminal, forWorkflow } from '../../../src/render/safe.ts';
import { hostile, NASTY } from './hostile.ts';
import { expectHarmless, expectInert } from './structure.ts';

describe('forTerminal', () => {
  it.each([
    ['SG-iOS-Mail', 'SG-iOS-Mail'],
    ['Vertrieb Süd 山田　太郎', 'Vertrieb Süd 山田　太郎'],
    ['\u001b[31mred', '\\u{1B}[31mred'],
    ['safe\u202Egnp.exe', 'safe\\u{202E}gnp.exe'],
    ['two\nlines', 'two\\u{A}lines'],
    ['::set-output name=x::1', '\\u{3A}:set-output name=x::1'],
    ['##[error]x', '\\u{23}#[error]x'],
    ['tag\u{E0041}', 'tag\\u{E0041}'],
    [' x ', '\\u{20}x\\u{20}'],
    ['\uFFF9annotated', '\\u{FFF9}annotated'],
    ['e\u0301\u0302\u0303\u0304', 'e\u0301\u0302\u0303\\u{304}'],
    ['\u0301x', '\\u{301}x'],
  ])('shows %j as %s', (text, shown) => {
    expect(forTerminal(text)).toBe(shown);
  });

  it('tells a written escape from a real one', () => {
    expect(forTerminal('\\u{202E}')).not.toBe(forTerminal('\u202E'));
  });

  it('cuts long text in the middle and keeps both ends', () => {
    const shown = forTerminal(`${'a'.repeat(3000)}@contoso.example`);
    expect(shown.length).toBe(1001);
    expect(shown).toMatch(/^a+…a+@contoso\.example$/);
  });

  it('is harmless for any text', () => {
    fc.assert(fc.property(hostile, (text) => void expectHarmless(`  ${forTerminal(text)}`)));
  });

  it('keeps different short texts apart', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        fc.pre(a.length < 500 && b.length < 500 && a !== b);
        expect(forTerminal(a)).not.toBe(forTerminal(b));
      }),
    );
  });
});

describe('forMarkdown', () => {
  it.each([
    ['IT | Mobile', 'IT &#124; Mobile'],
    ['ceo@contoso.example', '`ceo@contoso.example`'],
    ['("@everyone").', '("`@everyone`").'],
    ['[x](y)', '\\[x\\](y)'],
    ['# heading', '`#` heading'],
    ['1. one', '1\\. one'],
    ['</details>', '&lt;/details&gt;'],
    ['a `b` c', 'a &#96;b&#96; c'],
    [':smile:', '`:smile`:'],
  ])('shows %j as %s', (text, shown) => {
    expect(forMarkdown(text)).toBe(shown);
  });

  it.each(NASTY)('leaves nothing active in %j', (text) => {
    expectInert(`- ${forMarkdown(text)}`);
    expectHarmless(forMarkdown(text));
  });

  it('leaves nothing active in any text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = forMarkdown(text);
        expectHarmless(shown);
        expectInert(shown);
        expect(shown).not.toMatch(/\|/);
        expect(shown).not.toMatch(/^(?:\s|[-+*>#=~|:]|\d+[.)]|```)/);
      }),
    );
  });
});

describe('forCodeSpan', () => {
  it('never ends the span or the cell, and is never empty', () => {
    fc.assert(fc.property(hostile, (text) => void expect(forCodeSpan(text)).toMatch(/^[^`|\n]+$/)));
  });
});

describe('forCsv', () => {
  it.each([
    ['=cmd()', `"'=cmd()"`],
    ['x;=cmd()', `"x;'=cmd()"`],
    ['say "hi", you', '"say ""hi"", you"'],
    ['\t=1', '"\\u{9}=1"'],
  ])('shows %j as %s', (text, cell) => {
    expect(forCsv(text)).toBe(cell);
  });

  it('is one quoted cell that begins no formula, for any text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const cell = forCsv(text);
        expect(cell).toMatch(/^"(?:[^"\n\r]|"")*"$/);
        for (const part of cell.slice(1, -1).split(/[;,]/)) expect(part.trimStart()).not.toMatch(/^[=+\-@]/);
      }),
    );
  });
});

describe('forWorkflow', () => {
  it('encodes what would end a property', () => {
    expect(forWorkflow('a:b,c%')).toBe('a%3Ab%2Cc%25');
    expect(forWorkflow('a:b,c%', 'data')).toBe('a:b,c%25');
  });

  it('begins no command and ends no line, for any text', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('property' as const, 'data' as const), (text, place) => {
        expectHarmless(forWorkflow(text, place));
        expect(forWorkflow(text, place)).not.toMatch(/%(?!25|3A|2C)/);
        if (place === 'property') expect(forWorkflow(text)).not.toMatch(/[:,]/);
      }),
    );
  });
});
