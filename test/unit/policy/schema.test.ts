import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';

type Shape = {
  readonly [keyword: string]: unknown;
  readonly $id?: string;
  readonly type?: string;
  readonly $ref?: string;
  readonly properties?: { readonly [key: string]: Shape };
  readonly $defs?: { readonly [name: string]: Shape };
};

const read = (name: string): Shape =>
  JSON.parse(readFileSync(new URL(`../../../schema/${name}.schema.json`, import.meta.url), 'utf8'));
const schemas = ['tenant', 'baseline', 'settings'].map((name) => [name, read(name)] as const);

/** Every schema inside a schema, with its path. */
function* shapesIn(shape: unknown, path = '#'): Generator<readonly [string, Shape]> {
  if (typeof shape !== 'object' || shape === null) return;
  if (!Array.isArray(shape)) yield [path, shape as Shape];
  for (const [key, each] of Object.entries(shape)) yield* shapesIn(each, `${path}/${key}`);
}

describe.each(schemas)('%s.schema.json', (name, schema) => {
  test('is valid JSON Schema 2020-12 with a stable id', () => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false });
    addFormats.default(ajv);
    ajv.addKeyword('x-not-supported-yet');
    expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true);
    expect(() => ajv.compile(schema)).not.toThrow();
    expect(schema.$id).toBe(`https://iosmail.example/schema/${name}.schema.json`);
  });

  test('every key is described and shown by an example that fits', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema(schema);
    let keys = 0;
    for (const [path, shape] of shapesIn(schema)) {
      for (const [key, written] of Object.entries(shape.properties ?? {})) {
        const target = typeof written === 'object' ? (written as Shape) : {};
        const reference = target.$ref?.replace('#/$defs/', '');
        const value = reference === undefined ? target : schema.$defs?.[reference];
        expect(value?.description, `${path} ${key}`).toMatch(/\w/);
        const examples = (value?.examples ?? []) as readonly unknown[];
        expect(examples.length, `${path} ${key} has no example`).toBeGreaterThan(0);
        const pointer = reference === undefined ? `${path}/properties/${key}` : `#/$defs/${reference}`;
        for (const example of examples) {
          const fits = ajv.validate({ $ref: `${schema.$id}${pointer}` }, example);
          expect(fits, `${pointer}: ${JSON.stringify(example)} ${ajv.errorsText()}`).toBe(true);
        }
        keys += 1;
      }
    }
    expect(keys).toBeGreaterThan(10);
  });

  test('every mapping refuses unknown keys', () => {
    for (const [path, shape] of shapesIn(schema)) {
      if (shape.type === 'object') expect(shape.additionalProperties, path).not.toBeOneOf([undefined, true]);
    }
  });
});

test('what two schemas share is the same in both', () => {
  const seen = new Map<string, unknown>();
  for (const [name, schema] of schemas) {
    for (const [key, definition] of Object.entries(schema.$defs ?? {})) {
      if (seen.has(key)) expect(definition, `${name} ${key}`).toEqual(seen.get(key));
      seen.set(key, definition);
    }
  }
});

test('the generated types are what the schemas say', () => {
  execFileSync(process.execPath, ['scripts/generate-types.mjs', '--check'], { stdio: 'pipe' });
});
