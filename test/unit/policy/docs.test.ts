import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { load, SAMPLE_ID } from './sample.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const catalogue = read('docs/rules.md');
const sources = ['policy', 'core', 'levers', 'guardrails'].flatMap((room) =>
  readdirSync(new URL(`src/${room}/`, root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.gen.ts'))
    .map((file) => read(`src/${room}/${file}`)),
);

test('every rule that code can say is in the catalogue', () => {
  const said = sources.flatMap((text) =>
    [
      ...text.matchAll(
        /(?:rule: (?:\w+ \? '[a-z-]+' : )?|\b(?:say|refuse|finding|restsOnBroken)\(\s*)'([a-z0-9]+(?:-[a-z0-9]+)+)'/g,
      ),
    ].map(([, rule]) => rule),
  );
  expect(new Set(said).size).toBeGreaterThan(50);
  const unwritten = [...new Set(said)].filter((rule) => !catalogue.includes(`\`${rule}\``));
  expect(unwritten).toEqual([]);
});

test('every rule in the catalogue is one that code can say', () => {
  const rows = catalogue.split('\n').filter((line) => line.startsWith('| `'));
  const written = rows.flatMap((row) =>
    [...(row.split(' | ')[0] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map(([, rule]) => rule ?? ''),
  );
  expect(written.length).toBeGreaterThan(60);
  expect(new Set(written).size).toBe(written.length);
  // The two kinds of principal share their code.
  const inCode = (rule: string) =>
    sources.some(
      (text) =>
        text.includes(`'${rule}'`) || text.includes(`\`\${kind}-${rule.split('-').slice(1).join('-')}\``),
    );
  expect(written.filter((rule) => !inCode(rule))).toEqual([]);
});

test('the examples of the language reference are valid', () => {
  const [tenant, settings, ...more] = [...read('docs/policy.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text]) => text ?? '',
  );
  expect(more).toEqual([]);
  const loaded = load({
    tenants: { contoso: tenant ?? '' },
    baselines: { standard: 'application: {}\n' },
    settings: settings ?? '',
  });
  expect(loaded.findings).toEqual([]);
  expect(loaded.tenants[0]?.desired.tenant.id).toBe(SAMPLE_ID);
  expect(loaded.settings.identity.plan).toMatch(/^[0-9a-f-]{36}$/);
});
