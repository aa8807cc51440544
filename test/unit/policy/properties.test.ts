import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Layer, merge } from '../../../src/policy/baseline.ts';
import { nearest } from '../../../src/policy/nearest.ts';
import type { BaselineFile, TenantFile } from '../../../src/policy/types.gen.ts';
import { load, SAMPLE_ID } from './sample.ts';

const gate = fc.constantFrom(true, false, 'unmanaged' as const);
const text = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }).filter((each) => /\S/.test(each));
const upn = fc
  .tuple(fc.stringMatching(/^[a-z0-9.']{1,8}$/), fc.stringMatching(/^[a-z]{1,8}$/))
  .map((parts) => `${parts.join('@')}.example`);
const day = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true })
  .map((each) => each.toISOString().slice(0, 10));
const dates = fc.oneof(
  fc.constant({}),
  day.map((from) => ({ from })),
  fc.tuple(day, text).map(([until, reason]) => ({ until, reason })),
);
const group = fc.tuple(text, dates).map(([name, each]) => ({ name, ...each }));
const user = fc.tuple(upn, dates).map(([each, when]) => ({ upn: each, ...when }));

const shared: fc.Arbitrary<BaselineFile> = fc.record(
  {
    application: fc.record(
      { enabledForSignIn: gate, assignmentRequired: gate, visibleToUsers: gate },
      { requiredKeys: [] },
    ),
    consent: fc.record(
      {
        tenantWide: fc.constantFrom('unmanaged' as const, [
          'EAS.AccessAsUser.All' as const,
          'EWS.AccessAsUser.All' as const,
        ]),
        userConsent: fc.constantFrom('unmanaged' as const, 'none' as const, { custom: 'own-policy' }),
        userGrants: fc.constantFrom('keep' as const, 'report' as const, 'revoke' as const),
      },
      { requiredKeys: [] },
    ),
    assignments: fc.record(
      {
        groups: fc.oneof(
          fc.constant('unmanaged' as const),
          fc.uniqueArray(group, { selector: ({ name }) => name.toLowerCase(), maxLength: 4 }),
        ),
        users: fc.oneof(
          fc.constant('unmanaged' as const),
          fc.uniqueArray(user, { selector: (each) => each.upn.toLowerCase(), maxLength: 4 }),
        ),
        unlisted: fc.constant('remove' as const),
      },
      { requiredKeys: ['unlisted'] },
    ),
    safety: fc.record(
      {
        protected: fc.array(upn, { maxLength: 3 }),
        maxRemovals: fc.oneof(
          fc.nat({ max: 99 }),
          fc.nat({ max: 100 }).map((each) => `${each}%`),
        ),
        transition: fc.constantFrom('refuse' as const, 'continuity' as const, 'containment' as const),
        settle: fc.nat({ max: 3600 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const tenant = { name: 'sample', id: SAMPLE_ID };
const layer = <T>(content: T, file: string): Layer<T> => ({
  content,
  at: () => ({ file, line: 1, column: 1 }),
});
const merged = (over: BaselineFile, under: BaselineFile) =>
  merge(layer<TenantFile>({ tenant, ...over }, 'over'), layer(under, 'under'));
const EMPTY = { application: {}, consent: {}, assignments: {}, safety: { protected: [] } };

describe('merging a baseline', () => {
  test('with nothing on either side changes nothing, and twice is once', () => {
    fc.assert(
      fc.property(shared, (each) => {
        const alone = merged(each, {}).content;
        expect(merged({}, each).content).toEqual(alone);
        expect(merged(each, each).content).toEqual(alone);
        expect(merged({}, {}).content).toEqual(EMPTY);
      }),
    );
  });

  test('every value is the tenant’s where it says one, else the baseline’s, and knows which', () => {
    fc.assert(
      fc.property(shared, shared, (over, under) => {
        const { content, origins } = merged(over, under);
        for (const section of ['application', 'consent', 'assignments', 'safety'] as const) {
          const [own, base] = [over[section] ?? {}, under[section] ?? {}] as readonly object[];
          for (const [key, value] of Object.entries(content[section])) {
            if (key === 'protected') continue;
            const owner = Object.hasOwn(own ?? {}, key) ? own : base;
            expect(value).toEqual(Object.entries(owner ?? {}).find(([each]) => each === key)?.[1]);
            expect(origins[`/${section}/${key}`]?.file).toBe(owner === own ? 'over' : 'under');
          }
        }
      }),
    );
  });

  test('never forgets a protected person', () => {
    fc.assert(
      fc.property(shared, shared, (over, under) => {
        const all = [...(under.safety?.protected ?? []), ...(over.safety?.protected ?? [])];
        const kept = merged(over, under).content.safety.protected ?? [];
        expect(new Set(kept.map((each) => each.toLowerCase()))).toEqual(
          new Set(all.map((each) => each.toLowerCase())),
        );
        expect(new Set(kept).size).toBe(kept.length);
      }),
    );
  });
});

test('any policy means the same after a round trip through YAML, in block and in flow style', () => {
  fc.assert(
    fc.property(shared, (written) => {
      const value = { tenant, ...written };
      const [block, flow, json] = [
        stringify(value),
        stringify(value, { collectionStyle: 'flow' }),
        JSON.stringify(value),
      ].map((each) => load({ tenants: { sample: each } }));
      const fatal = block?.findings.filter(
        ({ severity, rule }) => severity === 'error' && rule !== 'from-after-until',
      );
      expect(fatal).toEqual([]);
      const desired = block?.tenants.map((each) => each.desired);
      expect(desired).toHaveLength(1);
      expect(flow?.tenants.map((each) => each.desired)).toEqual(desired);
      expect(json?.tenants.map((each) => each.desired)).toEqual(desired);
    }),
  );
});

test('whatever the bytes, the loader answers with a policy or with an error that has a place', () => {
  const piece = fc.constantFrom(
    'tenant:',
    ' name: sample',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a',
    '!!x ',
    '"',
    "'",
    '|',
    '>',
    '?',
    ': ',
    '# ',
    '---',
    '%YAML 1.1',
    '<<',
    '\t',
    '\u0000',
    '\u2028',
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(piece, { maxLength: 60 }).map((parts) => new TextEncoder().encode(parts.join(''))),
    fc.string({ unit: 'binary', maxLength: 200 }).map((each) => new TextEncoder().encode(each)),
  );
  fc.assert(
    fc.property(bytes, (each) => {
      const { tenants, broken, findings } = load({ tenants: { sample: each } });
      expect(tenants.length + broken.length).toBe(1);
      if (broken.length === 1) expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
      for (const { at } of findings) {
        expect(at?.line).toBeGreaterThanOrEqual(1);
        expect(at?.column).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns: 500 },
  );
});

test('any JSON value in the place of any key is refused or read, never thrown at', () => {
  const sections = ['tenant', 'baseline', 'application', 'consent', 'assignments', 'safety', 'exceptions'];
  fc.assert(
    fc.property(fc.constantFrom(...sections), fc.jsonValue({ maxDepth: 4 }), (section, value) => {
      const { tenants, broken } = load({ tenants: { sample: JSON.stringify({ tenant, [section]: value }) } });
      expect(tenants.length + broken.length).toBe(1);
    }),
    { numRuns: 300 },
  );
});

test('the same files in another order mean the same', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const texts = Object.fromEntries(
    ids.map((name, index) => [
      name,
      `tenant: { name: ${name}, id: ${index}${SAMPLE_ID.slice(1)} }\nbaseline: x\nextra${index % 2 ? '' : ': 1'}\n`,
    ]),
  );
  const inOrder = (names: readonly string[]) =>
    load({ tenants: Object.fromEntries(names.map((name) => [name, texts[name] ?? ''])) });
  fc.assert(
    fc.property(fc.shuffledSubarray(ids, { minLength: 4 }), (names) => {
      expect(JSON.stringify(inOrder(names))).toBe(JSON.stringify(inOrder(ids)));
    }),
  );
});

test('a word one slip away is found again', () => {
  const known = ['application', 'consent', 'assignments', 'safety', 'exceptions', 'baseline', 'tenant'];
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.nat(), fc.constantFrom('', 'x'), (word, at, letter) => {
      const index = at % word.length;
      expect(nearest(word.slice(0, index) + letter + word.slice(index + 1), known)).toBe(word);
    }),
  );
  expect(nearest('xyzzy', known)).toBeUndefined();
});
