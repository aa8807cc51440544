// Writes src/policy/types.gen.ts from the JSON Schemas of the policy files.
// `--check` writes nothing and exits 1 when the file is not what the schemas say.
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { compile } from 'json-schema-to-typescript';

const target = new URL('../src/policy/types.gen.ts', import.meta.url);
const names = ['tenant', 'baseline', 'settings', 'guardrails'];
const schemas = names.map((name) =>
  JSON.parse(readFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), 'utf8')),
);

// The files are self-contained, so that every editor can read them; here they become one, so that what they
// share is one type.
const definitions = {};
for (const { $id, $defs } of schemas) {
  for (const [name, definition] of Object.entries($defs)) {
    if (name in definitions && !isDeepStrictEqual(definitions[name], definition)) {
      throw new Error(`${$id} defines ${name} differently from another schema`);
    }
    definitions[name] = definition;
  }
}
// "One of these keys is required" says nothing a TypeScript type could say, and would split the type in two.
delete definitions.groupEntry.anyOf;
const properties = Object.fromEntries(
  schemas.map(({ $schema, $id, $defs, ...schema }) => [schema.title, schema]),
);
const text = await compile(
  { title: 'PolicyFiles', type: 'object', additionalProperties: false, properties, $defs: definitions },
  'PolicyFiles',
  {
    bannerComment:
      '// Generated from schema/*.schema.json by scripts/generate-types.mjs. Change the schemas instead.',
    style: { singleQuote: true, printWidth: 110 },
    unreachableDefinitions: false,
  },
);

if (!process.argv.includes('--check')) {
  writeFileSync(target, text);
} else if (readFileSync(target, 'utf8') !== text) {
  console.error('src/policy/types.gen.ts is not what the schemas say: run `npm run generate`.');
  process.exitCode = 1;
}
