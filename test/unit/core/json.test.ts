import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byText, canonical, type Json, sameJson } from '../../../src/core/json.ts';

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => value as Json);

/** The same value with the keys of every object in another order. */
function rekeyed(value: Json): Json {
  if (Array.isArray(value)) return value.map(rekeyed);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, each]) => [key, rekeyed(each)] as const);
  return Object.fromEntries(entries.reverse());
}

describe('canonical JSON', () => {
  test('is JSON, and reads back as the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonical(JSON.parse(canonical(value)))).toBe(canonical(value));
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('is the same text whatever the order of keys', () => {
    fc.assert(fc.property(json, (value) => canonical(rekeyed(value)) === canonical(value)));
  });

  test('differs where the values differ', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(sameJson(a, b)).toBe(same);
      }),
    );
  });

  test.each<[Json, string]>([
    [{ b: 1, a: [2, { d: null, c: true }] }, '{"a":[2,{"c":true,"d":null}],"b":1}'],
    [{ B: 1, a: 2, ä: 3 }, '{"B":1,"a":2,"ä":3}'],
    [{ '10': 1, '9': 2 }, '{"10":1,"9":2}'],
    ['quote " and \u2028', '"quote \\" and \u2028"'],
    [[], '[]'],
  ])('%j', (value, text) => {
    expect(canonical(value)).toBe(text);
  });

  test('a list keeps its order: order is a value there', () => {
    expect(sameJson([1, 2], [2, 1])).toBe(false);
  });
});

test('text is ordered by code unit, not by locale', () => {
  expect(['ä', 'a', 'Z', 'z'].sort(byText)).toEqual(['Z', 'a', 'z', 'ä']);
});

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? 0 : value;
  // Pairs instead of an object: engines put integer-like keys first whatever we ask for.
  return Object.entries(value)
    .map(([key, each]): Json => [key, sorted(each)])
    .sort((a, b) => byText(JSON.stringify(a), JSON.stringify(b)))
    .concat('object');
}
