import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planJson } from '../../../src/render/plan-json.ts';
import { plan, withTexts } from './arbitrary-plan.ts';
import { CONTOSO, EXAMPLE, FAILED, planOf, REFUSED } from './example-plan.ts';
import { hostile } from './hostile.ts';
import { expectHarmless } from './structure.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../schema/plan.schema.json', import.meta.url), 'utf8'),
) as object;
const isPlan = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

type Path = readonly (string | number)[];

/** Every object and array inside, by its path, but for JSON that the format does not look into. */
function containers(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const open = ['body', 'before', 'after', 'labels'].includes(String(path.at(-1)));
  // `everyoneElse` has a before and an after of its own, which are closed.
  if (open && path.at(-2) !== 'everyoneElse') return [];
  return [path, ...Object.entries(value).flatMap(([key, each]) => containers(each, [...path, key]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((inside, key) => (inside as Record<string, unknown>)[key], value);
}

describe('planJson', () => {
  it('is what the schema describes, for any plan and any text in it', () => {
    fc.assert(
      fc.property(plan, fc.array(hostile, { minLength: 1 }), (any, texts) => {
        const told = withTexts(any, texts);
        const json = planJson(told);
        expect(JSON.parse(json)).toEqual(told);
        expect(isPlan(JSON.parse(json)), JSON.stringify(isPlan.errors)).toBe(true);
        expectHarmless(json);
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    const backwards = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(backwards);
      if (typeof value !== 'object' || value === null) return value;
      const entries = Object.entries(value).reverse();
      return Object.fromEntries(entries.map(([key, each]) => [key, backwards(each)]));
    };
    fc.assert(
      fc.property(plan, (any) => {
        expect(planJson(backwards(any) as typeof any)).toBe(planJson(any));
      }),
    );
  });

  it('keeps a key named __proto__ a key', () => {
    const [, tenant] = EXAMPLE.tenants;
    const body = JSON.parse('{"__proto__":{"polluted":true}}');
    const json = planJson({ ...EXAMPLE, tenants: [{ ...tenant, steps: [{ body }] }] as never });
    expect(json).toContain('"__proto__": {');
  });
});

describe('plan.schema.json', () => {
  const few = { ...CONTOSO.impact, gain: CONTOSO.impact.gain.slice(0, 1), retain: [] };
  const small = planOf(FAILED, { ...CONTOSO, impact: few }, { ...REFUSED, impact: { ...few, lose: [] } });
  const sample = () => JSON.parse(planJson(small)) as unknown;

  it('accepts the example', () => {
    expect(isPlan(sample())).toBe(true);
  });

  it('refuses an extra key everywhere', () => {
    for (const path of containers(sample())) {
      const damaged = sample();
      const inside = at(damaged, path);
      if (Array.isArray(inside)) continue;
      (inside as Record<string, unknown>).surprise = 1;
      expect(isPlan(damaged), path.join('/')).toBe(false);
    }
  });

  it('refuses a value of another type everywhere', () => {
    for (const path of containers(sample())) {
      const keys = Object.keys(at(sample(), path) as object);
      for (const key of keys.filter((each) => !['body', 'before', 'after'].includes(each))) {
        const damaged = sample();
        (at(damaged, path) as Record<string, unknown>)[key] = [{ of: 'another type' }];
        expect(isPlan(damaged), [...path, key].join('/')).toBe(false);
      }
    }
  });

  it('refuses a step that leaves the tenant: another method, another host, a query outside the path', () => {
    for (const [key, value] of [
      ['method', 'GET'],
      ['path', 'https://graph.microsoft.com/v1.0/users'],
      ['path', '//evil.example/users'],
      ['path', '/users\r\nHost: evil.example'],
      ['path', '/users /x'],
    ] as const) {
      const damaged = sample();
      (at(damaged, ['tenants', 1, 'steps', 0, 'request']) as Record<string, unknown>)[key] = value;
      expect(isPlan(damaged), value).toBe(false);
    }
  });

  it('describes every key', () => {
    const undescribed: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, each] of Object.entries(value)) {
        if (path.endsWith('/properties')) {
          const told = each as { description?: string; $ref?: string; const?: unknown };
          if (told.description === undefined && told.$ref === undefined && told.const === undefined) {
            undescribed.push(`${path}/${key}`);
          }
        }
        walk(each, `${path}/${key}`);
      }
    };
    walk(schema, '');
    expect(undescribed).toEqual([]);
  });

  it.each(['validate', 'apply'])('shares its definitions with %s.schema.json', (name) => {
    const other = JSON.parse(
      readFileSync(new URL(`../../../schema/${name}.schema.json`, import.meta.url), 'utf8'),
    ) as typeof schema & { $defs: Record<string, unknown> };
    const { $defs } = schema as typeof other;
    for (const [key, definition] of Object.entries(other.$defs)) expect(definition, key).toEqual($defs[key]);
  });
});
