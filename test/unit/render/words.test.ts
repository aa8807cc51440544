import { describe, expect, it } from 'vitest';
import { changeWords, valueWords } from '../../../src/render/change-words.ts';
import { inPlace, progressLine } from '../../../src/render/progress.ts';
import { stretches, waitWords } from '../../../src/render/stretches.ts';
import { columnWords, count, levelCell, number, personWords } from '../../../src/render/words.ts';
import { CONTOSO } from './example-plan.ts';

const same = (text: string) => text;
const ID = '5b0f6c1e-58a4-4f7c-9f0a-1d2c3b4a5968';

describe('number and count', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [4180, '4,180'],
    [1_234_567, '1,234,567'],
  ])('writes %d as %s', (value, text) => {
    expect(number(value)).toBe(text);
  });

  it('has one person and several people', () => {
    expect([0, 1, 2].map((value) => count(value, 'person', 'people'))).toEqual([
      '0 people',
      '1 person',
      '2 people',
    ]);
  });
});

describe('changeWords', () => {
  it.each([
    [
      'a switch',
      { label: 'Assignment required?', before: false, after: true },
      'Assignment required? No → Yes',
    ],
    [
      'a list',
      { label: 'Grant admin consent', before: ['a', 'b'], after: ['a'] },
      'Grant admin consent: a, b → a',
    ],
    [
      'an empty list',
      { label: 'User consent settings', before: ['a'], after: [] },
      'User consent settings: a → nothing',
    ],
    [
      'somebody new, with the id once',
      {
        label: 'Users and groups',
        subject: 'SG (group)',
        setting: `assignments/${ID}`,
        before: null,
        after: true,
      },
      `Users and groups: SG (group) ${ID}`,
    ],
    [
      'a subject that tells its id',
      {
        label: 'Users and groups',
        subject: `gone ${ID}`,
        setting: `assignments/${ID}`,
        before: true,
        after: null,
      },
      `Users and groups: gone ${ID}`,
    ],
    [
      'properties, only those that differ',
      {
        label: 'Visible to users?',
        before: { visible: true, tags: ['A'], same: 1 },
        after: { visible: false, tags: ['A', 'HideApp'], same: 1 },
      },
      'Visible to users? tags: A → A, HideApp; visible: Yes → No',
    ],
    [
      'a new object',
      { label: 'Enterprise app', before: null, after: { tags: ['A'], 'Assignment required?': true } },
      'Enterprise app: Assignment required? Yes, tags: A',
    ],
  ])('tells %s', (_, change, words) => {
    expect(changeWords({ setting: 'x', ...change }, same)).toBe(words);
  });

  it('never shows a hole', () => {
    expect(valueWords('', same)).toBe('""');
    expect(valueWords(null, same)).toBe('absent');
  });
});

describe('levelCell and columnWords', () => {
  it('tells each possibility where worlds differ', () => {
    expect(levelCell('none or has', same)).toBe('no access or has access');
    expect(levelCell('may', same)).toBe('may consent');
    expect(levelCell('toString', same)).toBe('toString');
    expect(columnWords('grant', same)).toBe('admin consent granted');
    expect(columnWords('now', same)).toBe('now');
    expect(columnWords('constructor', same)).toBe('constructor');
  });
});

describe('personWords', () => {
  it('falls back to the id of a person without a name', () => {
    expect(personWords({ id: ID, name: ' ', via: [] }, same)).toBe(ID);
    expect(personWords({ id: ID, name: 'ada', via: ['assigned directly'] }, same)).toBe(
      'ada (assigned directly)',
    );
  });
});

describe('stretches', () => {
  it('joins neighbours of one group, and starts anew where a wait comes', () => {
    const [grant, assign, close] = CONTOSO.steps;
    const steps = [grant!, assign!, { ...assign!, number: 3 }, close!, { ...close!, number: 5 }];
    expect(stretches(steps).map(({ steps: inside }) => inside.length)).toEqual([1, 2, 1, 1]);
    expect(waitWords(0)).toBe('two agreeing reads');
    expect(waitWords(60)).toBe('two agreeing reads, then 60 s');
  });
});

describe('progress', () => {
  it('tells how far a run is', () => {
    expect(progressLine('read', 3, 1200)).toBe('Reading 3 of 1,200 tenants');
    expect(inPlace('x')).toBe('\r\u001b[2Kx');
    expect(inPlace(undefined)).toBe('\r\u001b[2K');
  });
});
